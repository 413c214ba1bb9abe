#include "content/load.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "content/examples.h"

namespace fenshen::content {
namespace {

PackSources pack_of(std::vector<std::pair<std::string, std::string>> files) {
  PackSources sources;
  sources.files.push_back({"p", "pack.yaml", "p/pack.yaml", "id: p\nversion: '1'\nname: 试验\ntime_zone: '+08:00'\n"});
  for (auto& [path, text] : files) sources.files.push_back({"p", path, "p/" + path, std::move(text)});
  return sources;
}

std::vector<std::string> mistakes(const LoadOutcome& outcome) {
  std::vector<std::string> lines;
  for (const core::Error& error : outcome.errors) lines.push_back(core::describe(error));
  return lines;
}

constexpr std::string_view kArticle = R"(- id: a1
  topics: [F01]
  title: {zh: 怎么挂失, en: Report a loss}
  variants: [卡丢了, 卡找不到, 钱包没了, 卡被偷, 要挂失]
  answer: 拨打电话即可临时挂失。
  say: 我马上帮您挂失。
  facts: [{label: 有效期, value: 5 天}]
  source: {title: 规程, clause: §3}
  from: 2026-01-01
)";

constexpr std::string_view kRule = R"(- id: R-1
  name: 挂失有效期
  severity: major
  after: event card.loss_temp
  require:
    all:
      - {name: 有效期, when: 'rep says "#天"'}
  by: 2 turns or end
  wording: 五天内有效。
  source: {title: 规程}
)";

TEST(Load, ReadsItemsWithTheirPlaceAndText) {
  const LoadOutcome outcome = load(pack_of({{"articles/a.yaml", "# first\n" + std::string(kArticle)}, {"rules/r.yaml", std::string(kRule)}}));
  ASSERT_TRUE(outcome.errors.empty()) << mistakes(outcome).front();
  const Library& library = *outcome.library;
  ASSERT_EQ(library.articles.size(), 1u);
  EXPECT_EQ(library.articles[0].title.en, "Report a loss");
  EXPECT_EQ(library.articles[0].version, "1");
  EXPECT_EQ(library.articles[0].origin.line, 2);
  ASSERT_EQ(library.rules.size(), 1u);
  EXPECT_EQ(library.rules[0].by->turns, 2u);
  EXPECT_TRUE(library.rules[0].by->end);
  ASSERT_EQ(outcome.items.size(), 2u);
  EXPECT_TRUE(outcome.items[0].text.starts_with("id: a1\ntopics: [F01]\n")) << outcome.items[0].text;
  EXPECT_EQ(outcome.items[0].text.find("- id"), std::string::npos);
}

TEST(Load, AnOverlayReplacesTheItemAndChangesTheHash) {
  PackSources sources = pack_of({{"articles/a.yaml", std::string(kArticle)}});
  const LoadOutcome before = load(sources);
  std::string text = before.items[0].text;
  text.replace(text.find("马上"), std::string("马上").size(), "立刻");
  sources.overlays.push_back({"p", "article", "a1", "2", text});
  const LoadOutcome after = load(sources);
  ASSERT_TRUE(after.errors.empty()) << mistakes(after).front();
  ASSERT_EQ(after.library->articles.size(), 1u);
  EXPECT_EQ(after.library->articles[0].say.zh, "我立刻帮您挂失。");
  EXPECT_EQ(after.library->articles[0].version, "2");
  EXPECT_TRUE(after.items[0].edited);
  EXPECT_EQ(after.items[0].base_text, before.items[0].text);
  EXPECT_NE(after.library->hash, before.library->hash);
}

TEST(Load, ASnapshotMakesTheSameLibraryAgain) {
  PackSources sources = pack_of({{"articles/a.yaml", std::string(kArticle)}, {"rules/r.yaml", std::string(kRule)}, {"tests/t.yaml", "- {text: 好, hits: []}\n"}});
  const LoadOutcome before = load(sources);
  const auto again = from_snapshot(to_snapshot(sources));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->files.size(), 3u);  // without the tests
  EXPECT_EQ(load(*again).library->hash, before.library->hash);
  EXPECT_FALSE(from_snapshot("{\"files\":[{}]}").has_value());
  EXPECT_FALSE(from_snapshot("nonsense").has_value());
}

