// Splits a condition into words, quoted texts and signs, each with its column. Words may hold any letters (Han too),
// digits and - _ . : + % / * ~ #, so that codes, dates and decimals are one word.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace fenshen::content {

struct ConditionToken {
  enum class Kind : std::uint8_t { word, quoted, sign, end };
  Kind kind = Kind::end;
  std::string text;          // a quoted text is kept as written between its quotes
  std::uint32_t column = 1;  // of the first character; of a quoted text: of the opening quote
};

// The last token is `end`. `text` is valid UTF-8.
core::Result<std::vector<ConditionToken>> split_condition(std::string_view text);

}  // namespace fenshen::content
