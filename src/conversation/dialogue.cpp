#include "conversation/dialogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "conversation/json_fields.h"
#include "core/utf8.h"

namespace fenshen::conversation {
namespace {

namespace json = boost::json;
using core::Code;
using core::fail;
using core::Result;
using core::Status;

constexpr core::Millis kTurnGapMs = 1000;  // contracts: a turn without ts comes one second after the one before

const json::value* member(const json::object& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() || found->value().is_null() ? nullptr : &found->value();
}

Status read_text(const json::object& object, std::string_view name, const std::string& where, std::string& out) {
  const json::value* value = member(object, name);
  if (value == nullptr) return {};
  if (value->is_string()) out = std::string(value->get_string());
  else if (value->is_int64()) out = std::to_string(value->get_int64());
  else return fail(Code::invalid, "must be a string", where + std::string(name));
  if (out.find('\0') != std::string::npos) return fail(Code::invalid, "holds a NUL character", where + std::string(name));
  return {};
}

Status read_fields(const json::object& object, std::string_view name, Fields& out) {
  if (const json::value* value = member(object, name)) {
    TRY_ASSIGN(out, fields_from_json(*value, name));
  }
  return {};
}

Status read_event(const json::value& value, const std::string& where, DialogueTurn& turn) {
  if (!value.is_object()) return fail(Code::invalid, "must be an object", where + "event");
  BusinessEvent event;
  TRY(read_text(value.get_object(), "name", where + "event.", event.name));
  if (event.name.empty()) return fail(Code::invalid, "is missing", where + "event.name");
  if (const json::value* data = member(value.get_object(), "data")) {
    TRY_ASSIGN(event.data, fields_from_json(*data, where + "event.data"));
  }
  turn.event = std::move(event);
  return {};
}

// Times in the recording and the track: whole numbers; a file without them says nothing about pauses.
Status read_times(const json::object& object, const std::string& where, DialogueTurn& turn) {
  std::int64_t track = 0;
  const std::pair<std::string_view, std::int64_t*> members[] = {{"start_ms", &turn.start_ms}, {"end_ms", &turn.end_ms}, {"track", &track}};
  for (const auto& [name, out] : members) {
    const json::value* value = member(object, name);
    if (value == nullptr) continue;
    if (!value->is_int64() || value->get_int64() < 0 || value->get_int64() > 1'000'000'000) return fail(Code::invalid, "must be a whole number", where + std::string(name));
    *out = value->get_int64();
  }
  turn.track = static_cast<std::uint32_t>(track);
  return {};
}

Status read_turn(const json::value& value, const std::string& where, core::Millis before, bool first, DialogueTurn& turn) {
  if (!value.is_object()) return fail(Code::invalid, "must be an object", where);
  const json::object& object = value.get_object();
  std::string speaker = "system";
  TRY(read_text(object, "speaker", where, speaker));
  if (auto parsed = parse_speaker(speaker)) turn.speaker = *parsed;
  else return fail(Code::invalid, parsed.error().message, where + "speaker");
  TRY(read_text(object, "text", where, turn.text));
  if (const json::value* event = member(object, "event")) TRY(read_event(*event, where, turn));
  TRY(read_times(object, where, turn));
  turn.ts = first ? 0 : before + kTurnGapMs;
  if (const json::value* ts = member(object, "ts")) {
    if (!ts->is_number()) return fail(Code::invalid, "must be a number of seconds", where + "ts");
    const double seconds = ts->to_number<double>();
    if (!(seconds >= 0 && seconds < 1e9)) return fail(Code::invalid, "out of range", where + "ts");
    // Recordings are not always in order: time never runs backwards.
    turn.ts = std::max(before, static_cast<core::Millis>(std::llround(seconds * 1000)));
  }
  return {};
}

}  // namespace

core::Millis default_start() noexcept { return *core::parse_instant("2026-11-20T10:00:00+08:00"); }

Result<Dialogue> parse_dialogue(std::string_view text) {
  if (const auto at = core::find_invalid_utf8(text))
    return fail(Code::invalid, fmt::format("invalid UTF-8 or NUL at byte {}", *at));
  TRY_ASSIGN(const json::value value, parse_json(text, ""));
  if (!value.is_object()) return fail(Code::invalid, "a dialogue must be an object");
  const json::object& object = value.get_object();
  Dialogue dialogue;
  TRY(read_text(object, "id", "", dialogue.id));
  TRY(read_text(object, "channel", "", dialogue.channel));
  TRY(read_text(object, "lang", "", dialogue.lang));
  std::string started;
  TRY(read_text(object, "started_at", "", started));
  dialogue.started_at = default_start();
  if (!started.empty()) {
    const auto parsed = core::parse_instant(started);
    if (!parsed) return fail(Code::invalid, "must be an RFC 3339 time with offset", "started_at");
    dialogue.started_at = *parsed;
  }
  TRY(read_fields(object, "customer", dialogue.customer));
  TRY(read_fields(object, "meta", dialogue.meta));
  const json::value* turns = member(object, "turns");
  if (turns == nullptr || !turns->is_array()) return fail(Code::invalid, "must be a list", "turns");
  core::Millis before = 0;
  for (std::size_t i = 0; i < turns->get_array().size(); ++i) {
    DialogueTurn turn;
    TRY(read_turn(turns->get_array()[i], fmt::format("turns[{}].", i), before, i == 0, turn));
    before = turn.ts;
    dialogue.turns.push_back(std::move(turn));
  }
  return dialogue;
}

std::vector<DialogueEvent> events_of(const Dialogue& dialogue, std::string_view pack_hash, std::string_view engine) {
  std::vector<DialogueEvent> events;
  core::Millis now = dialogue.started_at;
  const auto add = [&](EventBody body, std::int32_t turn, std::string actor) {
    Event event;
    event.seq = events.size() + 1;
    event.id = fmt::format("e{}", event.seq);
    event.recorded_at = event.occurred_at = now;
    event.actor = std::move(actor);
    event.body = std::move(body);
    events.push_back({std::move(event), turn});
  };
  add(ConversationStarted{dialogue.channel, dialogue.lang, dialogue.customer, dialogue.meta}, -1, "import");
  if (!pack_hash.empty()) add(PackBound{std::string(pack_hash), std::string(engine)}, -1, "system");
  for (std::size_t i = 0; i < dialogue.turns.size(); ++i) {
    const DialogueTurn& turn = dialogue.turns[i];
    now = dialogue.started_at + turn.ts;
    const auto index = static_cast<std::int32_t>(i);
    if (!turn.text.empty()) {
      Utterance utterance;
      utterance.speaker = turn.speaker;
      utterance.text = turn.text;
      utterance.start_ms = turn.start_ms;
      utterance.end_ms = turn.end_ms;
      utterance.track = turn.track;
      add(std::move(utterance), index, std::string(to_string(turn.speaker)));
    }
    if (turn.event) add(*turn.event, index, "system");
  }
  add(ConversationEnded{"import", "end"}, -1, "import");
  return events;
}

}  // namespace fenshen::conversation
