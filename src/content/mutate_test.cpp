#include "content/mutate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "content/load.h"

namespace fenshen::content {
namespace {

LoadOutcome load_text(const std::string& rules) {
  PackSources sources;
  sources.files.push_back({"p", "pack.yaml", "pack.yaml", "{id: p, version: '1', name: P}"});
  sources.files.push_back({"p", "rules/r.yaml", "r.yaml", rules});
  return load(sources);
}

constexpr const char* kRule = R"(
- id: X-01
  name: X
  applies: customer.age >= 65 or channel in [voice, chat]
  after: customer says "a|b" or rep says "c" unless "d|e" unless_before "f"
  within: 2 turns
  same: true
  when: rep says "c" unless "d|e" unless_before "f" and not rep says "g"
  wording: w
  source: {title: s}
- id: X-02
  name: X
  severity: hint
  after: customer says "q"
  require: {all: [{name: one, when: rep says "x"}, {name: two, when: rep says "y"}]}
  by: 2 turns or customer says "z"
  wording: w
  source: {title: s}
)";

const Mutant* find(const std::vector<Mutant>& mutants, std::string_view before, std::string_view after = {}) {
  const auto found = std::ranges::find_if(mutants, [&](const Mutant& mutant) { return mutant.before == before && (after.empty() || mutant.after == after); });
  return found == mutants.end() ? nullptr : &*found;
}

TEST(Mutate, EveryMutantIsAnotherRuleThatCanFire) {
  const LoadOutcome loaded = load_text(kRule);
  ASSERT_TRUE(loaded.errors.empty()) << core::describe(loaded.errors.front());
  std::set<std::string> names;
  for (const Rule& rule : loaded.library->rules)
    for (const Mutant& mutant : mutants_of(rule)) {
      EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name;
      EXPECT_TRUE(mutant.name.starts_with(rule.id + ":" + std::string(to_string(mutant.op)) + ":"));
      ASSERT_TRUE(mutant.rule);
      each_condition(*mutant.rule, [&](const Condition& condition, std::string_view key) {
        EXPECT_TRUE(parse_condition(condition.text)) << mutant.name << " " << condition.text;
        if (key != "applies") EXPECT_TRUE(has_trigger(condition.root)) << mutant.name;
      });
    }
  EXPECT_GT(names.size(), 30U);
}

TEST(Mutate, ChangesAllCopiesOfAnAtomTogether) {
  const LoadOutcome loaded = load_text(kRule);
  const std::vector<Mutant> mutants = mutants_of(loaded.library->rules.front());
  const Mutant* guard = find(mutants, "unless \"d|e\"");
  ASSERT_NE(guard, nullptr);
  EXPECT_EQ(guard->op, MutationOperator::drop_guard);
  EXPECT_EQ(guard->rule->after->text.find("unless \"d|e\""), std::string::npos);
  EXPECT_EQ(guard->rule->when->text.find("unless \"d|e\""), std::string::npos);
  EXPECT_EQ(std::ranges::count(mutants, guard->before, &Mutant::before), 1);
}

TEST(Mutate, HasEveryOperator) {
  const LoadOutcome loaded = load_text(kRule);
  const std::vector<Mutant> first = mutants_of(loaded.library->rules[0]), second = mutants_of(loaded.library->rules[1]);
  EXPECT_NE(find(first, "customer.age >= \"65\"", "customer.age >= \"66\""), nullptr);
  EXPECT_NE(find(first, "customer.age >= \"65\"", "customer.age >= \"64\""), nullptr);
  EXPECT_NE(find(first, "within 2", "within 1"), nullptr);
  EXPECT_NE(find(first, "within 2", "within 3"), nullptr);
  EXPECT_NE(find(first, "same: true", "same: false"), nullptr);
  EXPECT_NE(find(first, "says …|a|…"), nullptr);
  EXPECT_NE(find(first, "unless …|d|…"), nullptr);
  EXPECT_NE(find(first, "and not rep says \"g\""), nullptr);
  EXPECT_NE(find(first, "channel in [\"voice\", \"chat\"]", "channel in [\"voice\"]"), nullptr);
  EXPECT_NE(find(first, "rep says \"g\"", "customer says \"g\""), nullptr);
  EXPECT_NE(find(first, "card: violation", "card: prompt"), nullptr);
  EXPECT_NE(find(second, "card: prompt", "card: violation"), nullptr);
  EXPECT_NE(find(second, "part one"), nullptr);
  EXPECT_NE(find(second, "by 2 turns"), nullptr);
  EXPECT_NE(find(second, "warns when armed", "warn: never"), nullptr);
  EXPECT_NE(find(second, "since: start", "since: after"), nullptr);
}

TEST(Mutate, DropsPhrasesOfAClass) {
  PhraseClass phrases{"c", "", {"a|b", "d"}, {"c.yaml", 3}};
  const std::vector<Mutant> mutants = mutants_of(phrases);
  ASSERT_EQ(mutants.size(), 2U);
  EXPECT_EQ(mutants[0].name, "c:drop-alternative:1");
  EXPECT_EQ(mutants[0].phrase_class->phrases, std::vector<std::string>{"d"});
  phrases.phrases.pop_back();
  EXPECT_TRUE(mutants_of(phrases).empty()) << "a class without phrases is no class";
}

TEST(Mutate, SplitsPatternsAtTheirOwnBars) {
  EXPECT_EQ(split_alternatives("a(b|c)d|\\|e｜f"), (std::vector<std::string>{"a(b|c)d", "\\|e", "f"}));
  EXPECT_TRUE(split_alternatives("").empty());
}

}  // namespace
}  // namespace fenshen::content
