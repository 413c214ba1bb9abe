// Regular expressions of packs (docs/rules.md, "matches") as a tree. A small language on purpose: what cannot be matched in
// one pass over the text (back references, looking around) does not exist in it. Parsing only; signals/ compiles it.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace fenshen::content {

constexpr std::uint32_t kRegexNoLimit = 0xFFFFFFFF;
constexpr std::uint64_t kRegexStatesMax = 500;

struct RegexNode {
  enum class Kind : std::uint8_t {
    set,         // one character in `ranges`, or with `inverted` one outside
    sequence,    // children one after the other; none: the empty text
    any_of,      // one of the children
    repeat,      // children[0], `min` to `max` times
    begin, end,  // ^ $: of the utterance, punctuation aside
  };
  Kind kind = Kind::sequence;
  std::vector<std::pair<char32_t, char32_t>> ranges;  // both ends included; of folded characters
  bool inverted = false;
  std::uint32_t min = 1, max = 1;
  std::vector<RegexNode> children;
};

// Literals are folded like the text they meet. Error.where = "column N". Refused: what matches the empty text, and what
// needs more than kRegexStatesMax states (named with its cost).
core::Result<RegexNode> parse_regex(std::string_view text);

// How many characters and repeats have to be told apart while matching: the work per character of text.
std::uint64_t regex_states(const RegexNode& node);

}  // namespace fenshen::content
