// Names that export and import share.
#pragma once

#include <string_view>

namespace fenshen::bpmn {

constexpr std::string_view kModelUri = "http://www.omg.org/spec/BPMN/20100524/MODEL";
constexpr std::string_view kFenshenUri = "urn:fenshen:flow:1";
constexpr std::string_view kConditionLanguage = "urn:fenshen:condition";
constexpr std::string_view kOptional = "optional";  // the condition before a step that may be left out
constexpr std::string_view kEnd = "end";

}  // namespace fenshen::bpmn
