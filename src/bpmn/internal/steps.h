// The steps of a diagram: in which order, under what condition, and where each goes on.
#pragma once

#include <string>
#include <vector>

#include "bpmn/internal/diagram.h"

namespace fenshen::bpmn {

struct Option {
  std::string condition;  // empty: always
  int to = 0;             // index of the step; the number of steps for the end
};

struct StepPlan {
  int shape = 0;
  std::string condition;     // of the step itself
  std::string together;
  std::vector<Option> next;  // empty: the step below
};

std::vector<StepPlan> plan_steps(const Diagram& diagram, const pugi::xml_node& process, const Places& places, std::vector<core::Error>& errors);

}  // namespace fenshen::bpmn
