// The scanner: a table of what patterns mean, then random patterns and texts against a matcher that walks the tree of the
// pattern at every position and knows no tricks.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <tuple>

#include "content/pattern.h"
#include "signals/lexicon.h"
#include "text/fold.h"
#include "text/numerals.h"

namespace fenshen::signals {
namespace {

content::Library library_with(std::vector<std::pair<std::string, std::vector<std::string>>> classes) {
  content::Library library;
  for (auto& [id, phrases] : classes) library.classes.push_back({id, "", std::move(phrases), {"classes/test.yaml", 1}});
  return library;
}

const content::Library& words() {
  static const content::Library library = library_with({
      {"money", {"钱", "款项", "资金"}},
      {"lost", {"(卡|存折)..{4}(丢|没)了", "挂失", "{money}不见了"}},
      {"self", {"甲{other}"}},
      {"other", {"乙{self}"}},
  });
  return library;
}

// "3-5" of the hit in code points of the original, "" if there is none.
std::string hit(std::string_view pattern, std::string_view text, std::string_view unless = {}, std::string_view before = {}) {
  LexiconBuilder builder(words());
  const auto id = builder.add(pattern, unless, before);
  if (!id) return "error: " + id.error().message;
  const auto lexicon = builder.build();
  if (!lexicon) return "error: " + lexicon.error().message;
  Reader reader;
  Reading reading;
  reader.read(**lexicon, text, 0, reading);
  if (reading.hits.empty()) return "";
  return std::to_string(reading.hits[0].span.begin) + "-" + std::to_string(reading.hits[0].span.end);
}

TEST(Scanner, Table) {
  const struct { const char* pattern; const char* text; const char* span; } cases[] = {
      {"保本", "这个保本的", "2-4"},
      {"保本", "這個保 本的", "2-5"},
      {"保本|稳赚", "稳赚不赔", "0-2"},
      {"(肯定|绝对)保本", "绝对保本", "0-4"},
      {"(绝对)?保本", "这保本", "1-3"},
      {"(绝对)?保本", "绝对保本", "0-4"},
      {"本金..安全", "本金是非常安全的", "0-7"},
      {"本金..安全", "本金，安全", "0-5"},
      {"本金..安全", "本金。安全", ""},
      {"本金..安全", "本金?安全", ""},
      {"本金..安全", "本金一二三四五六七八九十甲乙安全", "0-16"},
      {"本金..安全", "本金一二三四五六七八九十甲乙丙安全", ""},
      {"本金..{2}安全", "本金很不安全", "0-6"},
      {"本金..{2}安全", "本金非常不安全", ""},
      {"guarantee", "we guarantee it", "3-12"},
      {"guarantee", "guaranteed", ""},
      {"guarante*", "it is Guaranteed now", "6-16"},
      {"guarante* profit", "guaranteed profit", "0-17"},
      {"guarante*..profit", "guarantees a profit", "0-19"},
      {"principal is (guaranteed|protected)", "Your principal is  protected.", "5-28"},
      {"can", "you can't", ""},
      {"can", "you can", "4-7"},
      {"can't", "you can’t", "4-9"},
      {"转账limit", "转账 limit 调到", "0-8"},
      {"转账 limit", "转账limit", "0-7"},
      {"c2", "评级C2吗", "2-4"},
      {"c2", "C21", ""},
      {"5天", "15天", ""},
      {"5天", "3.5天", ""},
      {"有效期#天", "有效期 5 天", "0-7"},
      {"有效期#天", "有效期五天", "0-5"},
      {"#天", "三十天后", "0-3"},
      {"#%", "年化 3.5%", "3-7"},
      {"百分之#", "百分之五", "0-4"},
      {"年化#", "年化百分之五", "0-6"},
      {"#", "一共1,200元", "0-1"},
      {"#{4}", "尾号4417", "2-6"},
      {"#{4}", "尾号四四一七", "2-6"},
      {"#{4,6}", "验证码 123456", "4-10"},
      {"#{4}", "44170", ""},
      {"尾号..{2}#{4}", "尾号是 4 4 1 7", "0-11"},
      {"^好的?$", "好的。", "0-2"},
      {"^好$", "好的", ""},
      {"^好", "，好啊", "1-2"},
      {"吗$", "可以吗？", "2-3"},
      {"吗$", "可以吗谢谢", ""},
      {"{money}", "那笔款项", "2-4"},
      {"转{money}", "转资金", "0-3"},
      {"{lost}", "我的卡好像丢了", "2-7"},
      {"{lost}", "资金不见了", "0-5"},
      {"我{lost}", "我钱不见了", "0-5"},
      {"{lost}..急", "卡丢了，急死", "0-5"},
      {"A股", "a股", "0-2"},
      {"\\#", "a # b", "2-3"},
      {"。", "好。", "1-2"},
  };
  for (const auto& one : cases) EXPECT_EQ(hit(one.pattern, one.text), one.span) << one.pattern << " in " << one.text;
}

TEST(Scanner, Guards) {
  const struct { const char* pattern; const char* unless; const char* before; const char* text; const char* span; } cases[] = {
      {"保本", "不保本", "", "这不保本", ""},
      {"保本", "不保本", "", "这不保本，那保本", "6-8"},
      {"保本", "存款保险", "", "保本是因为存款保险", ""},
      {"保本", "存款保险", "", "保本，因为存款保险", "0-2"},
      {"保本", "存款保险", "", "保本一二三四五六七八九十一二三四五六七八九十存款保险", ""},
      {"保本", "存款保险", "", "保本一二三四五六七八九十一二三四五六七八九十甲存款保险", "0-2"},
      {"保本", "", "不", "不是保本", ""},
      {"保本", "", "不", "不,保本", "2-4"},
      {"保本", "", "不", "不一二三四五六七八保本", ""},
      {"保本", "", "不", "不一二三四五六七八九保本", "10-12"},
      {"保本", "", "不", "保本不", "0-2"},
      {"保本", "", "不", "不保本，保本", "4-6"},
      {"保本..安全", "", "不", "不保本，保本安全", "4-8"},
      {"1,200元", "约", "", "约1,200元", ""},
  };
  for (const auto& one : cases)
    EXPECT_EQ(hit(one.pattern, one.text, one.unless, one.before), one.span) << one.pattern << " in " << one.text;
}

TEST(Scanner, Errors) {
  const auto error = [](std::string_view pattern) {
    LexiconBuilder builder(words());
    const auto id = builder.add(pattern);
    return id ? std::string() : id.error().message;
  };
  EXPECT_NE(error("{nothing}").find("{nothing}"), std::string::npos);
  EXPECT_NE(error("{self}").find("uses itself"), std::string::npos);
  const std::string ten = "(a|b|c|d|e|f|g|h|i|j)";
  const std::string message = error(ten + ten + ten + ten);
  EXPECT_NE(message.find("10000 literals"), std::string::npos) << message;
  EXPECT_NE(message.find(ten), std::string::npos) << message;
  EXPECT_EQ(error(ten + ten + ten), "");
  LexiconBuilder builder(words());
  const auto bad = builder.check_classes();
  ASSERT_EQ(bad.size(), 2u);
  EXPECT_EQ(bad[0].where, "classes/test.yaml:1");
}

TEST(Scanner, EqualRequestsGetEqualIds) {
  LexiconBuilder builder(words());
  const auto a = builder.add("保本", "不保本"), b = builder.add("保本"), c = builder.add("保本", "不保本");
  ASSERT_TRUE(a && b && c);
  EXPECT_EQ(*a, *c);
  EXPECT_NE(*a, *b);
}

// --- the reference ---------------------------------------------------------------------------------------------------

using content::PatternNode;
using content::PatternSequence;

struct State {
  std::uint32_t pos = 0;
  bool run = false;       // inside contiguous literal text
  bool started = false;   // something was matched
  std::uint32_t gap = 0;  // pending; 0 with gapped = none
  bool gapped = false;
  friend auto operator<=>(const State&, const State&) = default;
};
using States = std::set<State>;

class Reference {
 public:
  Reference(const content::Library& library, std::string_view text) : library_(library) {
    text::fold(text, text_, offset_, classes_);
    text::find_numbers(text_, classes_, numbers_);
    first_ = 0;
    while (first_ < size() && edge(first_)) ++first_;
    last_ = size();
    while (last_ > 0 && edge(last_ - 1)) --last_;
    for (std::uint32_t i = 0, sentences = 0, clauses = 0; i <= size(); ++i) {
      sentence_.push_back(sentences);
      clause_.push_back(clauses);
      if (i == size()) break;
      const bool comma = text_[i] == U',' && !(i > 0 && digit(i - 1) && digit(i + 1));
      const bool stop = std::u32string_view(U"。!?;\n").find(text_[i]) != std::u32string_view::npos;
      const bool dot = text_[i] == U'.' && i > 0 && i + 1 < size() && text_[i + 1] == U' ' && (letter(i - 1) || digit(i - 1));
      sentences += stop || dot;
      clauses += comma || stop || dot;
    }
  }

