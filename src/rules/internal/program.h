// The compiled rules and the state of one conversation. Rules are numbered by slot: their order by id, so that "by rule
// id" is an order of integers. State is kept only for rules that something happened to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "content/calendar.h"
#include "rules/rule_set.h"
#include "signals/condition_uses.h"

namespace fenshen::rules {

using Slot = std::uint32_t;

enum Role : std::uint8_t {
  kUntil = 1,
  kAfter = 2,
  kWhen = 4,
  kPart = 8,
  kBy = 16,
  kWarn = 32,
  kArm = 64,  // `applies` of an obligation without `after` may hold from now on
};

// What a condition means to a rule.
struct Use {
  Slot slot = 0;
  Role role = kWhen;
  std::uint16_t part = 0;
};

struct Program {
  RuleIndex index = 0;
  bool obliged = false;
  bool has_after = false;
  bool same = false;
  bool since_after = false;
  bool once = true;
  bool warns_at_arming = false;
  bool by_end = false;
  bool restart = false;
  content::Each::Of each = content::Each::Of::none;
  signals::EntityType each_entity = signals::EntityType::number;
  signals::PathId each_path = 0;
  std::string each_field;
  content::Severity severity = content::Severity::normal;
  bool alert = false;
  content::Escalation escalate;
  signals::ConditionId applies = signals::kNoCondition;
  content::InForce in_force;
  std::uint32_t within_turns = 0, cooldown_turns = 0, by_turns = 0;
  core::Millis within_millis = 0, cooldown_millis = 0, by_millis = 0;
  std::uint32_t by_days = 0, by_workdays = 0;
  std::uint32_t count = 1;
  std::uint16_t parts = 0;
  bool has_instances() const { return each != content::Each::Of::none; }
  bool timed() const { return by_millis != 0 || by_days != 0 || by_workdays != 0; }
  std::uint64_t all_parts() const { return parts == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << parts) - 1; }
};

struct RuleSet::Impl {
  std::vector<Program> programs;             // by slot
  signals::ConditionUses<Use> uses;
  int offset_minutes = 480;
  content::Calendar calendar;

  // Obligations without `after` that are looked at until they arm.
  std::vector<Slot> from_start;              // all of them
  std::vector<Slot> watch_flow, watch_event;
  struct PathWatch {
    signals::PathId path = 0;
    std::vector<Slot> slots;
  };
  std::vector<PathWatch> watch_paths;        // by path
};

// A place in the conversation, for distances.
struct Mark {
  std::uint32_t turn = 0;
  core::Millis at = 0;
};

constexpr std::uint32_t kNoRecord = 0xFFFFFFFF;

// An instance of a rule: the only one without `each`.
struct Record {
  Slot slot = 0;
  std::uint32_t next = kNoRecord;  // the next instance of the same rule
  std::string key;
  bool has_after = false;   // forbidden: A happened and nothing ended its effect
  bool fired = false;
  bool armed_once = false;  // obliged
  bool open = false;
  bool warned = false;
  Mark after;
  Mark last_fired;
  Mark armed;
  std::uint64_t armed_seq = 0;
  std::uint64_t met = 0;    // parts, as bits
  core::Millis due = 0;
  std::uint32_t counted = 0;
  signals::Span armed_span;
  std::vector<Mark> occurrences;  // only where `count` has a window
};

struct TurnDeadline {
  std::uint32_t turn = 0;  // fires when this turn begins
  Slot slot = 0;
  std::uint64_t armed_seq = 0;
  std::uint32_t record = 0;
  friend auto operator<=>(const TurnDeadline&, const TurnDeadline&) = default;
};
struct TimeDeadline {
  core::Millis due = 0;
  Slot slot = 0;
  std::uint64_t armed_seq = 0;
  std::uint32_t record = 0;
  friend auto operator<=>(const TimeDeadline&, const TimeDeadline&) = default;
};

// A use that came true at this event.
struct Fired {
  Use use;
  signals::Span span;
};

// Where a rule's first record is: records stay where they were made, so that a new one moves only these few bytes.
struct Place {
  Slot slot = 0;
  std::uint32_t at = kNoRecord;  // first of its instances
  std::uint32_t times = 0;       // fired, all instances together
};

struct RuleState::Impl {
  std::vector<Record> records;                // in order of their making
  std::vector<Place> places;                  // by slot
  std::vector<TurnDeadline> turn_deadlines;   // ascending
  std::vector<TimeDeadline> time_deadlines;   // ascending
  std::uint32_t turn = 0;
  bool started = false;
  bool ended = false;
  std::uint32_t unarmed = 0;                  // of from_start
  std::uint64_t seen_revision = 0;            // of the context
  core::Day day = 0;
  std::vector<std::string_view> flows;        // at the last event
  std::vector<Fired> fired;                   // scratch
  std::vector<std::uint32_t> closing;         // scratch: records
  std::vector<std::string> keys;         // scratch: values of the rule being stepped
};

}  // namespace fenshen::rules
