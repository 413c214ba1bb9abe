// The gate over the shipped packs, without a server: who may be shown what, who may be called when, what may leave the
// house, and that a replay decides as the first fold did.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "assist/replayer.h"
#include "content/load.h"

namespace fenshen::assist {
namespace {

namespace cv = conversation;
using cv::Decision;

std::shared_ptr<const CompiledPack> compile_or_fail(const content::PackSources& sources) {
  const content::LoadOutcome loaded = content::load(sources);
  for (const core::Error& error : loaded.errors) ADD_FAILURE() << core::describe(error);
  CompileOutcome compiled = compile(loaded.library);
  for (const core::Error& error : compiled.errors) ADD_FAILURE() << core::describe(error);
  return compiled.pack;
}

// The shipped packs, and a product of each risk level beside the demo bank's.
content::PackSources sources() {
  const std::filesystem::path root = FENSHEN_SOURCE_DIR;
  const std::vector<std::filesystem::path> folders = {root / "packs/finance-cn", root / "packs/yunjiang"};
  content::PackSources made = content::read_packs(folders).value();
  for (content::SourceFile& file : made.files)
    if (file.path == "products.yaml")
      for (int risk = 1; risk <= 5; ++risk)
        file.text += "\n- {code: TEST-R" + std::to_string(risk) + ", name: {zh: 测试理财" + std::to_string(risk) + "号, en: Test " + std::to_string(risk) +
                     "}, class: wealth, risk: R" + std::to_string(risk) + ", issuer: 云江理财, own: false}\n";
  return made;
}

const std::shared_ptr<const CompiledPack>& pack() {
  static const auto instance = compile_or_fail(sources());
  return instance;
}

core::Millis at(std::string_view time) { return core::parse_instant(time).value(); }

// A conversation and what a server would write into its log.
class Talk {
 public:
  explicit Talk(cv::Fields customer, std::string channel = "chat", cv::Fields meta = {}, core::Millis now = at("2026-11-20T10:00:00+08:00"))
      : replayer_("t", source()), now_(now) {
    feed(cv::ConversationStarted{std::move(channel), "zh", std::move(customer), std::move(meta)});
    feed(cv::PackBound{hash_of(*pack()), std::string(kEngineVersion)});
  }
  static PackSource source() {
    return [](std::string_view) -> core::Result<std::shared_ptr<const CompiledPack>> { return pack(); };
  }

  void feed(cv::EventBody body) {
    cv::Event event;
    event.id = "e" + std::to_string(log_.size() + 1);
    event.seq = log_.size() + 1;
    event.recorded_at = now_;
    event.body = std::move(body);
    const std::size_t before = frames_.size();
    ASSERT_TRUE(replayer_.feed(event, scratch_, frames_).has_value());
    log_.push_back(std::move(event));
    for (std::size_t i = before; i < frames_.size(); ++i)
      if (frames_[i].kind == Frame::Kind::card) cards_.push_back(frames_[i].card);
  }
  void say(cv::Speaker speaker, std::string text) { feed(cv::Utterance{speaker, std::move(text), {}, 0, 0, -1, -1}); }
  void clock(core::Millis now) { now_ = now; }

  GateDecision propose(std::string kind, std::string text, cv::Fields data = {}, std::string card = {}) {
    act_ = "a" + std::to_string(++acts_);
    feed(cv::ActProposed{act_, std::move(kind), std::move(text), std::move(card), std::move(data)});
    return decide();
  }
  GateDecision message(std::string text, std::string card = {}) { return propose("message", std::move(text), {}, std::move(card)); }
  GateDecision confirm() {
    feed(cv::ActConfirmed{act_});
    return decide();
  }
  GateDecision draft(std::string text) { return replayer_.assist()->check({"", "message", std::move(text), "", {}}, now_, scratch_); }

  std::size_t violations(std::string_view rule) const {
    return static_cast<std::size_t>(std::ranges::count_if(cards_, [&](const Card& card) { return card.kind == CardKind::violation && card.item == rule; }));
  }
  std::int32_t turns() const { return replayer_.assist()->turn_count(); }
  const std::vector<Card>& cards() const { return cards_; }
  std::vector<cv::Event> log() const { return log_; }
  std::string lines() const {
    std::string text;
    for (const Card& card : cards_) text += card.json + "\n";
    return text;
  }

