// Regular expressions and the guards with names: what they mean, then random expressions against a matcher that tries every
// way through the tree.
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <set>
#include <string>

#include "content/condition.h"
#include "content/regex.h"
#include "signals/lexicon.h"
#include "text/fold.h"

namespace fenshen::signals {
namespace {

const content::Library& guard_words() {
  static const content::Library library = [] {
    content::Library made;
    made.classes.push_back({"negation", "", {"不是", "没有"}, {"classes/test.yaml", 1}});
    made.classes.push_back({"prohibition", "", {"不能", "不得"}, {"classes/test.yaml", 2}});
    made.classes.push_back({"quoting", "", {"有人说", "您刚才说"}, {"classes/test.yaml", 3}});
    made.classes.push_back({"question_mark", "", {"是不是", "吗"}, {"classes/test.yaml", 4}});
    return made;
  }();
  return library;
}

// "3-5" of the hit in code points of the original, "" if there is none.
std::string hit(std::string_view pattern, std::string_view text, bool regex, std::uint8_t guards = 0) {
  LexiconBuilder builder(guard_words());
  const auto id = regex ? builder.add_regex(pattern, {}, {}, guards) : builder.add(pattern, {}, {}, guards);
  if (!id) return "error: " + id.error().message;
  const auto lexicon = builder.build();
  if (!lexicon) return "error: " + lexicon.error().message;
  Reader reader;
  Reading reading;
  reader.read(**lexicon, text, 0, reading);
  if (reading.hits.empty()) return "";
  return std::to_string(reading.hits[0].span.begin) + "-" + std::to_string(reading.hits[0].span.end);
}

TEST(Regex, Table) {
  const struct { const char* regex; const char* text; const char* span; } rows[] = {
      {"保本", "这个保本的", "2-4"},
      {"保(本|息)", "保息产品", "0-2"},
      {"[0-9]+万", "一共50万元", "2-5"},
      {"\\d{3}号", "A1234号", "2-6"},
      {"\\d{3}号", "12号", ""},
      {"本金.{0,3}安全", "本金非常的安全", "0-7"},
      {"本金.{0,3}安全", "本金确实是的安全", ""},
      {"本金[^，]*安全", "本金，安全，本金很安全", "6-11"},
      {"^好的?$", "好的。", "0-2"},
      {"^好的?$", "好的吧", ""},
      {"保證", "我保证", "1-3"},
      {"AB\\d", "看ab7", "1-4"},
      {"[A-C]型", "b型", "0-2"},
      {"(?:稳|肯定)赚", "肯定赚钱", "0-3"},
      {"a+b我", "aab我", "0-4"},
      {"[a-z]+ing", "we are going home", "7-12"},
  };
  for (const auto& one : rows) EXPECT_EQ(hit(one.regex, one.text, true), one.span) << one.regex << " in " << one.text;
}

TEST(Regex, RefusesWhatCannotRunInOnePassAndNamesTheCost) {
  const struct { const char* regex; const char* part; } rows[] = {
      {"(保)\\1", "back references"}, {"(?=保)", "one pass"}, {"保*", "every utterance"}, {"[本", "without ']'"}, {"保)", "without '('"},
      {"(保{50}){50}", "states, at most 500"}, {"(保*)*", "may be empty"}, {"保**", "repeat of a repeat"}, {"[b-a]", "backwards"}, {"保{3,2}", "at least"},
  };
  for (const auto& one : rows) {
    const auto parsed = content::parse_regex(one.regex);
    ASSERT_FALSE(parsed.has_value()) << one.regex;
    EXPECT_NE(parsed.error().message.find(one.part), std::string::npos) << one.regex << ": " << parsed.error().message;
    EXPECT_TRUE(parsed.error().where.starts_with("column ")) << one.regex;
  }
  EXPECT_NE(hit(".{3}", "abc", true).find("run over every utterance"), std::string::npos);
}

TEST(Guards, WithNames) {
  constexpr std::uint8_t kNegated = 1, kProhibited = 2, kReported = 4, kQuestion = 8;
  const struct { std::uint8_t guards; const char* text; const char* span; } rows[] = {
      {kNegated, "这不是保本的", ""},
      {kNegated, "这不是别的，保本", "6-8"},
      {kNegated, "保本，不是吗", "0-2"},
      {kNegated, "不是一二三四五六七八保本", ""},
      {kNegated, "不是一二三四五六七八九保本", "11-13"},
      {kProhibited, "我们不能承诺保本", ""},
      {kProhibited, "保本是不能说的", ""},
      {kProhibited, "保本，利息不能说", "0-2"},
      {kReported, "有人说，这个保本", ""},
      {kReported, "有人说。这个保本", "6-8"},
      {kReported, "这个保本，有人说", "2-4"},
      {kQuestion, "这个保本？", ""},
      {kQuestion, "这个保本，对吧？", "2-4"},
      {kQuestion, "您问的是不是保本", ""},
      {kQuestion, "这个保本吗", ""},
      {kQuestion, "这个保本的，您放心", "2-4"},
      {kNegated | kQuestion, "这个不是吧，保本的吗", ""},
      {0, "这不是保本的吗？", "3-5"},
  };
  for (const auto& one : rows)
    for (const bool regex : {false, true}) EXPECT_EQ(hit("保本", one.text, regex, one.guards), one.span) << one.text << (regex ? " (regex)" : "");
}

using Places = std::set<std::size_t>;

// All ends of matches of the node that begin at `from`.
Places ends_of(const content::RegexNode& node, const std::u32string& text, std::size_t from) {
  using Kind = content::RegexNode::Kind;
  switch (node.kind) {
    case Kind::set: {
      if (from >= text.size()) return {};
      bool in = false;
      for (const auto& [first, last] : node.ranges) in = in || (first <= text[from] && text[from] <= last);
      return in != node.inverted ? Places{from + 1} : Places{};
    }
    case Kind::begin: return from == 0 ? Places{from} : Places{};
    case Kind::end: return from == text.size() ? Places{from} : Places{};
    case Kind::any_of: {
      Places all;
      for (const auto& child : node.children) all.merge(ends_of(child, text, from));
      return all;
    }
    case Kind::sequence: {
      Places at{from};
      for (const auto& child : node.children) {
        Places next;
        for (const std::size_t place : at) next.merge(ends_of(child, text, place));
        at = std::move(next);
      }
      return at;
    }
    case Kind::repeat: {
      Places at{from}, all;
      if (node.min == 0) all.insert(from);
      const std::size_t most = std::min<std::size_t>(node.max, text.size() + 1);
      for (std::size_t i = 1; i <= std::max<std::size_t>(most, node.min) && !at.empty(); ++i) {
        Places next;
        for (const std::size_t place : at) next.merge(ends_of(node.children[0], text, place));
        at = std::move(next);
        if (i >= node.min && i <= most) all.insert(at.begin(), at.end());
      }
      return all;
    }
  }
  return {};
}

std::string reference(const content::RegexNode& root, const std::u32string& text) {
  std::optional<std::pair<std::size_t, std::size_t>> best;  // end, begin
  for (std::size_t begin = 0; begin <= text.size(); ++begin)
    for (const std::size_t end : ends_of(root, text, begin))
      if (!best || std::pair(end, begin) < *best) best = {end, begin};
  return best ? std::to_string(best->second) + "-" + std::to_string(best->first) : "";
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return engine_() % limit; }

