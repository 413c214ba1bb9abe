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

// A value of the context. Numbers are decimal, scaled by 10^6 (integers only in the fold); levels (C2, R3) and dates
// carry their figure in `number` too, so that all comparisons are integer or text comparisons.
struct Value {
  enum class Kind : std::uint8_t { missing, number, level, date, text };
  Kind kind = Kind::missing;
  std::int64_t number = 0;
  std::string text;
};
Value parse_value(std::string_view text);  // "68", "C2", "2026-12-31", "voice"

class ConditionSet;

// The facts of a conversation that comparisons read, by path. Unknown paths are accepted and forgotten.
class Context {
 public:
  explicit Context(const ConditionSet& set);
  void set(std::string_view path, std::string_view value);
  void set(std::string_view path, Value value);
  void clear_prefix(std::string_view prefix);  // "product."
  const Value& get(PathId path) const { return values_[path]; }

 private:
  const ConditionSet* set_;
  std::vector<Value> values_;
};

// A thing that the engines derived at this event and conditions may wait for.
struct Happening {
  enum class Kind : std::uint8_t { step_done, flow_entered, intent } kind;
  std::string_view name;  // "P01.S5", "P14", "F01"; lives in the library
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

class ConditionSetBuilder {
 public:
  ConditionSetBuilder(const content::Library& library, LexiconBuilder& lexicon);
  ~ConditionSetBuilder();
  // Equal texts get equal ids. Errors of patterns and references (unknown class, entity type, flow, step, topic) name the column.
  core::Result<ConditionId> add(const content::Condition& condition);
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

  // Appends every condition that is true at this event because something in it happened now, by id. With `only_happenings`
  // only those triggered by facts.happenings (second pass after the flows moved).
  void happened(const Facts& facts, bool only_happenings, Scratch& scratch, std::vector<Truth>& out) const;
  // Whether the condition holds at this event (for applies and if: comparisons mostly).
  bool holds(ConditionId condition, const Facts& facts) const;
  std::size_t size() const;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace fenshen::signals
