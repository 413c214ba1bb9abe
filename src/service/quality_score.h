// The machine's score of an ended conversation: the score sheet that fits it, points lost item by item with what shows
// it, all from the verdicts of the fold. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assist/verdict_fold.h"
#include "content/library.h"
#include "conversation/event.h"

namespace fenshen::service {

// One thing that costs points (or would: rules that no item names are told too).
struct Finding {
  bool step = false;
  std::string id;  // rule, or "P01.S5"
  content::Localized name;
  content::Severity severity = content::Severity::normal;
  std::int32_t turn = -1;  // -1: no turn shows it
  std::uint64_t seq = 0;   // 0: no event shows it
  bool fraud = false;      // a sign of fraud against the customer: the rep's fault only where an item names the rule
};

struct ScoredLine {
  const content::ScoreItem* item = nullptr;
  int lost = 0;
  std::vector<Finding> evidence;
};

struct MachineScore {
  std::shared_ptr<const assist::CompiledPack> pack;  // holds the sheet
  const content::ScoreSheet* sheet = nullptr;        // null: none fits
  int score = 100;
  bool vetoed = false, passed = true;
  std::vector<ScoredLine> lines;  // in the sheet's order
  std::vector<Finding> others;    // rules broken that no item names
  std::vector<std::string> processes;
  // Obligations that were met: rule and the event that did it.
  std::vector<std::pair<std::string, std::uint64_t>> met;
  std::vector<Finding> broken() const;  // rules, once each: the first time
};

// What a sheet is chosen by, and what lists show.
struct ConversationFacts {
  std::string channel, team, rep, pack_hash;  // pack bound last
  core::Millis started_at = 0, ended_at = 0;  // 0: has not ended
};
ConversationFacts facts_of(std::span<const conversation::Event> events);

// With the newest text in place of what was revised; revisions themselves are left in (folds pass over them).
std::vector<conversation::Event> with_corrections(std::vector<conversation::Event> events);

MachineScore score_conversation(std::span<const conversation::Event> events, const ConversationFacts& facts, const std::shared_ptr<const assist::CompiledPack>& pack,
                                assist::FoldScratch& scratch);

// The sheet that fits, nullptr if none does: process before team or channel before general, then the smaller id.
const content::ScoreSheet* choose_sheet(const content::Library& library, const ConversationFacts& facts, const std::vector<std::string>& processes, core::Day day);
// The item in which a rule costs points, nullptr if none.
const content::ScoreItem* item_for(const content::ScoreSheet& sheet, const std::string& rule);
// Points of a sheet when each item lost so many; `majors`: rules of severity major that were broken.
struct Points {
  int score = 0;
  bool vetoed = false, passed = false;
};
Points points_of(const content::ScoreSheet& sheet, std::span<const int> lost, int majors);

}  // namespace fenshen::service
