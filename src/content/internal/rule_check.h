// What is wrong with a rule although each of its lines reads well: conditions that can never hold, rules that can never fire or
// never be met. Every mistake is named with what stands in the way.
#pragma once

#include "content/internal/item_reader.h"
#include "content/library.h"

namespace fenshen::content {

void check_rule(const Rule& rule, const FileContext& file);

}  // namespace fenshen::content
