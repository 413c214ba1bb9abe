#include "server/pack_mutation.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "server/packs.h"

namespace fenshen::server {
namespace {

constexpr std::size_t kTestsPerRuleMin = 3;

content::PackSources shipped() {
  const std::filesystem::path root = FENSHEN_SOURCE_DIR;
  const std::vector<std::filesystem::path> folders = {root / "packs/finance-cn", root / "packs/yunjiang"};
  auto sources = content::read_packs(folders);
  EXPECT_TRUE(sources);
  return std::move(*sources);
}

TEST(PackTests, EachShippedRuleHasThreeAndIsExpectedAndRefused) {
  const content::PackSources sources = shipped();
  const content::LoadOutcome loaded = content::load(sources);
  std::vector<core::Error> errors;
  const std::vector<content::PackTest> tests = content::load_tests(sources, errors);
  ASSERT_TRUE(errors.empty());
  for (const RuleTests& rule : tests_by_rule(*loaded.library, tests)) {
    if (rule.rule.starts_with("GATE-") || rule.rule.find('-', 4) != std::string::npos) continue;  // acts and siblings: tests of the gate, of the clocks
    EXPECT_GE(rule.tests, kTestsPerRuleMin) << rule.rule;
    EXPECT_GE(rule.hits, 1U) << rule.rule << " is never expected";
    EXPECT_GE(rule.misses, 1U) << rule.rule << " is never refused";
  }
}

constexpr const char* kPack = "{id: p, version: '1', name: P}";
constexpr const char* kRules = R"(
- id: X-01
  name: X
  when: rep says "保本" unless "不|并非"
  wording: w
  source: {title: s}
)";


MutationReport mutate_text(const std::string& tests, const std::string& exempt = "") {
  content::PackSources sources;
  sources.files.push_back({"p", "pack.yaml", "pack.yaml", kPack});
  sources.files.push_back({"p", "rules/r.yaml", "r.yaml", kRules});
  sources.files.push_back({"p", "tests/t.yaml", "t.yaml", tests});
  sources.files.push_back({"p", "tests/mutants-exempt.yaml", "e.yaml", exempt});
  std::vector<core::Error> errors;
  const content::LoadOutcome loaded = content::load(sources);
  const std::vector<content::PackTest> pack_tests = content::load_tests(sources, errors);
  const std::vector<Exemption> exemptions = load_exemptions(sources, errors);
  EXPECT_TRUE(errors.empty());
  return mutate({loaded.library, pack_tests, exemptions, "", 2}, [](std::size_t, std::size_t) {});
}

TEST(PackMutation, NoTestCatchesNothing) {
  const MutationReport report = mutate_text("");
  EXPECT_EQ(report.count(MutantFate::survived), report.results.size());
  EXPECT_EQ(report.results.size(), 5U);  // guard, its two words, speaker, card
}

TEST(PackMutation, TestsCatchWhatTheySpeakOf) {
  const MutationReport report = mutate_text("- rule: X-01\n  hit: [这款保本]\n  miss: [这款不保本, 这款并非保本]\n");
  EXPECT_EQ(report.count(MutantFate::caught), 5U);
  EXPECT_EQ(report.whole_library, 0U);
}

TEST(PackMutation, ExemptionsAreNamedAndMustMatch) {
  const std::string tests = "- rule: X-01\n  hit: [这款保本]\n  miss: [这款不保本]\n";
  const MutationReport good = mutate_text(tests, "- {mutant: 'X-01:drop-alternative:2', was: 'unless …|并非|…', reason: r}\n");
  EXPECT_TRUE(good.errors.empty());
  EXPECT_EQ(good.count(MutantFate::exempt), 1U);
  EXPECT_EQ(mutate_text(tests, "- {mutant: 'X-01:drop-alternative:9', was: w, reason: r}\n").errors.size(), 1U) << "no such mutant";
  EXPECT_EQ(mutate_text(tests, "- {mutant: 'X-01:drop-alternative:2', was: w, reason: r}\n").errors.size(), 1U) << "another place by now";
  EXPECT_EQ(mutate_text(tests, "- {mutant: 'X-01:flip-effect:1', was: 'card: violation', reason: r}\n").errors.size(), 1U) << "caught anyway";
}

}  // namespace
}  // namespace fenshen::server
