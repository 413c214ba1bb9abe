// Small mistakes made on purpose: each mutant is one rule or phrase class with one thing about it wrong, and still valid.
// A pack's tests are as good as the share of mutants they notice (`fenshen pack test --mutate`). Pure.
//
// A site is a place of the parsed rule, not of its text: what is written twice in one rule (the same atom in `after` and
// `when`) is one idea of the author and is changed in both places at once; changing one copy alone is mostly no change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/library.h"

namespace fenshen::content {

enum class MutationOperator : std::uint8_t {
  drop_guard,        // unless, unless_before, a condition joined by and, applies, after, until
  swap_order,        // after <-> when, require <-> by, since, same
  shift_limit,       // within, count, by, cooldown, figures that are compared by < <= > >=: one less, one more
  drop_alternative,  // of or, of a pattern, of `in`, of emotions, of require's parts, of by, of a phrase class
  change_speaker,    // rep <-> customer
  flip_effect,       // the kind of the card; whether it warns before the fact
};
inline constexpr MutationOperator kMutationOperators[] = {MutationOperator::drop_guard,       MutationOperator::swap_order,
                                                          MutationOperator::shift_limit,      MutationOperator::drop_alternative,
                                                          MutationOperator::change_speaker,   MutationOperator::flip_effect};
std::string_view to_string(MutationOperator op) noexcept;  // "drop-guard"

struct Mutant {
  std::string name;   // ITEM:OPERATOR:N, N from 1 in the order of writing: stable while the item is not edited
  MutationOperator op = MutationOperator::drop_guard;
  std::string before; // what was changed, as one line
  std::string after;  // what it became; empty: nothing
  std::string snippet;  // text to look for from origin.line on, to tell the line; may be empty
  Origin origin;      // of the item
  std::optional<Rule> rule;
  std::optional<PhraseClass> phrase_class;
};

std::vector<Mutant> mutants_of(const Rule& rule);
std::vector<Mutant> mutants_of(const PhraseClass& phrase_class);

// Top-level alternatives of a pattern, as written.
std::vector<std::string> split_alternatives(std::string_view pattern);

// Calls `visit(Condition&, std::string_view key)` for each condition of the rule, in the order of writing.
template <typename AnyRule, typename Visit>
void each_condition(AnyRule& rule, Visit visit) {
  if (rule.applies) visit(*rule.applies, "applies");
  if (rule.after) visit(*rule.after, "after");
  if (rule.until) visit(*rule.until, "until");
  if (rule.when) visit(*rule.when, "when");
  for (auto& part : rule.require) visit(part.when, "require");
  if (rule.by && rule.by->at) visit(*rule.by->at, "by");
  if (rule.warn) visit(*rule.warn, "warn");
}

}  // namespace fenshen::content
