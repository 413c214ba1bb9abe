// What is wrong with a flow although each of its lines reads well: steps that no way leads to, gates that nothing opens,
// ways that never end, sub-flows that call each other.
#pragma once

#include <vector>

#include "content/internal/item_reader.h"
#include "content/library.h"

namespace fenshen::content {

// Within one flow. A mistake is named at the line of the step or field.
void check_flow(const Flow& flow, const FileContext& file);
// Between flows: `call` and `ends` name flows that exist, calls do not come back to where they began, fields that are read are captured somewhere.
void check_flows(const Library& library, std::vector<core::Error>& errors);

}  // namespace fenshen::content