  std::vector<std::pair<std::uint32_t, std::uint32_t>> matches(std::string_view pattern) const {
    const auto tree = content::parse_pattern(pattern);
    std::set<std::pair<std::uint32_t, std::uint32_t>> out;
    for (std::uint32_t start = 0; start <= size(); ++start)
      for (const State& state : alternatives(tree->alternatives, {State{.pos = start}}))
        if (state.started && closes(state)) out.emplace(start, state.pos);
    return {out.begin(), out.end()};
  }

  std::optional<Span> hit(std::string_view pattern, std::string_view unless, std::string_view before) const {
    for (const auto& [begin, end] : matches(pattern)) {
      if (!unless.empty() && refused(begin, end, unless)) continue;
      if (!before.empty() && refused_before(begin, before)) continue;
      return Span{offset_[begin], end > begin ? offset_[end - 1] + 1 : offset_[begin]};
    }
    return std::nullopt;
  }

 private:
  std::uint32_t size() const { return static_cast<std::uint32_t>(text_.size()); }
  bool letter(std::uint32_t i) const { return i < size() && text_[i] >= U'a' && text_[i] <= U'z'; }
  bool digit(std::uint32_t i) const { return i < size() && text_[i] >= U'0' && text_[i] <= U'9'; }
  bool edge(std::uint32_t i) const { return (classes_[i] & (text::kPunctuation | text::kBlank)) != 0; }

