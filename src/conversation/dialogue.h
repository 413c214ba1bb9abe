// Dialogue files (JSON lines): whole conversations as outside tools and packs write them. Turns become events.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/event.h"

namespace fenshen::conversation {

struct DialogueTurn {
  Speaker speaker = Speaker::system;
  std::string text;                    // empty: nothing said
  std::optional<BusinessEvent> event;
  core::Millis ts = 0;                 // ms from the start, non-decreasing; filled in where missing
  std::int64_t start_ms = -1, end_ms = -1;  // in the recording; -1 unknown
  std::uint32_t track = 0;
  bool empty() const { return text.empty() && !event; }  // skipped, but keeps its index
};

struct Dialogue {
  std::string id;
  std::string channel = "chat";
  std::string lang = "zh";
  core::Millis started_at = 0;
  Fields customer;
  Fields meta;
  std::vector<DialogueTurn> turns;
};

// 2026-11-20T10:00:00+08:00: when a dialogue does not say when it started.
core::Millis default_start() noexcept;

// One line. Unknown members are ignored; Error.where names the member ("turns[3].ts").
core::Result<Dialogue> parse_dialogue(std::string_view json);

// The events of a dialogue: started, pack.bound (if a hash is given), the turns, ended. seq 1, 2, 3 …; ids are made from the index.
struct DialogueEvent {
  Event event;
  std::int32_t turn = -1;  // index in Dialogue::turns; -1: start, bind, end
};
std::vector<DialogueEvent> events_of(const Dialogue& dialogue, std::string_view pack_hash, std::string_view engine);

}  // namespace fenshen::conversation
