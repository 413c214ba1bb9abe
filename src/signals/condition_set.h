// Conditions compiled for incremental use: at each event only those are looked at of which a part happened. Shared by
// rules, flows, leaves and announcements, so that each phrase is scanned once and each condition evaluated once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/condition.h"
#include "conversation/event.h"
#include "core/result.h"
#include "signals/lexicon.h"

namespace fenshen::signals {

using ConditionId = std::uint32_t;
using PathId = std::uint16_t;
constexpr ConditionId kNoCondition = 0xFFFFFFFF;

// A value of the context. Numbers are decimal, scaled by 10^6 (integers only in the fold; further decimals are cut);
// levels (C2, R3, T1, L4) and dates carry their figure in `number` too, so that all comparisons are integer or text
// comparisons. Numbers and levels compare by figure, dates by day, all else for equality of the text alone. What has
// leading zeros or more than twelve digits before the point is a code and therefore text: 0012, a card number.
struct Value {
  enum class Kind : std::uint8_t { missing, number, level, date, text };
  Kind kind = Kind::missing;
  std::int64_t number = 0;
  std::string text;  // as given; empty for numbers set by number
  friend bool operator==(const Value&, const Value&) = default;
};
constexpr std::int64_t kValueScale = 1'000'000;
Value parse_value(std::string_view text);  // "68", "C2", "2026-12-31", "voice"; "" is missing
Value number_value(std::int64_t number);   // unscaled: number_value(3) == parse_value("3") in comparisons
Value date_value(core::Day day);

class ConditionSet;

// The facts of a conversation that comparisons read, by path. Unknown paths are accepted and forgotten. Setting a value
// of the same length again does not allocate.
class Context {
 public:
  explicit Context(const ConditionSet& set);
  void set(std::string_view path, std::string_view value);  // "" clears
  void set(std::string_view path, Value value);
  void set(PathId path, const Value& value) { assign(path, value); }
  void clear_prefix(std::string_view prefix);  // "product."
  const Value& get(PathId path) const { return values_[path]; }

  // Counts changes: who remembers a revision can tell later which of his paths have changed since.
  std::uint64_t revision() const { return revision_; }
  std::uint64_t revision(PathId path) const { return changed_[path]; }
  const ConditionSet& conditions() const { return *set_; }

 private:
  void assign(PathId path, const Value& value);
  const ConditionSet* set_;
  std::vector<Value> values_;
  std::vector<std::uint64_t> changed_;  // revision at the last change, by path
  std::uint64_t revision_ = 0;
};

// A thing that the engines derived at this event and conditions may wait for.
// `field`: a flow captured that field at this event (the fold has set its path): conditions on fields.NAME whose other
// part happened at this event are looked at again, as are those on `flow` when a flow was entered.
struct Happening {
  enum class Kind : std::uint8_t { step_done, flow_entered, intent, field } kind;
  std::string_view name;  // "P01.S5", "P14", "F01", "card_tail"; lives in the library
};

// What is true at one event. `reading` is null unless somebody spoke.
struct Facts {
  const conversation::Event* event = nullptr;
  const Reading* reading = nullptr;
  conversation::Speaker speaker = conversation::Speaker::system;
  const Context* context = nullptr;
  std::span<const std::string_view> active_flows;  // codes
  std::span<const Happening> happenings;
};

// A condition that is true at this event, with the words that made it so (empty span: not words).
struct Truth {
  ConditionId condition = 0;
  Span span;
};

// What the value of a condition depends on, for those who wait until it holds instead of for its happening.
struct ConditionTraits {
  bool triggered = false;          // an atom of it can make it true by happening
  bool reads_flow = false;
  bool every_event = false;        // holds event.* or a negated trigger: may become true at any event
  std::vector<PathId> paths;       // of the context, ascending
};

class ConditionSetBuilder {
 public:
  ConditionSetBuilder(const content::Library& library, LexiconBuilder& lexicon);
  ~ConditionSetBuilder();
  // Equal texts get equal ids. Errors of patterns and references (unknown class, entity type, flow, step, topic) name the column.
  // A condition that consists of negated triggers alone is refused: it would say when nothing happens.
  core::Result<ConditionId> add(const content::Condition& condition);
  const ConditionTraits& traits(ConditionId condition) const;
  // A path that somebody reads besides the conditions, so that contexts keep it.
  core::Result<PathId> path(const std::string& text);
  // After build the builder is empty. Conditions hold references to nothing outside the set.
  std::shared_ptr<const ConditionSet> build();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Immutable after build; evaluation needs a scratch per thread.
class ConditionSet {
 public:
  struct Scratch {
    std::vector<std::uint32_t> marks;
    std::uint32_t epoch = 0;
    std::vector<ConditionId> candidates;
  };
  struct Impl;
  explicit ConditionSet(std::unique_ptr<Impl> impl);
  ~ConditionSet();

  // Appends every condition that is true at this event because something in it happened now, by id: an atom that is not
  // negated is true, and so is the whole. With `only_happenings` only those triggered by facts.happenings (second pass
  // after the flows moved). What `out` already holds is not appended again, so that one vector can take both passes.
  void happened(const Facts& facts, bool only_happenings, Scratch& scratch, std::vector<Truth>& out) const;
  // Whether the condition holds at this event (for applies and if: comparisons mostly).
  bool holds(ConditionId condition, const Facts& facts) const;
  const ConditionTraits& traits(ConditionId condition) const;
  bool reads_intents() const;  // some condition asks for the topic of a turn
  bool find_path(std::string_view text, PathId& path) const;  // false: no condition reads it
  std::span<const std::string> paths() const;                 // by id
  std::size_t size() const;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace fenshen::signals