  bool word_edge(std::uint32_t i) const {
    if (i == 0 || i == size()) return true;
    if ((letter(i - 1) && letter(i)) || (digit(i - 1) && digit(i))) return false;
    const auto part = [&](std::uint32_t k) { return text_[k] == U'.' || text_[k] == U','; };
    if (i >= 2 && digit(i) && part(i - 1) && digit(i - 2)) return false;
    if (digit(i - 1) && part(i) && digit(i + 1)) return false;
    return !(letter(i - 1) && text_[i] == U'\'' && i + 1 < size() && text_[i + 1] == U't' && !letter(i + 2));
  }
  bool wordy_before(std::uint32_t i) const { return letter(i - 1) || digit(i - 1); }
  bool closes(const State& s) const { return !s.run || !wordy_before(s.pos) || word_edge(s.pos); }

  // Positions from which the next thing may be read.
  std::vector<std::uint32_t> places(const State& s) const {
    std::vector<std::uint32_t> out;
    if (!s.started) return {s.pos};
    if (!s.gapped) {
      out.push_back(s.pos);
      if (s.pos < size() && text_[s.pos] == U' ') out.push_back(s.pos + 1);
      return out;
    }
    for (std::uint32_t p = s.pos; p <= std::min(size(), s.pos + s.gap); ++p)
      if (p == s.pos || sentence_[p] == sentence_[s.pos]) out.push_back(p);
    return out;
  }

  States alternatives(const std::vector<PatternSequence>& list, const States& from) const {
    States out;
    for (const PatternSequence& sequence : list) {
      States states = from;
      for (const PatternNode& node : sequence) {
        States next;
        for (const State& state : states) next.merge(step(node, state));
        states = std::move(next);
      }
      out.merge(states);
    }
    return out;
  }

  States token(const State& state, std::uint32_t begin, std::uint32_t end) const {
    if (!closes(state)) return {};
    for (const std::uint32_t p : places(state))
      if (p == begin) return {State{.pos = end, .started = true}};
    return {};
  }

