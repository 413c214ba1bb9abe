// The YAML of a flow item, read and written: keys in a fixed order, texts quoted only where they must be.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>

#include "core/result.h"

namespace fenshen::bpmn {

constexpr std::size_t kStepsMax = 255;

// The flow's mapping, with a list of steps that are mappings with an id each.
core::Result<YAML::Node> read_flow(std::string_view yaml);
std::string write_flow(const YAML::Node& flow);

}  // namespace fenshen::bpmn
