// Whether a condition can become true at all, as far as it can be told without running it: one event has one speaker and
// one name, a value is not two things at once, levels have a range.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "content/condition.h"

namespace fenshen::content {

// Paths whose values are known: fields that are only ever set to these.
using KnownValues = std::map<std::string, std::set<std::string>, std::less<>>;

struct Possibility {
  bool possible = true;
  std::string why;                              // what stands in the way, if not possible
  std::vector<std::set<std::string>> awaited;   // per way of becoming true: the flow steps ("P01.S5") that it waits for
};

// A condition with too many ways to become true (more than 256) is taken as possible.
Possibility examine(const ConditionNode& node, const KnownValues& known);

}  // namespace fenshen::content
