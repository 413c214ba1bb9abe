// Attention: what interrupts, what steps back, what waits in the list, and what a change of content leaves as it was.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>

#include "assist/replayer.h"
#include "content/load.h"

namespace fenshen::assist {
namespace {

namespace cv = conversation;
namespace json = boost::json;
using cv::Speaker;

constexpr std::string_view kRules = R"(
- id: TST-01
  name: {zh: 提示一, en: One}
  severity: hint
  when: customer says "阿尔法"
  cooldown: none
  wording: {zh: 提示一, en: One}
  source: {title: 测试}
- id: TST-02
  name: {zh: 需求, en: Need}
  severity: hint
  when: customer says "贝塔"
  need: {zh: 潜在需求, en: A need}
  cooldown: none
  wording: {zh: 可以问一句, en: Ask}
  source: {title: 测试}
- id: TST-03
  name: {zh: 违规, en: Violation}
  severity: major
  when: rep says "伽马"
  cooldown: 5 turns
  wording: {zh: 违规, en: Violation}
  source: {title: 测试}
)";

content::PackSources sources(std::string_view rules) {
  const std::filesystem::path root = FENSHEN_SOURCE_DIR;
  const std::vector<std::filesystem::path> folders = {root / "packs/finance-cn", root / "packs/yunjiang"};
  content::PackSources made = content::read_packs(folders).value();
  made.files.push_back({made.files.front().pack, "rules/zz-test.yaml", "zz-test.yaml", std::string(rules)});
  return made;
}

std::shared_ptr<const CompiledPack> compiled(std::string_view rules) {
  const content::LoadOutcome loaded = content::load(sources(rules));
  for (const core::Error& error : loaded.errors) ADD_FAILURE() << core::describe(error);
  CompileOutcome outcome = compile(loaded.library);
  for (const core::Error& error : outcome.errors) ADD_FAILURE() << core::describe(error);
  return outcome.pack;
}
std::string without_violation() {
  std::string text(kRules);
  return text.substr(0, text.find("- id: TST-03"));
}
const std::shared_ptr<const CompiledPack>& first_pack() {
  static const auto pack = compiled(without_violation());
  return pack;
}
const std::shared_ptr<const CompiledPack>& second_pack() {
  static const auto pack = compiled(kRules);
  return pack;
}

class Desk {
 public:
  explicit Desk(const std::shared_ptr<const CompiledPack>& pack = second_pack())
      : replayer_("desk", [](std::string_view hash) -> core::Result<std::shared_ptr<const CompiledPack>> {
          return hash == hash_of(*first_pack()) ? first_pack() : second_pack();
        }) {
    feed(cv::ConversationStarted{"voice", "zh", {}, {}});
    bind(pack);
    say(Speaker::rep, "您好，这里是云江银行，我是客服工号八零零一，请问有什么可以帮您");
    now_ += 60'000;
  }
  void bind(const std::shared_ptr<const CompiledPack>& pack) { feed(cv::PackBound{hash_of(*pack), std::string(kEngineVersion)}); }
  void feed(cv::EventBody body) {
    cv::Event event;
    event.id = "e" + std::to_string(++seq_);
    event.seq = seq_;
    event.recorded_at = now_;
    event.body = std::move(body);
    std::vector<Frame> frames;
    ASSERT_TRUE(replayer_.feed(event, scratch_, frames).has_value());
    last_.clear();
    for (Frame& frame : frames)
      if (frame.kind == Frame::Kind::card) last_.push_back(std::move(frame.card));
  }
  void say(Speaker speaker, std::string text, core::Millis after = 1'000) {
    now_ += after;
    feed(cv::Utterance{speaker, std::move(text), {}, 0, 0, -1, -1});
  }
  const Card* last(std::string_view item) const {
    const auto found = std::ranges::find(last_, item, &Card::item);
    return found == last_.end() ? nullptr : &*found;
  }
  const std::vector<Card>& last() const { return last_; }
  json::object panels() const { return json::parse(replayer_.assist()->panels_json()).as_object(); }
  std::size_t more(std::string_view item, std::string_view why) const {
    const json::object all = panels();
    return static_cast<std::size_t>(std::ranges::count_if(all.at("more").as_array(), [&](const json::value& held) {
      return held.at("item").as_string() == item && held.at("held").as_string() == why;
    }));
  }
  AttentionCounts counts(CardKind kind) const { return replayer_.assist()->glance().attention[static_cast<std::size_t>(kind)]; }
  void wait(core::Millis millis) { now_ += millis; }

