// Any bytes as a BPMN document: nothing may go wrong, and what is accepted can be exported and read again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bpmn/bpmn.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const fenshen::bpmn::ImportOutcome first = fenshen::bpmn::import_flows(text);
  for (const fenshen::bpmn::ImportedFlow& flow : first.flows) {
    const auto xml = fenshen::bpmn::export_flow(flow.yaml);
    if (!xml) continue;  // a next that names no step, a control character
    const fenshen::bpmn::ImportOutcome again = fenshen::bpmn::import_flows(*xml);
    if (again.errors.empty() && again.flows.size() == 1 && again.flows[0].id.empty()) std::abort();
  }
  return 0;
}
