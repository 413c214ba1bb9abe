// What one item says about others must exist: flows of articles, parents of leaves, rules of steps. Missing ones are
// reported with code not_found.
#pragma once

#include <vector>

#include "content/library.h"
#include "core/result.h"

namespace fenshen::content {

void check_references(const Library& library, std::vector<core::Error>& errors);

}  // namespace fenshen::content
