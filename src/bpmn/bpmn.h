// Flows as BPMN 2.0 and back: the subset that maps (docs/flows.md, "BPMN"). What BPMN has no place for travels in
// extension elements of our own namespace, so that export and import together lose nothing but comments. Text to text;
// no I/O. Everything is bounded: documents of at most 4 MiB, 255 steps, sub-processes eight deep.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace fenshen::bpmn {

// One flow as it is written in a pack (YAML of one item) to a BPMN document with a diagram.
// Errors: not a flow; where = the step or key.
core::Result<std::string> export_flow(std::string_view flow_yaml);

struct ImportedFlow {
  std::string id;
  std::string yaml;  // in the canonical form; content::check_item says whether it is a good flow
};
struct ImportOutcome {
  std::vector<ImportedFlow> flows;   // one per process or sub-process; empty if there were errors
  std::vector<core::Error> errors;   // where = "line N, element ID"
};
ImportOutcome import_flows(std::string_view xml);

// The item's YAML in the one way that import writes it: equal texts, equal meaning.
core::Result<std::string> canonical(std::string_view flow_yaml);

}  // namespace fenshen::bpmn
