// What a verdict carries besides its card, and what conditions read of circumstances, through the whole fold.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "assist/assist.h"
#include "content/load.h"

namespace fenshen::assist {
namespace {

namespace cv = conversation;

constexpr const char* kRules = R"(
- {id: CLOSES, name: c, wording: w, source: s, severity: hint, when: 'customer says "已经收到"', closes: P01.S2, tags: [回访, 收到], score: -3, alert: supervisor}
- {id: MET, name: m, wording: w, source: s, after: 'customer says "挂失"', require: 'rep says "尾号"', by: end, warn: never, closes: [P01.S1]}
- {id: NEED, name: n, wording: 可以了解稳健理财, source: s, severity: hint, when: 'customer says "闲钱"', need: {zh: 理财, en: Wealth}}
- {id: RISES, name: r, wording: w, source: s, severity: hint, when: 'rep says "赶紧"', cooldown: none, escalate: {after: 2, severity: major, alert: supervisor}}
- {id: OVER, name: o, wording: w, source: s, when: rep speaks and speech.interrupts == 1, cooldown: none}
- {id: BACK, name: b, wording: w, source: s, when: 'rep gives amount and rep gives amount != last.customer.amount', cooldown: none}
- {id: TWICE, name: t, wording: w, source: s, when: event transfer.done where amount != last.event.transfer.asked.amount, cooldown: none}
- {id: SUNDAY, name: u, wording: w, source: s, when: customer says "周末" and weekday == 7 and workday == false and minute == 30, cooldown: none}
- {id: DOCUMENT, name: d, wording: w, source: s, when: customer speaks and document.kind == contract, cooldown: none}
)";
constexpr const char* kFlow = R"(
id: P01
name: 挂失
leaf: "01.01.1"
start: customer says "挂失"
steps:
  - {id: S1, name: 尾号, done: event never.s1}
  - {id: S2, name: 确认, done: event never.s2}
  - {id: S3, name: 结束, done: event never.s3}
)";

std::shared_ptr<const CompiledPack> pack() {
  static const auto made = [] {
    content::PackSources sources;
    const auto file = [&](std::string path, std::string text) { sources.files.push_back({"p", path, path, std::move(text)}); };
    file("pack.yaml", "{id: p, version: '1', name: p, time_zone: '+08:00'}");
    file("rules/r.yaml", kRules);
    file("flows/P01.yaml", kFlow);
    file("taxonomy/t.yaml", "- {code: '01', zh: a, en: a}\n- {code: '01.01', zh: b, en: b}\n- {code: '01.01.1', zh: c, en: c, act: A3, process: P01}\n");
    const content::LoadOutcome loaded = content::load(sources);
    for (const core::Error& error : loaded.errors) ADD_FAILURE() << core::describe(error);
    CompileOutcome compiled = compile(loaded.library);
    for (const core::Error& error : compiled.errors) ADD_FAILURE() << core::describe(error);
    return compiled.pack;
  }();
  return made;
}

class Call {
 public:
  explicit Call(cv::Fields meta = {}) : assist_("c", pack()) {
    cv::ConversationStarted started;
    started.channel = "voice";
    started.meta = std::move(meta);
    fold(std::move(started));
  }
  std::string say(cv::Speaker speaker, std::string text, std::int64_t begin = -1, std::int64_t end = -1) {
    cv::Utterance said;
    said.speaker = speaker;
    said.text = std::move(text);
    said.start_ms = begin;
    said.end_ms = end;
    return fold(std::move(said));
  }
  std::string rep(std::string text) { return say(cv::Speaker::rep, std::move(text)); }
  std::string customer(std::string text) { return say(cv::Speaker::customer, std::move(text)); }
  std::string event(std::string name, std::string amount) {
    return fold(cv::BusinessEvent{std::move(name), {{"amount", std::move(amount), cv::FieldKind::number}}});
  }

