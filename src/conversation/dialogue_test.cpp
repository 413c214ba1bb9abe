#include "conversation/dialogue.h"

#include <gtest/gtest.h>

namespace fenshen::conversation {
namespace {

TEST(Dialogue, TurnsBecomeEvents) {
  const auto dialogue = parse_dialogue(
      R"({"id":"d","channel":"voice","started_at":"2026-11-20T10:00:00+08:00","customer":{"age":68},"turns":[
        {"speaker":"customer","text":"喂","ts":1.5},{"speaker":"system"},{"speaker":"system","event":{"name":"idv.passed","data":{"level":3}}},
        {"speaker":"agent","text":"好","ts":1.0}],"unknown":[1]})");
  ASSERT_TRUE(dialogue.has_value()) << core::describe(dialogue.error());
  const auto events = events_of(*dialogue, "hash", "1");
  ASSERT_EQ(events.size(), 6u);  // started, bound, three turns (one is skipped), ended
  EXPECT_EQ(events[2].turn, 0);
  EXPECT_EQ(events[2].event.recorded_at, *core::parse_instant("2026-11-20T10:00:01.500+08:00"));
  EXPECT_EQ(events[3].turn, 2);  // the skipped turn keeps its index
  EXPECT_EQ(events[3].event.recorded_at - events[2].event.recorded_at, 2000);
  EXPECT_GE(events[4].event.recorded_at, events[3].event.recorded_at);  // time does not run backwards
  EXPECT_EQ(std::get<Utterance>(events[4].event.body).speaker, Speaker::rep);
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].event.seq, i + 1);
}

TEST(Dialogue, MistakesNameTheMember) {
  const auto where = [](std::string_view json) {
    const auto dialogue = parse_dialogue(json);
    return dialogue ? std::string("accepted") : dialogue.error().where;
  };
  EXPECT_EQ(where(R"({"id":"d"})"), "turns");
  EXPECT_EQ(where(R"({"id":[],"turns":[]})"), "id");
  EXPECT_EQ(where(R"({"started_at":"yesterday","turns":[]})"), "started_at");
  EXPECT_EQ(where(R"({"turns":[{"speaker":"x"}]})"), "turns[0].speaker");
  EXPECT_EQ(where(R"({"turns":[{"speaker":"rep","text":1.5}]})"), "turns[0].text");
  EXPECT_EQ(where(R"({"turns":[{"speaker":"rep","ts":-1}]})"), "turns[0].ts");
  EXPECT_EQ(where(R"({"turns":[{"event":{}}]})"), "turns[0].event.name");
  EXPECT_EQ(where(R"({"turns":[{"speaker":"rep","text":"a\u0000b"}]})"), "turns[0].text");
  EXPECT_FALSE(parse_dialogue("{\"turns\":[{\"text\":\"\xff\"}]}").has_value());
  EXPECT_FALSE(parse_dialogue("[1]").has_value());
  EXPECT_FALSE(parse_dialogue("{").has_value());
}

}  // namespace
}  // namespace fenshen::conversation
