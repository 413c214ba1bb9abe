#include "content/pattern.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/utf8.h"

namespace fenshen::content {
namespace {

using Kind = PatternNode::Kind;

// The tree in a notation that cannot be mistaken for the pattern language: lit[..] gap[n] num dig[a,b] cls[x] ^ $ <a/b>?
std::string show(const std::vector<PatternSequence>& alternatives);
std::string show(const PatternNode& node) {
  switch (node.kind) {
    case Kind::literal: {
      std::string text;
      for (const char32_t c : node.text) core::append_utf8(text, c);
      return "lit[" + text + "]" + (node.prefix ? "~" : "");
    }
    case Kind::gap: return "gap[" + std::to_string(node.max) + "]";
    case Kind::number: return "num";
    case Kind::digits: return "dig[" + std::to_string(node.min) + "," + std::to_string(node.max) + "]";
    case Kind::class_ref: return "cls[" + node.name + "]";
    case Kind::group: return "<" + show(node.alternatives) + ">" + (node.optional ? "?" : "");
    case Kind::begin: return "BEGIN";
    case Kind::end: return "END";
  }
  return "";
}
std::string show(const std::vector<PatternSequence>& alternatives) {
  std::string text;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    if (i != 0) text += "/";
    for (std::size_t j = 0; j < alternatives[i].size(); ++j) text += (j ? " " : "") + show(alternatives[i][j]);
  }
  return text;
}

struct Good {
  const char* text;
  const char* tree;
};

TEST(Pattern, ReadsWhatTheFormatDescribes) {
  const Good table[] = {
      {"保本", "lit[保本]"},
      {"guarantee", "lit[guarantee]"},
      {"guarante*", "lit[guarante]~"},
      {"we guarante* it", "lit[we guarante]~ lit[ it]"},
      {"A|B", "lit[A]/lit[B]"},
      {"甲｜乙", "lit[甲]/lit[乙]"},
      {"(甲|乙)丙", "<lit[甲]/lit[乙]> lit[丙]"},
      {"(内)?有效", "<lit[内]>? lit[有效]"},
      {"有效期?..#天", "lit[有效] <lit[期]>? gap[12] num lit[天]"},
      {"guarantees?", "lit[guarantee] <lit[s]>?"},
      {"保本..理财", "lit[保本] gap[12] lit[理财]"},
      {"保本..{4}理财", "lit[保本] gap[4] lit[理财]"},
      {"fee .. waived", "lit[fee] gap[12] lit[waived]"},
      {" a | b ", "lit[a]/lit[b]"},
      {"principal is (guaranteed|protected)", "lit[principal is ] <lit[guaranteed]/lit[protected]>"},
      {"尾号#{4}", "lit[尾号] dig[4,4]"},
      {"#{4,6}位", "dig[4,6] lit[位]"},
      {"#{money}", "num cls[money]"},
      {"..{promise}", nullptr},
      {"好..{promise}", "lit[好] gap[12] cls[promise]"},
      {"{negation}..{promise-2}", "cls[negation] gap[12] cls[promise-2]"},
      {"{a}?b", "<cls[a]>? lit[b]"},
      {"#?元", "<num>? lit[元]"},
      {"^(对|是的)$", "BEGIN <lit[对]/lit[是的]> END"},
      {"(^|您)好", "<BEGIN/lit[您]> lit[好]"},
      {"3\\.5\\%", "lit[3.5%]"},
      {"t\\+#", "lit[t+] num"},
      {"3\\.5%", "lit[3.5%]"},
      {"3.5%", "lit[3.5%]"},
      {"是\\?", "lit[是?]"},
      {"是？", "lit[是？]"},
      {"\\(甲\\)\\|\\\\\\\"", "lit[(甲)|\\\"]"},
      {"T+1", "lit[T+1]"},
      {"甲(..乙)?丙", "lit[甲] <gap[12] lit[乙]>? lit[丙]"},
      {"((甲|乙)|丙(丁|戊)?)", "<<lit[甲]/lit[乙]>/lit[丙] <lit[丁]/lit[戊]>?>"},
  };
  for (const Good& row : table) {
    const auto pattern = parse_pattern(row.text);
    ASSERT_EQ(pattern.has_value(), row.tree != nullptr) << row.text;
    if (!pattern) continue;
    EXPECT_EQ(show(pattern->alternatives), row.tree) << row.text;
  }
}

struct Bad {
  std::string text;
  int column;
};

TEST(Pattern, NamesTheColumnOfAMistake) {
  const Bad table[] = {
      {"", 1},          {"   ", 1},       {"甲|", 3},      {"|甲", 1},      {"甲||乙", 3},   {"(甲", 1},
      {"甲)", 2},       {"()", 2},        {"(甲|)", 4},    {"..甲", 1},     {"甲..", 3},     {"甲...乙", 4},
      {"甲....乙", 4},  {"甲..{0}乙", 5}, {"甲..{101}乙", 5}, {"甲..{4乙", 6}, {"#{6,4}", 3}, {"#{4,}", 5},
      {"#{41}", 3},     {"{", 1},         {"{}", 2},       {"{甲}", 2},     {"{3}", 2},      {"{a", 1},
      {"a}", 2},        {"?", 1},         {"甲..?乙", 4},  {"^?甲", 2},     {"(甲)??乙", 5}, {"(甲)?", 1},
      {"^$", 1},        {"甲^", 2},       {"$甲", 1},      {"*甲", 1},      {"保*", 2},      {"ab*c", 4},
      {"a**", 3},       {"\\d", 1},       {"甲\\", 2},     {"\\甲", 1},     {"(..)", 2},     {"(..|甲)乙", 2}, {std::string("甲\n乙"), 2},
      {std::string(5000, 'a'), 4097},
      {std::string(30, '(') + "a" + std::string(30, ')'), 18},
  };
  for (const Bad& row : table) {
    const auto pattern = parse_pattern(row.text);
    ASSERT_FALSE(pattern.has_value()) << row.text;
    EXPECT_EQ(pattern.error().where, "column " + std::to_string(row.column)) << row.text << ": " << pattern.error().message;
    EXPECT_EQ(pattern.error().code, core::Code::invalid);
    EXPECT_FALSE(pattern.error().message.empty());
  }
}

TEST(Pattern, RefusesInvalidUtf8AndNul) {
  EXPECT_EQ(parse_pattern("甲\xFF").error().where, "column 2");
  EXPECT_EQ(parse_pattern(std::string_view("a\0b", 3)).error().where, "column 2");
}

TEST(Pattern, ListsReferencedClassesOnceInOrder) {
  const auto pattern = parse_pattern("{b}..({a}|{b}甲)|{c}?乙");
  ASSERT_TRUE(pattern.has_value());
  EXPECT_EQ(referenced_classes(*pattern), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Pattern, GapsInARowAreBounded) {
  const auto chain = [](std::size_t gaps) {
    std::string text = "甲";
    for (std::size_t i = 0; i < gaps; ++i) text += "..乙";
    return text;
  };
  EXPECT_TRUE(parse_pattern(chain(kMaxGaps)));
  const auto refused = parse_pattern(chain(500));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "500 gaps in one alternative, at most 12 are allowed");
  EXPECT_FALSE(parse_pattern("(" + chain(kMaxGaps) + "|丙)..丁"));
  EXPECT_TRUE(parse_pattern(chain(kMaxGaps) + "|" + chain(kMaxGaps))) << "alternatives are not one after the other";
}

}  // namespace
}  // namespace fenshen::content
