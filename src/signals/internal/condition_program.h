// The compiled form of conditions: one flat array of nodes (children of a node stand side by side) and indexes from what
// may happen to the conditions that wait for it. Private to condition_set*.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "signals/condition_set.h"

namespace fenshen::signals {

// A value that lives elsewhere; comparisons never copy.
struct ValueView {
  Value::Kind kind = Value::Kind::missing;
  std::int64_t number = 0;
  std::string_view text;
};
ValueView view_value(std::string_view text) noexcept;
inline ValueView view_of(const Value& value) noexcept { return {value.kind, value.number, value.text}; }
// `op` is one of the six with two sides. False if a side is missing.
bool compare_values(const ValueView& left, content::Comparison op, const ValueView& right) noexcept;
bool is_ordering(content::Comparison op) noexcept;

struct CompiledOperand {
  enum class From : std::uint8_t { constant, context, event, flow, entity };
  From from = From::constant;
  PathId path = 0;
  std::string text;  // field of the event
  Value constant;
};

struct CompiledCompare {
  CompiledOperand left;
  content::Comparison op = content::Comparison::equal;
  std::vector<CompiledOperand> right;
};

struct CompiledNode {
  content::ConditionNode::Kind kind = content::ConditionNode::Kind::all;
  std::uint8_t speakers = 0;
  std::uint8_t emotions = 0;  // bit set by Emotion
  EntityType entity = EntityType::number;
  PatternId pattern = 0;
  std::uint32_t name = 0;                        // into names
  std::uint32_t first_child = 0, children = 0;   // into nodes
  std::uint32_t first_compare = 0, compares = 0; // into compares
};

struct Waiting {
  ConditionId condition = 0;
  std::uint8_t speakers = 0xFF;
};
using WaitingList = std::vector<Waiting>;
using WaitingByName = std::map<std::string, WaitingList, std::less<>>;

struct ConditionSet::Impl {
  std::vector<CompiledNode> nodes;
  std::vector<CompiledCompare> compares;
  std::vector<std::string> names;
  std::vector<std::uint32_t> roots;  // by condition
  std::vector<ConditionTraits> traits;
  std::vector<std::string> paths;    // by path id
  std::map<std::string, PathId, std::less<>> path_ids;

  // Who waits for what; only atoms under no negation.
  std::vector<std::uint32_t> pattern_first;  // by pattern id, one more than patterns
  WaitingList pattern_waiting;
  std::array<WaitingList, 11> entity_waiting;
  std::array<WaitingList, 8> speaker_waiting;
  std::array<WaitingList, 6> emotion_waiting;
  WaitingByName event_waiting, act_waiting, step_waiting, flow_waiting, intent_waiting, field_waiting;
  WaitingList start_waiting, end_waiting, flow_readers;
};

constexpr std::uint8_t speaker_bit(conversation::Speaker speaker) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(speaker));
}

}  // namespace fenshen::signals