 private:
  GateDecision decide() {
    const GateDecision decision = *replayer_.assist()->decision(act_);
    feed(cv::ActDecided{act_, decision.decision, decision.rules});
    if (decision.decision == Decision::allowed) feed(cv::ActDone{act_, {}});
    return decision;
  }

  Replayer replayer_;
  FoldScratch scratch_;
  std::vector<Frame> frames_;
  std::vector<Card> cards_;
  std::vector<cv::Event> log_;
  core::Millis now_;
  int acts_ = 0;
  std::string act_;
};

cv::Fields customer(std::string risk, std::string age = "40", std::string valid_to = "2027-06-30") {
  return {{"id", "c1"}, {"risk", std::move(risk)}, {"risk_valid_to", std::move(valid_to)}, {"age", std::move(age), cv::FieldKind::number}};
}
bool names(const GateDecision& decision, std::string_view rule) { return std::ranges::find(decision.rules, rule) != decision.rules.end(); }

TEST(Gate, APromiseOfPrincipalDoesNotLeave) {
  Talk talk(customer("C1"));
  talk.say(cv::Speaker::customer, "这个江汇混合怎么样");
  const std::int32_t turns = talk.turns();
  const GateDecision decision = talk.message("这款理财保本保收益");
  EXPECT_EQ(decision.decision, Decision::blocked);
  EXPECT_TRUE(names(decision, "SAL-01"));
  EXPECT_NE(decision.findings.find("不保证本金"), std::string::npos) << "the lawful wording is there";
  EXPECT_NE(decision.findings.find("\"decision\":\"blocked\""), std::string::npos);
  EXPECT_EQ(talk.turns(), turns) << "it was never said";
  EXPECT_EQ(talk.violations("SAL-01"), 0u) << "what did not happen is no violation";
  EXPECT_EQ(talk.cards().back().kind, CardKind::prompt);
  EXPECT_NE(talk.cards().back().json.find("\"decision\":\"blocked\""), std::string::npos);
  // The lawful wording passes, and so does denying it.
  EXPECT_EQ(talk.message("这款产品不保证本金，可能发生亏损，请您以产品说明书为准。").decision, Decision::allowed);
  EXPECT_EQ(talk.message("我们不能承诺保本，也不承诺收益。").decision, Decision::allowed);
  EXPECT_EQ(talk.turns(), turns + 2);
}

TEST(Gate, IsNotTiredByBeingAskedAgain) {
  Talk talk(customer("C1"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(talk.message("您放心，这款理财保本的").decision, Decision::blocked) << i;
  // Nor by what was said past it a moment ago.
  talk.say(cv::Speaker::rep, "您放心，这款理财保本的");
  EXPECT_EQ(talk.violations("SAL-01"), 1u);
  EXPECT_EQ(talk.message("您放心，这款理财保本的").decision, Decision::blocked);
}

TEST(Gate, WhatIsSpokenIsDetected) {
  Talk talk(customer("C1"), "voice");
  const GateDecision decision = talk.message("您放心，这款理财保本的");
  EXPECT_EQ(decision.decision, Decision::allowed);
  EXPECT_NE(decision.findings.find("\"decision\":\"reported\""), std::string::npos);
  EXPECT_EQ(talk.violations("SAL-01"), 1u);
}

TEST(Gate, ADraftChangesNothing) {
  Talk talk(customer("C1")), other(customer("C1"));
  EXPECT_EQ(talk.draft("这款理财保本保收益").decision, Decision::blocked);
  EXPECT_EQ(talk.draft("您好，请问有什么可以帮您").decision, Decision::allowed);
  for (Talk* one : {&talk, &other}) {
    one->say(cv::Speaker::customer, "卡丢了怎么办");
    one->message("您放心，这款理财保本的");
  }
  EXPECT_EQ(talk.lines(), other.lines());
}

// C1–C5 × R1–R5.
TEST(Gate, ShowsOnlyProductsWithinTheCustomersLevel) {
  for (int level = 1; level <= 5; ++level)
    for (int risk = 1; risk <= 5; ++risk) {
      Talk talk(customer("C" + std::to_string(level)));
      const GateDecision decision = talk.propose("product", "", {{"product", "TEST-R" + std::to_string(risk)}});
      EXPECT_EQ(decision.decision, risk > level ? Decision::blocked : Decision::allowed) << 'C' << level << " R" << risk;
      EXPECT_EQ(names(decision, "SAL-10"), risk > level) << 'C' << level << " R" << risk;
    }
}

TEST(Gate, RefusesWithoutAValidAssessment) {
  struct Case {
    std::string valid_to;
    Decision expected;
  };
  for (const Case& one : {Case{"2026-11-19", Decision::blocked}, Case{"2026-11-20", Decision::allowed}, Case{"2026-11-21", Decision::allowed}}) {
    Talk talk(customer("C3", "40", one.valid_to));
    EXPECT_EQ(talk.propose("product", "", {{"product", "TEST-R2"}}).decision, one.expected) << one.valid_to;
    // Of the lowest risk nobody asks for an assessment.
    EXPECT_EQ(talk.propose("product", "", {{"product", "TEST-R1"}}).decision, Decision::allowed) << one.valid_to;
  }
  Talk none(cv::Fields{{"id", "c1"}});
  EXPECT_TRUE(names(none.propose("product", "", {{"product", "TEST-R2"}}), "SAL-11"));
  none.feed(cv::BusinessEvent{"risk.level", {{"level", "C4"}, {"valid_to", "2027-11-20"}}});
  EXPECT_EQ(none.propose("product", "", {{"product", "TEST-R2"}}).decision, Decision::allowed) << "assessed meanwhile";
}

TEST(Gate, AsksBeforeASeniorIsShownARiskyProduct) {
  for (const int age : {64, 65, 66})
    for (int risk = 1; risk <= 5; ++risk) {
      Talk talk(customer("C5", std::to_string(age)));
      const GateDecision decision = talk.propose("product", "", {{"product", "TEST-R" + std::to_string(risk)}});
      const bool asks = age >= 65 && risk >= 3;
      EXPECT_EQ(decision.decision, asks ? Decision::confirm : Decision::allowed) << age << " R" << risk;
      if (!asks) continue;
      EXPECT_TRUE(names(decision, "GATE-02"));
      EXPECT_EQ(talk.confirm().decision, Decision::allowed);
    }
  // A refusal goes before a question.
  Talk talk(customer("C1", "70"));
  EXPECT_EQ(talk.propose("product", "", {{"product", "TEST-R4"}}).decision, Decision::blocked);
}

struct Hour {
  std::string_view time, zone;
  Decision expected;
};

void expect_hours(std::string purpose, cv::Fields meta, std::initializer_list<Hour> hours) {
  for (const Hour& one : hours) {
    Talk talk(customer("C3"), "outbound", meta, at("2026-11-01T00:00:00Z"));
    talk.clock(at(one.time));
    const GateDecision decision = talk.propose("contact", "", {{"to", "13900000000"}, {"purpose", purpose}, {"phone_zone", std::string(one.zone)}});
    EXPECT_EQ(decision.decision, one.expected) << purpose << ' ' << one.time << " in " << one.zone;
  }
}

TEST(Gate, CollectsOnlyBetween8And22OnTheCustomersClock) {
  constexpr auto kYes = Decision::allowed, kNo = Decision::blocked;
  expect_hours("collection", {},
               {{"2026-11-20T07:59:59+08:00", "+08:00", kNo},
                {"2026-11-20T07:59:59.999+08:00", "+08:00", kNo},
                {"2026-11-20T08:00:00+08:00", "+08:00", kYes},
                {"2026-11-20T20:59:59+08:00", "+08:00", kYes},
                {"2026-11-20T21:00:00+08:00", "+08:00", kYes},
                {"2026-11-20T21:59:59.999+08:00", "+08:00", kYes},
                {"2026-11-20T22:00:00+08:00", "+08:00", kNo},
                {"2026-11-20T00:00:00+08:00", "+08:00", kNo},
                // the same instants, where the customer is
                {"2026-11-20T08:00:00+08:00", "+06:00", kNo},
                {"2026-11-20T09:59:59+08:00", "+06:00", kNo},
                {"2026-11-20T10:00:00+08:00", "+06:00", kYes},
                {"2026-11-20T22:00:00+08:00", "+06:00", kYes},
                {"2026-11-20T23:59:59+08:00", "+06:00", kYes},
                {"2026-11-21T00:00:00+08:00", "+06:00", kNo},
                {"2026-11-20T07:59:59Z", "-08:00", kNo},
                {"2026-11-20T16:00:00Z", "-08:00", kYes},
                {"2026-11-20T15:59:59Z", "-08:00", kNo},
                {"2026-11-20T02:29:59Z", "+05:30", kNo},
                {"2026-11-20T02:30:00Z", "+05:30", kYes}});
  // The debtor agreed in writing; another purpose.
  Talk agreed(cv::Fields{{"id", "c1"}, {"night_contact_ok", "yes"}}, "outbound", {}, at("2026-11-20T23:00:00+08:00"));
  EXPECT_EQ(agreed.propose("contact", "", {{"to", "1"}, {"purpose", "collection"}}).decision, kYes);
  expect_hours("service", {}, {{"2026-11-20T22:30:00+08:00", "+08:00", kYes}});
}

TEST(Gate, SellsByPhoneOnlyInMarketingHours) {
  constexpr auto kYes = Decision::allowed, kNo = Decision::blocked;
  expect_hours("marketing", {{"line", "life"}},
               {{"2026-11-20T08:59:59+08:00", "+08:00", kNo},
                {"2026-11-20T09:00:00+08:00", "+08:00", kYes},
                {"2026-11-20T20:59:59+08:00", "+08:00", kYes},
                {"2026-11-20T21:00:00+08:00", "+08:00", kNo},
                {"2026-11-20T20:59:59+08:00", "+09:00", kNo},
                {"2026-11-20T19:59:59+08:00", "+09:00", kYes}});
  expect_hours("marketing", {}, {{"2026-11-20T19:59:59+08:00", "+08:00", kYes}, {"2026-11-20T20:00:00+08:00", "+08:00", kNo}});
}

TEST(Gate, CountsWhatTheSnapshotTells) {
  struct Case {
    std::string name;
    int count;
    Decision expected;
  };
  for (const Case& one : {Case{"connected_today", 2, Decision::allowed}, Case{"connected_today", 3, Decision::blocked},
                          Case{"unanswered_today", 5, Decision::allowed}, Case{"unanswered_today", 6, Decision::blocked}}) {
    Talk talk(customer("C3"), "outbound");
    talk.feed(cv::HistorySnapshot{{{one.name, std::to_string(one.count), cv::FieldKind::number}}});
    EXPECT_EQ(talk.propose("contact", "", {{"to", "1"}, {"purpose", "collection"}}).decision, one.expected) << one.name << ' ' << one.count;
    EXPECT_EQ(talk.violations("COL-02") + talk.violations("COL-03"), 0u);
  }
}

TEST(Gate, InternalContentStaysInside) {
  const content::Library& library = library_of(*pack());
  int internal = 0;
  for (const content::Article& article : library.articles) {
    if (article.audience != content::Audience::internal) continue;
    ++internal;
    for (const bool chat : {true, false}) {
      Talk talk(customer("C3"), chat ? "chat" : "voice");
      const GateDecision whole = talk.message(article.answer.zh);
      EXPECT_EQ(names(whole, "GATE-01"), chat) << article.id;
      EXPECT_EQ(whole.decision, chat ? Decision::blocked : Decision::allowed) << article.id;
    }
    Talk talk(customer("C3"));
    // Half of it, in the middle of something else, with other punctuation.
    const std::string half = "跟您说一下 " + article.answer.zh.substr(0, article.answer.zh.find("。")) + " 就这样";
    EXPECT_TRUE(names(talk.message(half), "GATE-01")) << half;
    EXPECT_FALSE(names(talk.message(article.say.zh), "GATE-01")) << "what the rep says to the customer may be said: " << article.id;
  }
  EXPECT_GE(internal, 3);
  for (const content::Article& article : library.articles) {
    if (article.audience == content::Audience::internal) continue;
    Talk talk(customer("C3"));
    EXPECT_FALSE(names(talk.message(article.answer.zh), "GATE-01")) << article.id;
    EXPECT_FALSE(names(talk.message(article.say.zh), "GATE-01")) << article.id;
  }
}

TEST(Gate, ACardOfAnInternalArticleIsNotPassedOn) {
  Talk talk(customer("C3"));
  talk.say(cv::Speaker::customer, "反诈三问怎么问");
  const auto card = std::ranges::find_if(talk.cards(), [](const Card& one) { return one.item == "yj-f60-internal"; });
  ASSERT_NE(card, talk.cards().end());
  const std::string id = card->id;
  EXPECT_TRUE(names(talk.message("按规定要先问您几件事再办", id), "GATE-01"));
  EXPECT_FALSE(names(talk.message("我想先问您三件事：这钱做什么用、转给谁、有没有人在旁边教您？", id), "GATE-01"));
}

// What the shipped articles say could be published through the gate.
TEST(Gate, PublishesEveryShippedArticle) {
  const content::Library& library = library_of(*pack());
  for (const content::Article& article : library.articles)
    for (const std::string& text : {article.say.zh, article.say.en, article.audience == content::Audience::customer ? article.answer.zh : std::string()}) {
      if (text.empty()) continue;
      Talk talk(cv::Fields{}, "content");
      const GateDecision decision = talk.propose("publish", text, {{"id", article.id}});
      EXPECT_NE(decision.decision, Decision::blocked) << article.id << ": " << text << (decision.rules.empty() ? "" : decision.rules.front());
    }
  Talk talk(cv::Fields{}, "content");
  EXPECT_EQ(talk.propose("publish", "这款理财保本保收益，放心买。", {{"id", "new"}}).decision, Decision::blocked);
  const auto internal = std::ranges::find(library.articles, content::Audience::internal, &content::Article::audience);
  EXPECT_TRUE(names(talk.propose("publish", internal->answer.zh, {{"id", "new"}}), "GATE-01")) << "copied from an internal article";
}

// What the house itself tells reps to say passes its own gate.
TEST(Gate, LetsEveryShippedWordingPass) {
  const content::Library& library = library_of(*pack());
  std::map<std::string, std::string> refused;
  const auto try_it = [&](const std::string& what, const std::string& text) {
    if (text.empty()) return;
    Talk talk(cv::Fields{{"id", "c1"}});
    const GateDecision decision = talk.message(text);
    if (decision.decision == Decision::blocked) refused[what] = decision.rules.front() + ": " + text;
  };
  for (const content::Article& article : library.articles) try_it(article.id, article.say.zh);
  for (const content::Rule& rule : library.rules) try_it(rule.id, rule.lawful().zh);
  for (const content::Flow& flow : library.flows)
    for (const content::FlowStep& step : flow.steps) try_it(flow.id + "." + step.id, step.say.zh);
  for (const auto& [what, why] : refused) ADD_FAILURE() << what << " is refused by " << why;
}

TEST(Gate, AReplayDecidesTheSame) {
  Talk talk(customer("C2", "66"));
  talk.say(cv::Speaker::customer, "有什么理财推荐");
  talk.message("这款理财保本保收益");
  talk.propose("product", "", {{"product", "TEST-R4"}});
  talk.propose("product", "", {{"product", "TEST-R2"}});
  talk.feed(cv::HistorySnapshot{{{"connected_today", "3", cv::FieldKind::number}}});
  talk.propose("contact", "", {{"to", "1"}, {"purpose", "collection"}});
  talk.message("净值会波动，可能亏损。");
  talk.feed(cv::ConversationEnded{"rep", ""});
  Replayer replayer("t", Talk::source());
  FoldScratch scratch;
  std::string lines;
  for (const cv::Event& event : talk.log()) {
    std::vector<Frame> frames;
    ASSERT_TRUE(replayer.feed(event, scratch, frames).has_value());
    if (const auto* decided = std::get_if<cv::ActDecided>(&event.body)) {
      EXPECT_EQ(replayer.assist()->decision(decided->act)->decision, decided->decision) << decided->act;
      EXPECT_EQ(replayer.assist()->decision(decided->act)->rules, decided->rules) << decided->act;
    }
    for (const Frame& frame : frames)
      if (frame.kind == Frame::Kind::card) lines += frame.card.json + "\n";
  }
  EXPECT_EQ(lines, talk.lines());
}

// What was not decided, or refused, is not said, whatever follows in the log.
TEST(Gate, OnlyWhatWasAllowedCounts) {
  Talk talk(customer("C1"));
  talk.feed(cv::ActProposed{"x", "message", "这款理财保本保收益", "", {}});
  talk.feed(cv::ActDone{"x", {}});
  EXPECT_EQ(talk.violations("SAL-01"), 0u);
  talk.feed(cv::ActDecided{"x", Decision::blocked, {"SAL-01"}});
  talk.feed(cv::ActDone{"x", {}});
  EXPECT_EQ(talk.violations("SAL-01"), 0u);
  EXPECT_EQ(talk.turns(), 0);
}

}  // namespace
}  // namespace fenshen::assist
