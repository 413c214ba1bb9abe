#include "content/condition.h"

#include <gtest/gtest.h>

#include <string>

namespace fenshen::content {
namespace {

struct Good {
  const char* text;
  const char* written;
};

TEST(Condition, ReadsEveryFormOfTheLanguage) {
  const Good table[] = {
      {R"(rep says "保本")", R"(rep says "保本")"},
      {R"(  bot|rep   says "a" )", R"(rep|bot says "a")"},
      {R"(anyone says "a")", R"(rep|customer|bot says "a")"},
      {R"(rep says "a" unless "b|c" unless_before "{d}")", R"(rep says "a" unless "b|c" unless_before "{d}")"},
      {R"(rep says "a" unless_before "d" unless "b")", R"(rep says "a" unless "b" unless_before "d")"},
      {R"(rep says "他说\"好\"")", R"(rep says "他说\"好\"")"},
      {"customer gives card_tail", "customer gives card_tail"},
      {"customer gives amount >= 50000", R"(customer gives amount >= "50000")"},
      {"customer|rep gives product in [YJ-W3, \"A,B\"]", R"(rep|customer gives product in ["YJ-W3", "A,B"])"},
      {"event card.loss_temp", "event card.loss_temp"},
      {"event idv.passed where level >= 3", R"(event idv.passed where level >= "3")"},
      {"event x where a >= 1, b == c, d is present, e.0.f in [1,2]",
       R"(event x where a >= "1", b == "c", d is present, e.0.f in ["1", "2"])"},
      {"event risk.level where level < product.risk", "event risk.level where level < product.risk"},
      {"step P01.S5", "step P01.S5"},
      {"enters P14", "enters P14"},
      {"rep speaks or customer speaks", "rep speaks or customer speaks"},
      {"start or end", "start or end"},
      {"act message", "act message"},
      {"act contact where purpose==collection,local_hour>=22", R"(act contact where purpose == "collection", local_hour >= "22")"},
      {"intent F01", "intent F01"},
      {"emotion angry", "emotion in [angry]"},
      {"emotion in [angry, anxious]", "emotion in [angry, anxious]"},
      {"channel == voice", R"(channel == "voice")"},
      {"product.risk > customer.risk", "product.risk > customer.risk"},
      {"customer.risk_valid_to < today", "customer.risk_valid_to < today"},
      {"customer.age is missing", "customer.age is missing"},
      {"channel in [voice, ivr]", R"(channel in ["voice", "ivr"])"},
      {"flow == P14", R"(flow == "P14")"},
      {"flow is present", "flow is present"},
      {"idv.level >= 3", R"(idv.level >= "3")"},
      {"event.days != 5", R"(event.days != "5")"},
      {"fields.restriction == 冻结", R"(fields.restriction == "冻结")"},
      {"fields.note == \"today\"", R"(fields.note == "today")"},
      {R"(fields.note == "a\\b\"c")", R"(fields.note == "a\\b\"c")"},
      {"hour<8 or hour>=20", R"(hour < "8" or hour >= "20")"},
      {"not rep speaks and turn > 3 or start", R"(not rep speaks and turn > "3" or start)"},
      {"not (rep speaks and turn > 3)", R"(not (rep speaks and turn > "3"))"},
      {"not not start", "not not start"},
      {"(start)", "start"},
      {"((start or end)) and turn == 1", R"((start or end) and turn == "1")"},
      {"start and (end and rep speaks)", "start and (end and rep speaks)"},
      {"start\n  or end", "start or end"},
      {R"(event intent.confirmed or (customer says "{yes}" unless "{no}" and flow is present))",
       R"(event intent.confirmed or customer says "{yes}" unless "{no}" and flow is present)"},
  };
  for (const Good& row : table) {
    const auto condition = parse_condition(row.text);
    ASSERT_TRUE(condition.has_value()) << row.text << ": " << core::describe(condition.error());
    EXPECT_EQ(condition->text, row.text);
    EXPECT_EQ(to_text(condition->root), row.written) << row.text;
    const auto again = parse_condition(row.written);
    ASSERT_TRUE(again.has_value()) << row.written;
    EXPECT_EQ(to_text(again->root), row.written);
  }
}

struct Bad {
  std::string text;
  int column;
  const char* says;
};

TEST(Condition, NamesTheColumnOfAMistake) {
  const Bad table[] = {
      {"", 1, "missing"},
      {"   ", 4, "missing"},
      {"rep", 4, "says, matches, gives or speaks"},
      {"rep says", 9, "quotes"},
      {"rep says 保本", 10, "quotes"},
      {"rep says \"保本", 10, "not closed"},
      {"rep says \"保本..\"", 14, "gap"},
      {"rep says \"a\" unless \"(b\"", 22, "')'"},
      {"rep says \"\"", 11, "empty"},
      {"rep says \"a\" unless \"b\" unless \"c\"", 25, "twice"},
      {"rep|agent says \"a\"", 5, "speaker"},
      {"rep| says \"a\"", 6, "speaker"},
      {"agent says \"a\"", 1, "begins no condition"},
      {"says \"a\"", 1, "who"},
      {"customer gives", 15, "entity"},
      {"customer gives amount >=", 25, "value"},
      {"customer gives amount is", 25, "missing or present"},
      {"event", 6, "event"},
      {"event x where", 14, "field"},
      {"event x where a", 16, "comparison"},
      {"event x where a == 1,", 22, "field"},
      {"event x where a = 1", 17, "=="},
      {"step P01", 6, "FLOW.STEP"},
      {"step P01.", 6, "FLOW.STEP"},
      {"enters and start", 8, "flow"},
      {"emotion happy", 9, "no emotion"},
      {"emotion in [angry", 18, "']'"},
      {"emotion in angry", 12, "'['"},
      {"chanel == voice", 1, "begins no condition"},
      {"custmer.age > 3", 1, "no path"},
      {"customer. == 3", 1, "no path"},
      {"channel", 8, "comparison"},
      {"channel voice", 9, "comparison"},
      {"channel in [voice, ]", 20, "value"},
      {"channel in [voice", 18, "']'"},
      {"channel is there", 12, "missing or present"},
      {"flow >= P14", 6, "no order"},
      {"start and", 10, "missing"},
      {"and start", 1, "before"},
      {"start end", 7, "not expected"},
      {"start AND end", 7, "not expected"},
      {"not", 4, "missing"},
      {"(start", 1, "')'"},
      {"start)", 6, "not expected"},
      {"()", 2, "not expected"},
      {"!start", 1, "not"},
      {"\"a\"", 1, "quoted"},
      {"rep says “保本”", 10, "full width"},
      {"（start）", 1, "full width"},
      {"channel == 语音，文字", 14, "full width"},
      {std::string("rep says \"\xFF\""), 11, "UTF-8"},
      {std::string(40, '(') + "start" + std::string(40, ')'), 34, "deeper"},
  };
  for (const Bad& row : table) {
    const auto condition = parse_condition(row.text);
    ASSERT_FALSE(condition.has_value()) << row.text;
    EXPECT_EQ(condition.error().where, "column " + std::to_string(row.column)) << row.text << ": " << condition.error().message;
    EXPECT_NE(condition.error().message.find(row.says), std::string::npos) << row.text << ": " << condition.error().message;
  }
  EXPECT_EQ(parse_condition(std::string(20000, ' ')).error().code, core::Code::too_large);
}

TEST(Condition, KeepsColumnsOfAtomsAndPhrases) {
  const auto condition = parse_condition("start and 甲 or x");
  ASSERT_FALSE(condition.has_value());
  EXPECT_EQ(condition.error().where, "column 11");
  const auto good = parse_condition("start and rep says \"甲\" unless \"乙\" unless_before \"丙\"");
  ASSERT_TRUE(good.has_value());
  const ConditionNode& says = good->root.children.at(1);
  EXPECT_EQ(says.column, 11U);
  EXPECT_EQ(says.pattern_column, 21U);
  EXPECT_EQ(says.unless_column, 32U);
  EXPECT_EQ(says.unless_before_column, 50U);
}

TEST(Condition, SpeakersAreASetOfBits) {
  const auto condition = parse_condition("rep|bot speaks");
  ASSERT_TRUE(condition.has_value());
  EXPECT_EQ(condition->root.speakers, (1U << 1) | (1U << 2));
}

TEST(Condition, QuotedConstantsAreNoPaths) {
  const auto condition = parse_condition("customer.city == \"channel\" and customer.city == channel");
  ASSERT_TRUE(condition.has_value());
  EXPECT_FALSE(condition->root.children[0].compares[0].values[0].is_path);
  EXPECT_TRUE(condition->root.children[1].compares[0].values[0].is_path);
}

TEST(Condition, TellsTriggersFromComparisons) {
  const auto triggers = [](const char* text) { return has_trigger(parse_condition(text)->root); };
  const auto negations = [](const char* text) { return only_negated_triggers(parse_condition(text)->root); };
  EXPECT_TRUE(triggers("rep speaks and turn > 3"));
  EXPECT_TRUE(triggers("not not start"));
  EXPECT_FALSE(triggers("turn > 3"));
  EXPECT_FALSE(triggers("turn > 3 and not rep speaks"));
  EXPECT_TRUE(negations("not rep speaks"));
  EXPECT_TRUE(negations("not (start or end)"));
  EXPECT_FALSE(negations("not rep speaks and turn > 3"));
  EXPECT_FALSE(negations("not turn > 3"));
  EXPECT_FALSE(negations("not not start"));
}

}  // namespace
}  // namespace fenshen::content
