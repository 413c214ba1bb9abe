// What an English call shows: parts of obligations and captured values in English, and the codes behind them unchanged.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <algorithm>

#include "assist/assist.h"
#include "content/load.h"

namespace fenshen::assist {
namespace {

namespace json = boost::json;

content::PackSources sources() {
  content::PackSources made;
  const auto file = [&](std::string path, std::string text) { made.files.push_back({"p", path, path, std::move(text)}); };
  file("pack.yaml", "{id: p, version: '1', name: p, time_zone: '+08:00'}");
  file("rules/p.yaml",
       "- id: R1\n  name: {zh: 告知, en: Tell}\n  severity: major\n  after: event card.loss_temp\n  require:\n    all:\n"
       "      - {name: {zh: 有效期, en: Validity}, when: 'rep says \"five days\"'}\n      - {name: {zh: 解挂, en: Release}, when: 'rep says \"release\"'}\n"
       "  by: end\n  wording: {zh: 说, en: Say it}\n  source: {title: t}\n");
  file("flows/P1.yaml",
       "id: P1\nname: {zh: 挂失, en: Loss}\nstart: event card.loss_temp\nfields:\n"
       "  - {name: kind, label: {zh: 类型, en: Kind}, from: 'value 临时 when event card.loss_temp', values: {临时: Temporary}}\n"
       "steps:\n  - {id: S1, name: {zh: 一, en: One}, done: end}\n");
  return made;
}

json::object panels_after(std::string lang, std::vector<Card>& cards) {
  const content::LoadOutcome loaded = content::load(sources());
  EXPECT_TRUE(loaded.errors.empty()) << core::describe(loaded.errors.front());
  Assist assist("c", compile(loaded.library).pack);
  FoldScratch scratch;
  FoldResult result;
  std::uint64_t seq = 0;
  const auto fold = [&](conversation::EventBody body) {
    conversation::Event event;
    event.seq = ++seq;
    event.recorded_at = 1'795'000'000'000;
    event.body = std::move(body);
    assist.fold(event, scratch, result);
    cards.insert(cards.end(), result.cards.begin(), result.cards.end());
  };
  fold(conversation::ConversationStarted{"voice", std::move(lang), {}, {}});
  fold(conversation::BusinessEvent{"card.loss_temp", {}});
  conversation::Utterance said;
  said.speaker = conversation::Speaker::rep;
  said.text = "It lasts five days.";
  fold(std::move(said));
  return json::parse(assist.panels_json()).as_object();
}

TEST(English, PartsAndValuesHaveAnEnglishForm) {
  std::vector<Card> cards;
  const json::object panels = panels_after("en", cards);
  const json::value& owed = panels.at("compliance").at("owed").at(0);
  EXPECT_EQ(json::serialize(owed.at("missing")), R"(["Release"])");
  const json::value& field = panels.at("flow").at("flows").at(0).at("fields").at(0);
  EXPECT_EQ(field.at("value").as_string(), "临时");  // what statistics count
  EXPECT_EQ(field.at("display").as_string(), "Temporary");
  const auto prompt = std::ranges::find(cards, CardKind::prompt, &Card::kind);
  ASSERT_NE(prompt, cards.end());
  EXPECT_EQ(json::serialize(json::parse(prompt->json).at("missing")), R"(["Validity","Release"])");
}

TEST(English, AChineseCallShowsChinese) {
  std::vector<Card> cards;
  const json::object panels = panels_after("zh", cards);
  EXPECT_EQ(json::serialize(panels.at("compliance").at("owed").at(0).at("missing")), R"(["解挂"])");
  EXPECT_FALSE(panels.at("flow").at("flows").at(0).at("fields").at(0).as_object().contains("display"));
}

}  // namespace
}  // namespace fenshen::assist
