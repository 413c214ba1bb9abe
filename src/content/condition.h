// The condition language of packs (docs/formats/pack.md, "Conditions") as a tree. Parsing only; signals/ compiles it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "content/pattern.h"
#include "core/result.h"

namespace fenshen::content {

enum class Comparison : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal, in, missing, present };

// Guards that have a name: what refuses a phrase where it stands (docs/rules.md, "Guards"). Their words are phrase classes.
enum class Guard : std::uint8_t { negated, prohibited, reported, question };
struct GuardName {
  std::string_view name;          // as conditions write it
  std::string_view phrase_class;  // of its words
};
inline constexpr std::array<GuardName, 4> kGuards = {GuardName{"negated", "negation"}, GuardName{"prohibited", "prohibition"},
                                                     GuardName{"reported", "quoting"}, GuardName{"question", "question_mark"}};

// One side of a comparison: a path of the context, or a constant.
struct Operand {
  bool is_path = false;
  std::string text;  // path, or the constant as written
};

struct CompareNode {
  std::string path;
  Comparison op = Comparison::equal;
  std::vector<Operand> values;  // one, several for `in`, none for missing/present
  std::uint32_t column = 0;     // where it was written, from 1; 0 = not from text
};

struct ConditionNode {
  enum class Kind : std::uint8_t {
    all, any, negate,  // children
    says,              // speakers, pattern, unless, unless_before, guards
    matches,           // the same with a regular expression in pattern_text
    gives,             // speakers, name = entity type, compares (on the entity's value: path "value")
    event,             // name, compares (paths are fields of its data)
    step,              // name = "P01.S5"
    enters,            // name = "P14"
    speaks,            // speakers
    start, end,
    act,               // name = kind
    intent,            // name = topic
    emotion,           // names
    compare,           // compares[0]
  };
  Kind kind = Kind::all;
  std::vector<ConditionNode> children;
  std::uint8_t speakers = 0;  // bit set by conversation::Speaker
  std::string pattern_text;
  std::string unless_text;
  std::string unless_before_text;
  std::uint8_t guards = 0;    // bit set by Guard
  std::string name;
  std::vector<std::string> names;
  std::vector<CompareNode> compares;
  // Where the atom, and the text inside the quotes, were written (code points from 1; 0 = not from text), so that
  // what only the compiler can know (an unknown class, flow or topic) is named with its column too.
  std::uint32_t column = 0;
  std::uint32_t pattern_column = 0;
  std::uint32_t unless_column = 0;
  std::uint32_t unless_before_column = 0;
  std::uint32_t guards_column = 0;
};

struct Condition {
  std::string text;  // as written
  ConditionNode root;
};

// Error.where = "column N" (code points, from 1). Patterns inside are parsed too (syntax only). A pattern keeps its
// escapes as written; a quoted constant loses its backslashes. Paths must begin with a known root (docs/formats/pack.md).
core::Result<Condition> parse_condition(std::string_view text);

// The condition written in one way: trees of equal meaning atom by atom give equal texts, and the text parses to the tree.
std::string to_text(const ConditionNode& node);

// Whether some atom of it can make it true by happening: one that is not a comparison and stands under no (or an even
// number of) `not`. Without one the condition is only ever asked (applies, if), never triggered.
bool has_trigger(const ConditionNode& node);
// Whether it holds triggers, but only negated ones, and no comparison: such a condition says when nothing happens.
bool only_negated_triggers(const ConditionNode& node);

}  // namespace fenshen::content
