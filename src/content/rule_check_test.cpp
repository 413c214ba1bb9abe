// Rules that read well and cannot work: each is named with what stands in the way; and one like it that works is not.
#include <gtest/gtest.h>

#include <string>

#include "content/load.h"

namespace fenshen::content {
namespace {

std::string mistakes(const std::string& keys) {
  PackSources sources;
  const auto file = [&](std::string path, std::string text) { sources.files.push_back({"p", path, path, std::move(text)}); };
  file("pack.yaml", "{id: p, version: '1', name: p}");
  file("rules/r.yaml", "- {id: R, name: r, wording: w, source: s, " + keys + "}\n");
  std::string all;
  for (const core::Error& error : load(sources).errors) all += core::describe(error) + "\n";
  return all;
}

struct Row {
  const char* keys;
  const char* part;  // of the message; "" = no mistake
};

TEST(RuleCheck, NamesWhatCanNeverWork) {
  const Row rows[] = {
      {R"(when: 'rep says "a" and hour >= 24')", "no value of hour fits"},
      {R"(when: 'rep says "a" and hour < 8 and hour >= 22')", "no value of hour fits"},
      {R"(when: 'rep says "a" and (hour < 8 or hour >= 22)')", ""},
      {R"(when: 'rep says "a" and hour < 1')", ""},
      {R"(when: 'rep says "a" and weekday > 7')", "no value of weekday fits"},
      {R"(when: 'rep says "a" and customer.risk == C1 and customer.risk == C2')", "customer.risk is not C1 and C2 at once"},
      {R"(when: 'rep says "a" and customer.age >= 65 and customer.age <= 60')", "no value of customer.age fits"},
      {R"(when: 'rep says "a" and product.class == wealthy')", "nothing ever sets product.class to «wealthy»"},
      {R"(when: 'rep says "a" and customer says "b"')", "one utterance has one speaker"},
      {R"(when: 'rep matches "甲" and customer speaks')", "one utterance has one speaker"},
      {R"(when: 'rep says "a" and event x')", "are never one event"},
      {R"(when: 'act message and rep says "a"')", ""},
      {R"(when: 'rep says "a" and not rep says "a"')", "can never hold: «rep says \"a\"» and not"},
      {R"(applies: customer.age < 60, when: 'rep says "a" and customer.age >= 60')", "applies never holds where when comes"},
      {R"(applies: 'customer says "b"', after: 'rep says "a"', require: 'rep says "c"', by: end)", "applies never holds where after comes"},
      {R"(after: 'rep says "a"', until: 'rep says "a"', when: 'rep says "b"')", "until is there whenever after is"},
      {R"(after: 'rep says "a"', until: 'rep says "b" or rep says "c"', when: 'rep says "b"')", "can never fire: until comes with when"},
      {R"(after: 'rep says "a"', until: 'rep says "b"', when: 'rep says "b" or rep says "c"')", ""},
      {R"(require: 'rep says "a"', by: 'rep says "a"')", "can never be broken"},
      {R"(require: 'rep says "a"', by: 'rep says "a" or end')", ""},
      {R"(after: 'rep says "a"', require: 'rep says "a" or rep says "b"', by: end)", "what arms it also meets it"},
      {R"(after: 'rep says "a"', same: true, since: after, require: 'rep says "b"', by: 'rep says "a"')", "is always broken"},
      {R"(after: 'rep says "a"', same: true, require: 'rep says "b"', by: 'rep says "a"')", ""},
      {R"(require: 'rep says "a"', by: start)", "deadline without an end"},
      {R"(require: 'rep says "a"', by: 0 s)", "is over when it begins"},
      {R"(require: 'rep says "a"', by: 2000 days)", "is later than 1000 days"},
      {R"(require: 'rep says "a"')", "needs a deadline"},
      {R"(when: 'rep says "a"', escalate: {after: 2, severity: normal})", "escalate raises nothing"},
      {R"(when: 'rep says "a"', escalate: {after: 2})", "changes nothing"},
      {R"(when: 'rep says "a"', restart: true)", "goes with require"},
      {R"(require: 'rep says "a"', by: end, each: product.code)", "goes with after"},
      {R"(after: 'rep says "a"', require: 'rep says "b"', by: end, each: nonsense)", "must be occurrence, entity TYPE"},
      {R"(when: 'rep says "a"', count: 2, within: 3 days)", "must be like «3 turns» or «60 s»"},
  };
  for (const Row& row : rows) {
    const std::string said = mistakes(row.keys);
    if (*row.part == '\0') EXPECT_EQ(said, "") << row.keys;
    else EXPECT_NE(said.find(row.part), std::string::npos) << row.keys << "\nsaid: " << said;
  }
}

TEST(RuleCheck, ReadsTheNewKeys) {
  PackSources sources;
  sources.files.push_back({"p", "pack.yaml", "pack.yaml", "{id: p, version: '1', name: p}"});
  sources.files.push_back({"p", "rules/r.yaml", "rules/r.yaml",
                           "- {id: R, name: r, wording: w, source: s, after: event x, each: event.no, restart: true, require: event y, by: 3 workdays or 20 days or 2 turns,\n"
                           "   score: -5, alert: supervisor, tags: [a, b], need: {zh: 理财, en: Wealth}, closes: P01.S1, escalate: {after: 3, severity: major, alert: supervisor}}\n"});
  const LoadOutcome outcome = load(sources);
  for (const core::Error& error : outcome.errors) ADD_FAILURE() << core::describe(error);
  ASSERT_EQ(outcome.library->rules.size(), 1U);
  const Rule& rule = outcome.library->rules[0];
  EXPECT_EQ(rule.each.of, Each::Of::event_field);
  EXPECT_EQ(rule.each.name, "no");
  EXPECT_TRUE(rule.restart);
  EXPECT_EQ(rule.by->workdays, 3U);
  EXPECT_EQ(rule.by->days, 20U);
  EXPECT_EQ(rule.by->turns, 2U);
  EXPECT_EQ(rule.effects.score, -5);
  EXPECT_TRUE(rule.effects.alert);
  EXPECT_EQ(rule.effects.tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(rule.effects.need.en, "Wealth");
  EXPECT_EQ(rule.effects.closes, (std::vector<std::string>{"P01.S1"}));
  EXPECT_EQ(rule.effects.escalate.after, 3U);
  EXPECT_EQ(rule.effects.escalate.severity, Severity::major);
}

}  // namespace
}  // namespace fenshen::content