  std::string sequence(int depth) {
    std::string text;
    for (std::size_t i = 1 + below(3); i > 0; --i) text += item(depth);
    return text;
  }
  std::string item(int depth) {
    static const char* kAtoms[] = {"保", "本", "a", "b", "1", "\\d", "[a-b]", "[^本]", ".", "[保本]"};
    static const char* kRepeats[] = {"", "", "", "?", "*", "+", "{2}", "{1,3}", "{2,}"};
    const std::string atom = depth > 0 && below(4) == 0 ? "(" + sequence(depth - 1) + (below(2) == 0 ? "|" + sequence(depth - 1) : "") + ")" : kAtoms[below(10)];
    return atom + kRepeats[below(9)];
  }
  std::string regex() {
    std::string text = sequence(2);
    if (below(6) == 0) text = "^" + text;
    if (below(6) == 0) text += "$";
    if (below(4) == 0) text += "|" + sequence(2);
    return text;
  }
  std::u32string text() {
    std::u32string made;
    for (std::size_t i = below(9); i > 0; --i) made += U"保本ab1"[below(5)];
    return made;
  }

 private:
  std::mt19937_64 engine_;
};

TEST(Regex, AgreesWithTheReference) {
  int compared = 0, matched = 0;
  for (std::uint64_t seed = 1; seed <= 6000; ++seed) {
    Generator random(seed);
    const std::string regex = random.regex();
    const auto parsed = content::parse_regex(regex);
    if (!parsed) continue;  // may match nothing, repeats a repeat, …
    LexiconBuilder builder(guard_words());
    if (!builder.add_regex(regex)) continue;  // needs nothing
    const auto lexicon = builder.build().value();
    Reader reader;
    Reading reading;
    for (int i = 0; i < 6; ++i) {
      const std::u32string text = random.text();
      reader.read(*lexicon, text::to_utf8(text), 0, reading);
      const std::string have = reading.hits.empty() ? "" : std::to_string(reading.hits[0].span.begin) + "-" + std::to_string(reading.hits[0].span.end);
      ASSERT_EQ(have, reference(*parsed, text)) << "seed " << seed << ": " << regex << " in " << text::to_utf8(text);
      ++compared;
      matched += have.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(compared, 5000);
  EXPECT_GT(matched, 1000);
}

// What makes a backtracking matcher run for ages is one pass here: the states visited are counted, not the time.
TEST(Regex, WorkIsBoundedByCharactersTimesStates) {
  const auto tree = content::parse_regex("(a|a|aa)+(a|a|aa)+本").value();
  EXPECT_LE(content::regex_states(tree), std::uint64_t{40});
  EXPECT_EQ(hit("(a|a|aa)+(a|a|aa)+本", std::string(20'000, 'a') + "。本", true), "");
}

}  // namespace
}  // namespace fenshen::signals
