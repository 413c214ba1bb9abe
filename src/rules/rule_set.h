// Compliance rules as incremental automata: what was said, must not be said, and was NOT said in time. One RuleSet is
// compiled from a library and shared; each conversation has a small RuleState. Pure: no clock, no I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "content/library.h"
#include "core/result.h"
#include "core/time.h"
#include "signals/condition_set.h"

namespace fenshen::rules {

using RuleIndex = std::uint32_t;  // into Library::rules

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
};

// An obligation that waits: for the desk's "owed" list.
struct Owed {
  RuleIndex rule = 0;
  std::uint64_t armed_seq = 0;
  std::vector<std::uint16_t> missing;
  std::int32_t turns_left = -1;  // -1: not counted in turns
  core::Millis due = 0;          // 0: no time limit
  bool by_end = false;
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

  // Time deadlines that fall due at or before `now`, ordered by (due, rule id). Called before the event at `now` is stepped.
  void advance(RuleState& state, core::Millis now, const signals::Facts& facts, std::vector<Verdict>& out) const;
  // Order of verdicts: by rule id within the event; turn deadlines that this event makes overdue come first.
  void step(RuleState& state, const StepInput& input, std::vector<Verdict>& out) const;
  // The next time deadline, nullopt if none: the server schedules a tick for it.
  std::optional<core::Millis> next_due(const RuleState& state) const;
  void owed(const RuleState& state, std::vector<Owed>& out) const;  // by rule id

 private:
  struct Impl;
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
