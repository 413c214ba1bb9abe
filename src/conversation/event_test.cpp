#include "conversation/event.h"

#include <gtest/gtest.h>

namespace fenshen::conversation {
namespace {

TEST(Event, EveryBodySurvivesJson) {
  const std::vector<EventBody> bodies = {
      ConversationStarted{"voice", "zh", {{"id", "c1"}, {"age", "68", FieldKind::number}}, {{"direction", "in"}}},
      ParticipantJoined{"rep-1", Speaker::rep},
      ParticipantLeft{"rep-1", Speaker::rep},
      Utterance{Speaker::customer, "卡丢了 \"急\"\n", "u1", 2, 1, 100, 900},
      BusinessEvent{"card.loss_temp", {{"days", "5", FieldKind::number}, {"ok", "true", FieldKind::boolean}, {"amount", "4862.3", FieldKind::number}}},
      CustomerSnapshot{{{"tier", "T2"}}},
      PackBound{"00ff", "1"},
      Tick{},
      ActProposed{"a1", "message", "您好", "card", {}},
      ActDecided{"a1", Decision::blocked, {"SAL-01"}}, ActConfirmed{"a1"},
      HistorySnapshot{{{"calls_today", "2", FieldKind::number}}}, LimitReserved{"c1/a1", {{"kind", "contact", FieldKind::text}}}, LimitCommitted{"c1/a1", {}}, LimitReleased{"c1/a1", "timeout"}, ContactRecorded{"c1", {{"issue", "x", FieldKind::text}}},
      ActDone{"a1"},
      ActFailed{"a1", "offline"},
      CardAction{"c", "rejected", "wrong", ""},
      FlowAction{"switch", "P01", "", ""},
      WrapupSaved{R"({"outcome":"resolved_fcr"})"},
      Typing{Speaker::customer, true},
      ConversationEnded{"customer", "hangup"}};
  ASSERT_EQ(bodies.size(), std::variant_size_v<EventBody>);
  for (const EventBody& body : bodies) {
    const std::string json = body_to_json(body);
    const auto back = body_from_json(type_name(body), json);
    ASSERT_TRUE(back.has_value()) << type_name(body) << json << core::describe(back.error());
    EXPECT_EQ(body_to_json(*back), json);
    EXPECT_EQ(back->index(), body.index());
  }
}

// The short way for ordinary utterances must read what the parser reads, or leave it to the parser.
TEST(Event, UtterancesAreReadTheSameBothWays) {
  const std::string_view texts[] = {R"({"speaker":"customer","text":"我的卡丢了"})", R"({"speaker":"rep","text":""})",
                                    R"({"speaker":"rep","text":"a\"b\\c\nd\te\/f"})", R"({"speaker":"bot","text":"\u4e2d"})",
                                    R"({"speaker":"rep","text":"x","start_ms":5})", R"({"text":"x","speaker":"rep"})",
                                    R"({"speaker":"agent","text":"x"})", R"({"speaker":"nobody","text":"x"})",
                                    R"({"speaker":"rep","text":"x","text":"y"})", R"({"speaker":"rep","text":"x\"})",
                                    R"({"speaker":"rep","text":"x"}})", R"({"speaker":"rep","text":"x"y"})", "{\"speaker\":\"rep\",\"text\":\"a\nb\"}",
                                    "{\"speaker\":\"rep\",\"text\":\"\xff\"}", R"({"speaker":"rep)", R"({"speaker":"rep","text":"\q"})"};
  EventBody body = Utterance{Speaker::customer, "what was here before", "u1", 3, 2, 1, 1};
  for (const std::string_view text : texts) {
    const auto parsed = body_from_json("utterance", text);
    const auto status = read_body_into("utterance", text, body);
    EXPECT_EQ(status.has_value(), parsed.has_value()) << text;
    if (parsed && status) { EXPECT_EQ(body_to_json(body), body_to_json(*parsed)) << text; }
  }
  body = Tick{};
  ASSERT_TRUE(read_body_into("utterance", texts[0], body).has_value());
  EXPECT_EQ(std::get<Utterance>(body).text, "我的卡丢了");
}

TEST(Event, NestedDataIsFlattened) {
  const auto body = body_from_json("business", R"({"name":"x.y","data":{"a":{"b":[1,2.50]},"n":null}})");
  ASSERT_TRUE(body.has_value());
  const auto& data = std::get<BusinessEvent>(*body).data;
  EXPECT_EQ(*find(data, "a.b.0"), "1");
  EXPECT_EQ(*find(data, "a.b.1"), "2.5");
  EXPECT_EQ(find(data, "n"), nullptr);
}

TEST(Event, BadBodiesNameTheMember) {
  const auto where = [](std::string_view type, std::string_view json) {
    const auto body = body_from_json(type, json);
    return body ? std::string("accepted") : body.error().where;
  };
  EXPECT_EQ(where("utterance", R"({"speaker":"customer"})"), "text");
  EXPECT_EQ(where("utterance", R"({"speaker":"nobody","text":"x"})"), "speaker");
  EXPECT_EQ(where("utterance", R"({"speaker":"rep","text":"x","start_ms":"soon"})"), "start_ms");
  EXPECT_EQ(where("business", R"({"data":{}})"), "name");
  EXPECT_EQ(where("nothing", "{}"), "type");
  EXPECT_EQ(where("tick", "[]"), "body");
  EXPECT_EQ(where("tick", "{"), "body");
  EXPECT_EQ(where("business", R"({"name":"a","data":{"x":{"x":{"x":{"x":{"x":{"x":{"x":{"x":1}}}}}}}}})").substr(0, 4), "data");
}

}  // namespace
}  // namespace fenshen::conversation