 private:
  Replayer replayer_;
  FoldScratch scratch_;
  std::vector<Card> last_;
  core::Millis now_ = core::parse_instant("2026-11-20T10:00:00+08:00").value();
  std::uint64_t seq_ = 0;
};

bool is_primary(const Card* card) { return card != nullptr && card->json.find("\"primary\":true") != std::string::npos; }

TEST(Governor, AHintStepsBackForEightSeconds) {
  Desk desk;
  desk.say(Speaker::customer, "阿尔法", 60'000);
  EXPECT_TRUE(is_primary(desk.last("TST-01")));
  desk.say(Speaker::customer, "阿尔法", 7'999);
  EXPECT_NE(desk.last("TST-01"), nullptr) << "it is told";
  EXPECT_FALSE(is_primary(desk.last("TST-01"))) << "but interrupts nobody";
  desk.say(Speaker::customer, "阿尔法", 1);
  EXPECT_TRUE(is_primary(desk.last("TST-01")));
}

TEST(Governor, ANeedWaitsInTheList) {
  Desk desk;
  desk.say(Speaker::customer, "阿尔法", 60'000);
  desk.say(Speaker::customer, "贝塔", 2'000);
  EXPECT_EQ(desk.last("TST-02"), nullptr);
  EXPECT_EQ(desk.more("TST-02", "recent"), 1u);
  EXPECT_EQ(desk.counts(CardKind::need).suppressed, 1u);
  EXPECT_EQ(desk.counts(CardKind::need).shown, 0u);
  desk.say(Speaker::customer, "贝塔", 8'000);
  EXPECT_TRUE(is_primary(desk.last("TST-02")));
  EXPECT_EQ(desk.counts(CardKind::need).shown, 1u);
}

TEST(Governor, WhatTheLawWantsToldIsTold) {
  Desk desk;
  desk.say(Speaker::customer, "阿尔法", 60'000);
  desk.feed(cv::Typing{Speaker::rep, true});
  desk.say(Speaker::rep, "伽马", 100);
  EXPECT_TRUE(is_primary(desk.last("TST-03")));
}

TEST(Governor, IsQuietWhileTheRepTypes) {
  Desk desk;
  desk.feed(cv::Typing{Speaker::rep, true});
  desk.say(Speaker::customer, "贝塔", 9'000);
  EXPECT_EQ(desk.last("TST-02"), nullptr);
  EXPECT_EQ(desk.more("TST-02", "busy"), 1u);
  desk.say(Speaker::customer, "卡丢了怎么办", 100);
  const auto answer = std::ranges::find(desk.last(), CardKind::knowledge, &Card::kind);
  ASSERT_NE(answer, desk.last().end()) << "a question is answered";
  EXPECT_FALSE(is_primary(&*answer)) << "beside what is being typed";
  desk.feed(cv::Typing{Speaker::rep, false});
  desk.say(Speaker::customer, "贝塔", 9'000);
  EXPECT_TRUE(is_primary(desk.last("TST-02")));
  // Who went away while typing is not typing for ever; the customer's typing is nobody's business here.
  desk.feed(cv::Typing{Speaker::rep, true});
  desk.feed(cv::Typing{Speaker::customer, true});
  desk.say(Speaker::customer, "贝塔", 29'999);
  EXPECT_EQ(desk.last("TST-02"), nullptr);
  desk.say(Speaker::customer, "贝塔", 1);
  EXPECT_TRUE(is_primary(desk.last("TST-02")));
}

TEST(Governor, AQuestionIsAnsweredAtOnceAndOnce) {
  Desk desk;
  desk.say(Speaker::rep, "伽马", 60'000);
  desk.say(Speaker::customer, "卡丢了怎么办", 500);
  const auto answer = std::ranges::find(desk.last(), CardKind::knowledge, &Card::kind);
  ASSERT_NE(answer, desk.last().end());
  EXPECT_TRUE(is_primary(&*answer));
  const std::string item = answer->item, id = answer->id;
  desk.say(Speaker::customer, "卡丢了怎么办", 60'000);
  EXPECT_EQ(desk.last(item), nullptr) << "it is on the desk";
  EXPECT_EQ(desk.more(item, "repeated"), 1u);
  const AttentionCounts counts = desk.counts(CardKind::knowledge);
  EXPECT_EQ(counts.suppressed, 1u);
  // Used, and asked for again much later: shown again.
  desk.feed(cv::CardAction{id, "used", "", ""});
  EXPECT_EQ(desk.counts(CardKind::knowledge).used, 1u);
  desk.say(Speaker::customer, "卡丢了怎么办", 1'000);
  EXPECT_EQ(desk.last(item), nullptr) << "not at once";
  for (int i = 0; i < 6; ++i) desk.say(i % 2 == 0 ? Speaker::rep : Speaker::customer, "好的");
  desk.say(Speaker::customer, "卡丢了怎么办", 1'000);
  EXPECT_NE(desk.last(item), nullptr);
  EXPECT_EQ(desk.more(item, "repeated"), 0u) << "it waits no more";
}

TEST(Governor, CountsWhatWasDoneWithCards) {
  Desk desk;
  desk.say(Speaker::customer, "卡丢了怎么办");
  const auto answer = std::ranges::find(desk.last(), CardKind::knowledge, &Card::kind);
  ASSERT_NE(answer, desk.last().end());
  const std::string id = answer->id;
  for (const char* action : {"shown", "edited", "dismissed", "dismissed", "rejected"}) desk.feed(cv::CardAction{id, action, "", ""});
  desk.feed(cv::CardAction{"no such card", "used", "", ""});
  desk.feed(cv::CardAction{"00000000000000aa", "used", "", ""});
  const AttentionCounts counts = desk.counts(CardKind::knowledge);
  EXPECT_GE(counts.shown, 1u);
  EXPECT_EQ(counts.used, 0u);
  EXPECT_EQ(counts.edited, 1u);
  EXPECT_EQ(counts.dismissed, 2u);
  EXPECT_EQ(counts.rejected, 1u);
}

// A rule that comes with new content finds what was said before, but nobody saw it: it is in no list, and its cool-down
// keeps nothing quiet. What was seen stays.
TEST(Governor, AChangeOfContentKeepsWhatWasSeen) {
  Desk desk(first_pack());
  desk.say(Speaker::rep, "伽马", 60'000);
  desk.say(Speaker::customer, "卡丢了怎么办");
  const auto answer = std::ranges::find(desk.last(), CardKind::knowledge, &Card::kind);
  ASSERT_NE(answer, desk.last().end());
  const std::string item = answer->item, id = answer->id;
  desk.bind(second_pack());
  const auto violations = [&] {
    const json::object all = desk.panels();
    return std::ranges::count_if(all.at("compliance").as_object().at("violations").as_array(), [](const json::value& one) { return one.at("rule").as_string() == "TST-03"; });
  };
  EXPECT_EQ(violations(), 0) << "nobody saw it";
  desk.say(Speaker::rep, "伽马");
  EXPECT_NE(desk.last("TST-03"), nullptr) << "no cool-down of what nobody saw";
  EXPECT_EQ(violations(), 1);
  desk.say(Speaker::customer, "卡丢了怎么办");
  EXPECT_EQ(desk.last(item), nullptr) << "still on the desk";
  desk.feed(cv::CardAction{id, "used", "", ""});
  EXPECT_EQ(desk.counts(CardKind::knowledge).used, 1u) << "the card of before is known";
  // Back, and forth again: the violation that was told is still told, and cools down.
  desk.bind(first_pack());
  EXPECT_EQ(violations(), 0) << "a rule that is gone is in no list";
  desk.bind(second_pack());
  desk.say(Speaker::rep, "伽马");
  EXPECT_NE(desk.last("TST-03"), nullptr);
}

}  // namespace
}  // namespace fenshen::assist
