// What conditions mean to an engine: which of its parts to touch when a condition becomes true. Rules and flows each have
// one, with their own idea of a use. Also the one way in which an engine adds a condition and words what is wrong with it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "signals/condition_set.h"

namespace fenshen::signals {

// Filled once, in any order; then asked by condition. Uses of one condition keep the order in which they were added.
template <typename Use>
class ConditionUses {
 public:
  void add(ConditionId condition, Use use) {
    if (condition != kNoCondition) pending_.emplace_back(condition, use);
  }
  void build() {
    std::ranges::stable_sort(pending_, {}, &std::pair<ConditionId, Use>::first);
    const std::size_t conditions = pending_.empty() ? 0 : pending_.back().first + std::size_t{1};
    first_.assign(conditions + 1, 0);
    for (const auto& [condition, use] : pending_) ++first_[condition + 1];
    for (std::size_t i = 0; i < conditions; ++i) first_[i + 1] += first_[i];
    uses_.clear();
    for (const auto& [condition, use] : pending_) uses_.push_back(use);
    pending_ = {};
  }
  std::span<const Use> of(ConditionId condition) const {
    if (condition + std::size_t{1} >= first_.size()) return {};
    return std::span(uses_).subspan(first_[condition], first_[condition + 1] - first_[condition]);
  }

 private:
  std::vector<std::pair<ConditionId, Use>> pending_;
  std::vector<std::uint32_t> first_{0};  // by condition, one more than conditions
  std::vector<Use> uses_;
};

// Adds the condition; the message of a mistake begins with `key` and the column.
core::Result<ConditionId> add_condition(ConditionSetBuilder& conditions, const content::Condition& source, std::string_view key);
// The same for a condition that has to happen, not just to hold.
core::Result<ConditionId> add_trigger(ConditionSetBuilder& conditions, const content::Condition& source, std::string_view key);

}  // namespace fenshen::signals
