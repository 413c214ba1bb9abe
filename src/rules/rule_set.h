// Compliance rules as incremental automata: what was said, must not be said, and was NOT said in time. One RuleSet is
// compiled from a library and shared; each conversation has a small RuleState. Pure: no clock, no I/O.
//
// What the pack format leaves open is settled so (rule_set_test.cpp holds a reference that spells it out):
// - At one event a rule sees, in this order: until, (forbidden: after if `same`, when, after) or (obliged: parts of
//   require, by, after or applies, warn, end of the conversation). So a correction in the same utterance helps.
// - Distances: `within: 3 turns` and `cooldown: 3 turns` reach as far as the third turn after; cooldown 0 is none.
// - `applies` and in-force dates are looked at when a forbidden rule would fire (only such occurrences count for `count`)
//   and when an obligation would arm; an armed obligation stays. Firing starts the count anew. `within` without `after`
//   is the window in which the `count` occurrences must fall.
// - An obligation without `after` arms once, at the first event (never a tick) at which it is in force and `applies`
//   holds. It is looked at again only when a path that `applies` reads changed, the flows changed, a trigger in it
//   happened, the day changed, or, where it reads event.* or a negated trigger, at each event.
// - With `once: false` an A that comes while the obligation is open changes nothing.
// - `by` is not met by the event that armed through `after`, unless `same`. A deadline by condition is caused by the
//   event that met the condition; the other kinds by the event that armed, with that event's words.
// - At the end of the conversation all open obligations that wait for turns, time or the end fire; those that wait only
//   for a condition stay open: it may still come (the wrap-up). After the end nothing arms.
// - An obligation that is cancelled by `until` is settled like a met one.
// - Deadlines in days and workdays end at midnight of the pack's zone, the day of arming not counted, and outlive the
//   conversation: its end does not fire them, the time does.
// - With `restart` an A that comes while the obligation is open begins its deadlines anew (and with `since: after` the
//   count of its parts); what was warned stays warned.
// - With `each` the rule lives once per value of that key (entity values of the utterance, a path's value, a field of the
//   event): after, when and require concern the instances whose value the event has, and none where it has none; until,
//   by and warn those too, but all instances where it has none; the end of the conversation all. `each: occurrence` makes
//   an instance at every A that `applies`; all parts concern all open instances, each since its own A. Instances are in
//   order of their making; at most kInstancesMax of one rule in one conversation, later values are passed over. Cool-down
//   is per instance.
// - A verdict counts how often the rule fired in the conversation, over all instances; `escalate` raises its severity.
// - `warned` comes once each time an obligation opens; by default only where `after` armed it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "content/library.h"
#include "core/result.h"
#include "core/time.h"
#include "signals/condition_set.h"

namespace fenshen::rules {

using RuleIndex = std::uint32_t;  // into Library::rules
constexpr std::size_t kInstancesMax = 64;

struct Verdict {
  enum class Kind : std::uint8_t {
    warned,   // an obligation opened (or `warn` came): show the wording before the fact
    met,      // an open obligation was met: what was shown is settled
    broken,   // the rule fired
  };
  Kind kind = Kind::broken;
  RuleIndex rule = 0;
  std::uint64_t cause_seq = 0;  // event that caused it; for a deadline the event that armed it
  core::Millis due = 0;         // time of the verdict: the event's, or when the deadline fell due
  signals::Span span;           // words of the causing utterance, if any
  std::vector<std::uint16_t> missing;  // parts of `require` not met (broken, warned)
  std::uint32_t times = 0;             // broken: how often the rule fired so far, this time included
  content::Severity severity = content::Severity::normal;  // the rule's, or what it escalated to
  bool alert = false;                  // broken: the supervisor is to be told
  std::string instance;                // the value that this instance is about; empty without `each`
};

// An obligation that waits: for the desk's "owed" list.
struct Owed {
  RuleIndex rule = 0;
  std::uint64_t armed_seq = 0;
  std::vector<std::uint16_t> missing;
  std::int32_t turns_left = -1;  // -1: not counted in turns
  core::Millis due = 0;          // 0: no time limit
  bool by_end = false;
  std::string instance;
};

struct StepInput {
  const signals::Facts* facts = nullptr;
  std::span<const signals::Truth> truths;  // all conditions true at this event, by id
  std::uint32_t turn = 0;                  // 话轮 counter after this event (consecutive utterances of one speaker = one)
  bool speaks = false;                     // this event is an utterance of rep, bot or customer
  bool ends = false;                       // this event ends the conversation
};

class RuleState;

class RuleSet {
 public:
  // Adds the rules' conditions to `conditions`. Every mistake of every rule is reported in `errors` (origin in `where`).
  static std::shared_ptr<const RuleSet> compile(const content::Library& library, signals::ConditionSetBuilder& conditions,
                                                std::vector<core::Error>& errors);
  ~RuleSet();

  std::unique_ptr<RuleState> make_state() const;

  // Time deadlines that fall due at or before `now`, ordered by (due, rule id). Called before the event at `now` is stepped,
  // or alone: more or fewer calls change nothing but when the verdicts are told.
  void advance(RuleState& state, core::Millis now, const signals::Facts& facts, std::vector<Verdict>& out) const;
  // Order of verdicts: by rule id within the event; turn deadlines that this event makes overdue come first, ordered by
  // (turn, rule id). Truths may come in any order, also twice. facts.event and facts.context must be set. Ticks are ignored.
  // Does not allocate where nothing that a rule waits for is true.
  void step(RuleState& state, const StepInput& input, std::vector<Verdict>& out) const;
  // The next time deadline, nullopt if none: the server schedules a tick for it.
  std::optional<core::Millis> next_due(const RuleState& state) const;
  void owed(const RuleState& state, std::vector<Owed>& out) const;  // by rule id
  // Ends the cool-downs of all rules but these: what fired without being shown keeps nothing quiet.
  void lift_cooldowns(RuleState& state, std::span<const RuleIndex> except = {}) const;

  struct Impl;

 private:
  explicit RuleSet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// State of one conversation; copyable, so that a draft can be checked on a copy.
class RuleState {
 public:
  RuleState();
  RuleState(const RuleState&);
  RuleState& operator=(const RuleState&);
  ~RuleState();
  struct Impl;
  std::unique_ptr<Impl> impl;
};

}  // namespace fenshen::rules
