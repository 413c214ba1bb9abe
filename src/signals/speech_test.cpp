#include "signals/speech.h"

#include <gtest/gtest.h>

#include <string>

namespace fenshen::signals {
namespace {

using conversation::Speaker;

struct Heard {
  Speech speech;
  Manner say(Speaker speaker, std::string text, std::int64_t begin = -1, std::int64_t end = -1, std::uint32_t track = 0) {
    static const content::Library none;
    static const auto lexicon = LexiconBuilder(none).build().value();
    Reader reader;
    Reading reading;
    reader.read(*lexicon, text, 0, reading);
    conversation::Utterance utterance;
    utterance.speaker = speaker;
    utterance.text = std::move(text);
    utterance.start_ms = begin;
    utterance.end_ms = end;
    utterance.track = track;
    return speech.hear(utterance, reading);
  }
};

TEST(Speech, WithoutTimesOnlyTheWordsAreKnown) {
  Heard heard;
  const Manner manner = heard.say(Speaker::rep, "您好，please wait 5分钟。");
  EXPECT_EQ(manner.length, 7U);  // 您 好 please wait 5 分 钟
  EXPECT_FALSE(manner.timed);
  EXPECT_FALSE(manner.answer_ms.has_value());
}

TEST(Speech, SilenceAnswerAndRate) {
  Heard heard;
  EXPECT_EQ(heard.say(Speaker::customer, "我想查一下余额", 0, 2000).silence_ms, 0);
  const Manner answer = heard.say(Speaker::rep, "好的请稍等一下啊", 5000, 7000);
  EXPECT_EQ(answer.silence_ms, 3000);
  EXPECT_EQ(answer.answer_ms, 3000);
  EXPECT_EQ(answer.rate, 240);  // eight characters in two seconds
  const Manner more = heard.say(Speaker::rep, "余额是", 20'000, 21'000);
  EXPECT_EQ(more.silence_ms, 13'000);
  EXPECT_FALSE(more.answer_ms.has_value());  // he spoke last himself
}

TEST(Speech, OverlapAndWhoInterrupts) {
  Heard heard;
  heard.say(Speaker::customer, "我的意思是说", 0, 5000);
  const Manner rep = heard.say(Speaker::rep, "您听我说", 4000, 8000);
  EXPECT_EQ(rep.overlap_ms, 1000);
  EXPECT_TRUE(rep.interrupts);
  EXPECT_FALSE(rep.interrupted);
  // A short word within a long utterance arrives first: the long one was interrupted.
  heard.say(Speaker::rep, "嗯嗯", 12'000, 12'500);
  const Manner customer = heard.say(Speaker::customer, "是这样的", 10'000, 15'000);
  EXPECT_EQ(customer.overlap_ms, 500);
  EXPECT_FALSE(customer.interrupts);
  EXPECT_TRUE(customer.interrupted);
  EXPECT_FALSE(heard.say(Speaker::rep, "好", 15'000, 15'200).interrupts);  // at the very end is not during
}

TEST(Speech, RepetitionIsTheSameWordsOfTheSameSide) {
  Heard heard;
  EXPECT_EQ(heard.say(Speaker::customer, "怎么还没到账").repeats, 0U);
  EXPECT_EQ(heard.say(Speaker::customer, "怎么，还没到账？").repeats, 1U);
  EXPECT_EQ(heard.say(Speaker::rep, "怎么还没到账").repeats, 0U);
  EXPECT_EQ(heard.say(Speaker::customer, "怎么还没到账").repeats, 2U);
  heard.say(Speaker::customer, "好的好");
  EXPECT_EQ(heard.say(Speaker::customer, "好的好").repeats, 0U);  // too short to mean anything
}

TEST(Speech, VoicesOfOneSide) {
  Heard heard;
  EXPECT_EQ(heard.say(Speaker::customer, "喂", 0, 500, 1).voices, 1U);
  EXPECT_EQ(heard.say(Speaker::rep, "您好", 600, 900, 2).voices, 1U);
  EXPECT_EQ(heard.say(Speaker::customer, "你说三月五号", 1000, 1500, 3).voices, 2U);
}

}  // namespace
}  // namespace fenshen::signals