  States literal(const PatternNode& node, const State& state) const {
    States out;
    const bool goes_on = state.run && !state.gapped;
    if (!goes_on && !closes(state)) return {};
    for (const std::uint32_t p : goes_on ? std::vector<std::uint32_t>{state.pos} : places(state)) {
      std::uint32_t end = p;
      while (end < size() && end - p < node.text.size() && text_[end] == text::fold_char(node.text[end - p])) ++end;
      if (end - p < node.text.size()) continue;
      if (!goes_on && (letter(p) || digit(p)) && !word_edge(p)) continue;
      if (node.prefix) {
        while (letter(end)) ++end;
        out.insert({.pos = end, .started = true});
      } else {
        out.insert({.pos = end, .run = true, .started = true});
      }
    }
    return out;
  }

  States step(const PatternNode& node, const State& state) const {
    using Kind = PatternNode::Kind;
    States out;
    switch (node.kind) {
      case Kind::literal: return literal(node, state);
      case Kind::gap: {
        State next = state;
        if (state.started) {
          next.gap += node.max;
          next.gapped = true;
        }
        return {next};
      }
      case Kind::number:
        for (const text::Number& n : numbers_) out.merge(token(state, n.begin, n.end));
        return out;
      case Kind::digits:
        for (const text::Number& n : numbers_)
          if (n.run >= node.min && n.run <= node.max && n.run > 0) out.merge(token(state, n.begin, n.end));
        return out;
      case Kind::begin:
        for (std::uint32_t i = 0; i <= first_; ++i) out.merge(token(state, i, i));
        return out;
      case Kind::end:
        for (std::uint32_t i = last_; i <= size(); ++i) out.merge(token(state, i, i));
        return out;
      case Kind::class_ref:
        for (const content::PhraseClass& one : library_.classes)
          if (one.id == node.name)
            for (const std::string& phrase : one.phrases) out.merge(alternatives(content::parse_pattern(phrase)->alternatives, {state}));
        return out;
      case Kind::group:
        out = alternatives(node.alternatives, {state});
        if (node.optional) out.insert(state);
        return out;
    }
    return out;
  }

  bool refused(std::uint32_t begin, std::uint32_t end, std::string_view guard) const {
    for (const auto& [gb, ge] : matches(guard)) {
      if (ge == gb || clause_[gb] > clause_[end > begin ? end - 1 : begin] || clause_[ge - 1] < clause_[begin]) continue;
      const std::uint32_t distance = ge <= begin ? begin - ge : gb >= end ? gb - end : 0;
      if (distance <= 20) return true;
    }
    return false;
  }
  bool refused_before(std::uint32_t begin, std::string_view guard) const {
    for (const auto& [gb, ge] : matches(guard))
      if (ge > gb && ge <= begin && begin - ge <= 8 && clause_[ge - 1] == clause_[begin]) return true;
    return false;
  }

  const content::Library& library_;
  std::vector<char32_t> text_;
  std::vector<std::uint32_t> offset_;
  std::vector<text::CharClass> classes_;
  std::vector<text::Number> numbers_;
  std::vector<std::uint32_t> sentence_, clause_;
  std::uint32_t first_ = 0, last_ = 0;
};

// --- random patterns and texts ------------------------------------------------------------------------------------------

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}
  std::uint32_t below(std::uint32_t n) { return random_() % n; }

  std::string pattern(int depth = 0) {
    std::string out = sequence(depth);
    for (std::uint32_t n = below(4) == 0 ? 1 + below(2) : 0; n > 0; --n) out += "|" + sequence(depth);
    return out;
  }
  std::string text() {
    static const char* const kPieces[] = {"甲", "乙", "丙", "甲乙", "ab", "b", "a", "can", "can't", " ", "，", "。", "!", ".", ",", "1", "12", "3.5",
                                          "五", "百分之五", "二十", "四四一七", "三万五", "x", "丁", "丁", "1,200"};
    std::string out;
    for (std::uint32_t n = below(14); n > 0; --n) out += kPieces[below(std::size(kPieces))];
    return out;
  }