TEST(Load, TwentyMistakesAreAllNamedAtOnce) {
  const LoadOutcome outcome = load(pack_of({
      {"articles/a.yaml", "- id: a1\n"                                     // 1 title 2 answer 3 say missing
                          "  variants: [一]\n"                             // 4 too few
                          "  audience: everybody\n"                        // 5 no such word
                          "  from: 2026-13-01\n"                           // 6 no date
                          "  colour: red\n"                                // 7 unknown key
                          "  flow: P99\n"                                  // 8 does not exist; 9 source missing
                          "- id: a1\n"                                     // 10 there already
                          "  title: 甲\n  variants: [一, 二, 三, 四, 五]\n  answer: 乙\n  say: 丙\n  source: 丁\n"
                          "  from: 2026-02-01\n  to: 2026-01-01\n"},       // 11 to before from
      {"rules/r.yaml", "- id: R-1\n  name: 甲\n  source: 乙\n"             // 12 neither when nor require, 13 no wording
                       "- id: R-2\n  name: 甲\n  source: 乙\n  wording: 丙\n"
                       "  when: rep speeks\n"                              // 14 condition
                       "  within: 3 parsecs\n"                             // 15 amount, 16 goes with after
                       "  severity: fatal\n"},                             // 17 no such word
      {"classes/c.yaml", "- id: c\n  phrases: ['(保本']\n"                 // 18 pattern
                         "- id: d\n  phrases: ['{nowhere}']\n"},           // 19 class does not exist
      {"flows/P01.yaml", "id: P01\nname: 甲\nsteps:\n  - {id: S1, name: 乙}\n"},  // 20 no evidence
      {"notes/readme.yaml", "a: b\n"},                                     // 21 does not belong here
      {"products.yaml", "- code: [\n"},                                    // 22 not YAML
  }));
  EXPECT_GE(outcome.errors.size(), 20u);
  for (const core::Error& error : outcome.errors) {
    EXPECT_FALSE(error.message.empty());
    EXPECT_TRUE(error.where.starts_with("p/")) << error.where;
    EXPECT_NE(error.where.find(".yaml:"), std::string::npos) << error.where;
  }
  const std::vector<std::string> lines = mistakes(outcome);
  const auto says = [&](std::string_view text) { return std::ranges::any_of(lines, [&](const auto& line) { return line.find(text) != std::string::npos; }); };
  EXPECT_TRUE(says("p/articles/a.yaml:5: colour: unknown key"));
  EXPECT_TRUE(says("p/articles/a.yaml:4: from: «2026-13-01» is not a date"));
  EXPECT_TRUE(says("article a1 is there already: p/articles/a.yaml:1"));
  EXPECT_TRUE(says("class «nowhere» does not exist"));
  EXPECT_TRUE(says("p/products.yaml:"));
}

TEST(Load, ChecksOneItemForTheStudio) {
  EXPECT_TRUE(check_item("rule", "id: R-1\nname: 甲\nwhen: rep says \"保本\"\nwording: 乙\nsource: 丙\n").errors.empty());
  const LoadOutcome outcome = check_item("rule", "id: R-1\nname: 甲\nwhen: rep says\nwording: 乙\nsource: 丙\n");
  ASSERT_EQ(outcome.errors.size(), 1u);
  EXPECT_EQ(outcome.errors[0].where, "line 3");
}

TEST(Examples, ReadsTestsAndSamples) {
  const PackSources sources = pack_of({{"tests/t.yaml", R"(- name: 甲
  customer: {age: 68, risk: C2}
  turns:
    - {c: 卡丢了, expect: {topics: [F01]}}
    - {e: card.loss_temp, data: {days: 5, tail: "0012"}, ts: 9.5}
    - {r: 好的, not: {rules: [R-1], kinds: [knowledge]}}
  at_end: {type: 01.01.1, fields: {card_tail: "3306"}}
- {text: 保本的, hits: [SAL-01], not_hits: [SAL-02]}
)"},
                                       {"samples/s.yaml", R"(- id: sample-01
  title: {zh: 挂失, en: Loss}
  channel: voice
  turns:
    - {speaker: customer, text: 卡丢了, ts: 1}
    - {speaker: system, event: {name: idv.passed, data: {level: 3}}, ts: 2.5}
)"}});
  std::vector<core::Error> errors;
  const auto tests = load_tests(sources, errors);
  const auto samples = load_samples(sources, errors);
  ASSERT_TRUE(errors.empty()) << core::describe(errors.front());
  ASSERT_EQ(tests.size(), 2u);
  EXPECT_EQ(tests[0].dialogue.turns[1].ts, 9500);
  EXPECT_EQ(tests[0].dialogue.turns[2].ts, 10'500);
  EXPECT_EQ(tests[0].dialogue.turns[1].event->data[1].value, "0012");
  EXPECT_EQ(tests[0].fields.at("card_tail"), "3306");
  EXPECT_EQ(tests[1].refuse[0].rules.front(), "SAL-02");
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].dialogue.turns[1].event->name, "idv.passed");
}

}  // namespace
}  // namespace fenshen::content
