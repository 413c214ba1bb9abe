// What a year is made from: the pack's own articles and flows, and its folder history/ (docs/formats/history.md).
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "content/load.h"
#include "core/time.h"
#include "server/history/grammar.h"

namespace fenshen::server::history {

// What happens at one step of a flow.
struct StepSource {
  enum class Role : std::uint8_t { say, greeting, identify, anti_fraud, closing } role = Role::say;
  std::string id;                 // P01.S6
  std::string rule;               // the duty that is left out where the step is
  LineId say = 0, say_en = 0;
  bool has_say = false, has_english = false, optional = false;
  bool for_seniors = false;       // only from 65
  int level = 0;                  // identify
  std::vector<std::string> events;
  ListId answers = kNoList;
};

struct FlowSource {
  std::string id;
  std::uint32_t weight = 0;
  ListId open = kNoList, open_en = kNoList;
  std::vector<StepSource> steps;
  std::vector<std::uint32_t> teams;
};

struct EnquirySource {
  ListId ask = kNoList, ask_en = kNoList;
  LineId say = 0, answer = 0, say_en = 0;
  bool english = false;
  std::vector<std::uint32_t> teams;
};

struct SlipSource {
  std::string rule;
  bool by_customer = false, wealth = false;
  std::uint32_t rate = 0;  // of a thousand; customers'
  std::vector<std::uint32_t> flows;  // empty: any
  ListId lines = kNoList, tempting = kNoList;
};

struct RepSource {
  std::string id, name;
  std::map<std::string, std::uint32_t> forgets, slips;  // of a hundred; of a thousand
  std::optional<core::Day> better;
};

struct TeamSource {
  std::string name;
  std::vector<std::string> channels;
  std::vector<std::uint32_t> reps;
};

struct NewDuty {
  std::string step;
  core::Day from = 0;
  std::uint32_t before = 0, after = 0;  // of a hundred: how often it is left out
};

// A weight that holds on some days.
struct Season {
  core::Day from = 0, to = 0;             // of a year's day; or …
  int month = 0, day_from = 0, day_to = 0;  // of a month (0: any) or of its days (0: any)
  std::uint32_t all = 100;
  std::map<std::uint32_t, std::uint32_t> flows;
  bool covers(core::Day day) const;
};

struct Weighted {
  int value = 0;
  std::string name;
  std::uint32_t weight = 0;
};

struct HistorySource {
  Grammar grammar;
  std::vector<FlowSource> flows;
  std::vector<EnquirySource> enquiries;
  std::vector<SlipSource> slips;
  std::vector<TeamSource> teams;
  std::vector<RepSource> reps;
  std::vector<NewDuty> new_duties;
  std::vector<Season> seasons;
  std::array<std::uint32_t, 7> weekdays{};
  std::map<std::string, std::vector<std::uint32_t>> hours;  // by channel
  std::vector<Weighted> channels, tiers, risks, ages;
  std::vector<std::string> families, given, names_en, fillers;
  std::vector<std::pair<std::string, std::string>> misheard;
  std::map<std::string, std::string> event_data;            // JSON
  struct Product {
    std::string name;
    int risk = 0;
  };
  std::vector<Product> wealth;
  std::uint32_t enquiries_per_cent = 0, customers = 1, again = 0, english = 0, always_forgets = 0, always_slips_100k = 0;
  int offset_minutes = 480;
  std::map<std::string, ListId, std::less<>> lists;          // of frame.yaml
  ListId list(std::string_view name) const;
};

// Error: what is wrong, with the file.
core::Result<HistorySource> load_source(const content::PackSources& sources, const content::Library& library);

}  // namespace fenshen::server::history