 private:
  std::string sequence(int depth) {
    std::string out;
    const std::uint32_t items = 1 + below(depth == 0 ? 4 : 2);
    if (depth == 0 && below(12) == 0) out += "^";
    for (std::uint32_t i = 0; i < items; ++i) {
      if (i > 0 && below(3) == 0) out += below(2) ? ".." : "..{" + std::to_string(1 + below(4)) + "}";
      out += item(depth);
    }
    if (depth == 0 && below(12) == 0) out += "$";
    return out;
  }
  std::string item(int depth) {
    static const char* const kLiterals[] = {"甲", "乙", "丙", "甲乙", "丁", "a", "b", "ab", "can", "1", "，", "五"};
    switch (below(depth < 2 ? 10 : 7)) {
      case 0: return "#";
      case 1: return below(2) ? "#{2}" : "#{1,4}";
      case 2: return below(2) ? "a*" : "{one}";
      case 7: return "(" + pattern(depth + 1) + ")";
      case 8: return "(" + pattern(depth + 1) + ")?";
      case 9: return below(2) ? "{two}" : "{three}";
      default: return kLiterals[below(std::size(kLiterals))];
    }
  }
  std::mt19937 random_;
};

struct Request {
  std::string pattern, unless, before;
};

std::string compare(const content::Library& library, const Request& request, PatternId id, const Lexicon& lexicon, const std::string& text) {
  Reader reader;
  Reading reading;
  reader.read(lexicon, text, 0, reading);
  std::optional<Span> got;
  for (const Hit& one : reading.hits)
    if (one.pattern == id) got = one.span;
  const auto expected = Reference(library, text).hit(request.pattern, request.unless, request.before);
  if (got == expected) return "";
  const auto show = [](const std::optional<Span>& s) { return s ? std::to_string(s->begin) + "-" + std::to_string(s->end) : "none"; };
  return "got " + show(got) + ", expected " + show(expected);
}

// Drops code points while the difference stays.
std::string shrunk(const content::Library& library, const Request& request, PatternId id, const Lexicon& lexicon, std::string text) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    const std::u32string all = text::to_utf32(text);
    for (std::size_t i = 0; i < all.size() && !smaller; ++i) {
      std::u32string less = all;
      less.erase(i, 1);
      if (compare(library, request, id, lexicon, text::to_utf8(less)).empty()) continue;
      text = text::to_utf8(less);
      smaller = true;
    }
  }
  return text;
}

TEST(Scanner, AgreesWithTheReference) {
  const content::Library library = library_with({
      {"one", {"甲", "丙丁", "b"}},
      {"two", {"乙..{2}丙", "甲", "#丁"}},
      {"three", {"({one}|丁)乙", "can"}},
  });
  int compared = 0, hits = 0;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    Generator generator(seed);
    LexiconBuilder builder(library);
    std::vector<std::pair<Request, PatternId>> requests;
    for (int n = 0; n < 12; ++n) {
      Request request{generator.pattern(), generator.below(3) == 0 ? generator.pattern() : "", generator.below(4) == 0 ? generator.pattern() : ""};
      const auto id = builder.add(request.pattern, request.unless, request.before);
      if (id) requests.emplace_back(std::move(request), *id);
    }
    const auto lexicon = builder.build();
    ASSERT_TRUE(lexicon);
    for (int n = 0; n < 12; ++n) {
      const std::string text = generator.text();
      for (const auto& [request, id] : requests) {
        ++compared;
        const std::string difference = compare(library, request, id, **lexicon, text);
        if (difference.empty()) {
          hits += Reference(library, text).hit(request.pattern, request.unless, request.before).has_value();
          continue;
        }
        const std::string small = shrunk(library, request, id, **lexicon, text);
        FAIL() << "seed " << seed << ": \"" << request.pattern << "\" unless \"" << request.unless << "\" before \"" << request.before
               << "\" in \"" << small << "\": " << compare(library, request, id, **lexicon, small);
      }
    }
  }
  EXPECT_GT(compared, 30000);
  EXPECT_GT(hits, compared / 50);
}

}  // namespace
}  // namespace fenshen::signals