 private:
  // The lines of the cards, one after the other.
  std::string fold(cv::EventBody body) {
    cv::Event event;
    event.seq = ++seq_;
    event.recorded_at = *core::parse_instant("2026-11-22T10:30:00+08:00") + static_cast<core::Millis>(seq_);
    event.body = std::move(body);
    FoldResult result;
    assist_.fold(event, scratch_, result);
    std::string text;
    for (const Card& card : result.cards) text += card.json + "\n";
    return text;
  }
  Assist assist_;
  FoldScratch scratch_;
  std::uint64_t seq_ = 0;
};

bool holds(const std::string& cards, std::string_view part) { return cards.find(part) != std::string::npos; }

TEST(Effects, StandInTheCard) {
  Call call;
  const std::string cards = call.customer("已经收到了");
  EXPECT_TRUE(holds(cards, R"("effects":{"times":1,"score":-3,"alert":"supervisor","tags":["回访","收到"],"closes":["P01.S2"]})")) << cards;
}

TEST(Effects, ARuleClosesAStepOfTheFlow) {
  Call call;
  call.customer("我要挂失");
  const std::string closed = call.customer("已经收到了");
  EXPECT_TRUE(holds(closed, R"("item":"P01.S2","version":"1","state":"done")")) << closed;
  const std::string met = call.rep("请报一下尾号");
  EXPECT_TRUE(holds(met, "P01.S1") && holds(met, R"("state":"done")")) << met;  // an obligation closes when it is met
  EXPECT_FALSE(holds(met, "\"item\":\"MET\"")) << met;
}

TEST(Effects, ANeedIsACardOfItsKind) {
  Call call;
  const std::string cards = call.customer("手里有点闲钱");
  EXPECT_TRUE(holds(cards, R"("kind":"need","item":"NEED")")) << cards;
  EXPECT_TRUE(holds(cards, R"("need":"理财")")) << cards;
}

TEST(Effects, AHintThatEscalatesIsAViolation) {
  Call call;
  const std::string first = call.rep("赶紧"), second = call.rep("赶紧");
  EXPECT_TRUE(holds(first, R"("kind":"prompt","item":"RISES")") && holds(first, R"("severity":"hint")")) << first;
  EXPECT_TRUE(holds(second, R"("kind":"violation","item":"RISES")") && holds(second, R"("severity":"major")")) << second;
  EXPECT_TRUE(holds(second, R"("effects":{"times":2,"alert":"supervisor"})")) << second;
}

TEST(Circumstances, TimesOfUtterancesReachTheRules) {
  Call call;
  call.say(cv::Speaker::customer, "我是想说", 0, 5000);
  EXPECT_TRUE(holds(call.say(cv::Speaker::rep, "您听我说", 4000, 6000), "OVER"));
  EXPECT_FALSE(holds(call.say(cv::Speaker::rep, "这样的", 7000, 8000), "OVER"));
}

TEST(Circumstances, WhatWasGivenBefore) {
  Call call;
  EXPECT_FALSE(holds(call.rep("手续费5元"), "BACK"));  // nothing given yet
  call.customer("转三千元");
  EXPECT_FALSE(holds(call.rep("好的转3000元"), "BACK"));
  EXPECT_TRUE(holds(call.rep("好的转3500元"), "BACK"));
  call.event("transfer.asked", "100");
  EXPECT_FALSE(holds(call.event("transfer.done", "100"), "TWICE"));
  EXPECT_TRUE(holds(call.event("transfer.done", "101"), "TWICE"));
}

TEST(Circumstances, ClockCalendarAndDocument) {
  Call call;
  EXPECT_TRUE(holds(call.customer("周末也上班吗"), "SUNDAY"));
  EXPECT_FALSE(holds(call.customer("好"), "DOCUMENT"));
  Call document({{"document.kind", "contract", cv::FieldKind::text}});
  EXPECT_TRUE(holds(document.customer("最终解释权"), "DOCUMENT"));
}

}  // namespace
}  // namespace fenshen::assist
