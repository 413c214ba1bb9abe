// The pattern language of packs (docs/formats/pack.md, "Patterns") as a tree. Parsing only; signals/ compiles it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace fenshen::content {

constexpr std::size_t kMaxGaps = 12;  // in a row: of one alternative, classes put in

struct PatternNode;
using PatternSequence = std::vector<PatternNode>;

struct PatternNode {
  enum class Kind : std::uint8_t {
    literal,     // text (normalised), prefix = Latin word that only has to begin so
    gap,         // at most `max` code points, within the sentence
    number,      // '#'
    digits,      // '#{min,max}'
    class_ref,   // {text}
    group,       // alternatives, `optional` if followed by ?
    begin, end,  // ^ $
  };
  Kind kind = Kind::literal;
  std::u32string text;
  std::string name;
  std::uint32_t min = 0, max = 0;
  bool prefix = false;
  bool optional = false;
  std::vector<PatternSequence> alternatives;
};

struct Pattern {
  std::vector<PatternSequence> alternatives;
};

// Error.where = "column N" (code points, from 1).
core::Result<Pattern> parse_pattern(std::string_view text);

// Names of the classes that the pattern refers to.
std::vector<std::string> referenced_classes(const Pattern& pattern);

}  // namespace fenshen::content
