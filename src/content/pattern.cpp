// A recursive descent parser over code points. It refuses what could only be a slip of the author (an empty
// alternative, a gap at the edge, an escaped letter), because a pattern that silently matches nothing, or everything,
// switches a rule off or floods the desk.
#include "content/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/utf8.h"

namespace fenshen::content {
namespace {

constexpr std::uint32_t kDefaultGap = 12;
constexpr std::uint32_t kMaxGap = 100;
constexpr std::uint32_t kMaxDigits = 40;
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxLength = 4096;
using Kind = PatternNode::Kind;

// Gaps that one way through the alternatives passes at most. A gap costs a search from every place where what stands
// before it may end.
std::size_t gaps_of(const std::vector<PatternSequence>& alternatives) {
  std::size_t most = 0;
  for (const PatternSequence& sequence : alternatives) {
    std::size_t gaps = 0;
    for (const PatternNode& node : sequence) gaps += node.kind == Kind::gap ? 1 : node.kind == Kind::group ? gaps_of(node.alternatives) : 0;
    most = std::max(most, gaps);
  }
  return most;
}

bool is_blank(char32_t c) { return c == U' ' || c == U'\t' || c == U'\u3000'; }
bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_ascii_letter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
bool is_latin(char32_t c) { return is_ascii_letter(c) || is_digit(c) || (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7); }
// Any sign, special or not: who escapes one sign too many says what he means. A letter is a slip (\d is not a digit here).
bool can_be_escaped(char32_t c) { return c == U'｜' || is_blank(c) || (c > U' ' && c < 0x7F && !is_ascii_letter(c) && !is_digit(c)); }
bool is_bar(char32_t c) { return c == U'|' || c == U'｜'; }

// Whether the sequence can match without reading a character.
bool nullable(const PatternSequence& sequence);
bool nullable(const PatternNode& node) {
  switch (node.kind) {
    case Kind::gap:
    case Kind::begin:
    case Kind::end: return true;
    case Kind::group:
      return node.optional || std::ranges::any_of(node.alternatives, [](const auto& a) { return nullable(a); });
    default: return false;
  }
}
bool nullable(const PatternSequence& sequence) {
  return std::ranges::all_of(sequence, [](const PatternNode& node) { return nullable(node); });
}

class Parser {
 public:
  explicit Parser(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) input_.push_back(core::decode_utf8(text, at));
  }

  core::Result<Pattern> parse() {
    if (input_.size() > kMaxLength) return error(kMaxLength, fmt::format("pattern is longer than {} characters", kMaxLength));
    for (std::size_t i = 0; i < input_.size(); ++i)
      if (input_[i] < U' ' && input_[i] != U'\t') return error(i, "control character in a pattern");
    Pattern pattern;
    TRY(parse_alternatives(pattern.alternatives, 0));
    if (!at_end()) return error(at_, "')' without '('");
    if (const std::size_t gaps = gaps_of(pattern.alternatives); gaps > kMaxGaps)
      return core::fail(core::Code::too_large, fmt::format("{} gaps in one alternative, at most {} are allowed", gaps, kMaxGaps), "column 1");
    return pattern;
  }

 private:
  bool at_end() const { return at_ >= input_.size(); }
  char32_t peek(std::size_t ahead = 0) const { return at_ + ahead < input_.size() ? input_[at_ + ahead] : U'\0'; }
  std::unexpected<core::Error> error(std::size_t at, std::string message) const {
    return core::fail(core::Code::invalid, std::move(message), fmt::format("column {}", at + 1));
  }

  core::Status parse_alternatives(std::vector<PatternSequence>& out, std::size_t depth) {
    if (depth > kMaxDepth) return error(at_, fmt::format("groups nest deeper than {}", kMaxDepth));
    for (;;) {
      const std::size_t start = at_;
      PatternSequence& sequence = out.emplace_back();
      TRY(parse_sequence(sequence, depth));
      TRY(check_alternative(sequence, start, depth));
      if (at_end() || !is_bar(peek())) return {};
      ++at_;
    }
  }

  core::Status parse_sequence(PatternSequence& out, std::size_t depth) {
    while (!at_end() && !is_bar(peek()) && peek() != U')') TRY(parse_item(out, depth));
    return {};
  }

  core::Status parse_item(PatternSequence& out, std::size_t depth) {
    switch (peek()) {
      case U'(': return parse_group(out, depth);
      case U'.': return peek(1) == U'.' ? parse_gap(out) : parse_literal(out);
      case U'#': return parse_number(out);
      case U'{': return parse_class(out);
      case U'^': return parse_begin(out);
      case U'$': return parse_end(out);
      case U'?': return parse_optional(out);
      case U'}': return error(at_, "'}' without '{'");
      case U'*': return parse_star(out);
      default: return parse_literal(out);
    }
  }

  core::Status parse_group(PatternSequence& out, std::size_t depth) {
    const std::size_t open = at_++;
    PatternNode node;
    node.kind = Kind::group;
    TRY(parse_alternatives(node.alternatives, depth + 1));
    if (peek() != U')') return error(open, "'(' without ')'");
    ++at_;
    out.push_back(std::move(node));
    return {};
  }

  core::Status parse_gap(PatternSequence& out) {
    const std::size_t start = at_;
    at_ += 2;
    if (peek() == U'.') return error(at_, "a gap is two dots, here are three");
    if (!out.empty() && out.back().kind == Kind::gap) return error(start, "two gaps in a row");
    PatternNode node;
    node.kind = Kind::gap;
    node.max = kDefaultGap;
    if (peek() == U'{' && is_digit(peek(1))) {
      ++at_;
      TRY_ASSIGN(node.max, parse_figure(kMaxGap));
      TRY(expect_brace());
    }
    out.push_back(std::move(node));
    return {};
  }

  // '#' followed by a brace with a figure is a run of digits; '#{name}' is a number and a class.
  core::Status parse_number(PatternSequence& out) {
    ++at_;
    PatternNode node;
    node.kind = Kind::number;
    if (peek() == U'{' && is_digit(peek(1))) {
      const std::size_t start = ++at_;
      node.kind = Kind::digits;
      TRY_ASSIGN(node.min, parse_figure(kMaxDigits));
      node.max = node.min;
      if (peek() == U',') {
        ++at_;
        if (!is_digit(peek())) return error(at_, "a figure is missing after ','");
        TRY_ASSIGN(node.max, parse_figure(kMaxDigits));
      }
      if (node.max < node.min) return error(start, fmt::format("{} digits at least, but {} at most", node.min, node.max));
      TRY(expect_brace());
    }
    out.push_back(std::move(node));
    return {};
  }

  core::Status parse_class(PatternSequence& out) {
    const std::size_t open = at_++;
    PatternNode node;
    node.kind = Kind::class_ref;
    if (is_digit(peek())) return error(at_, "a repeat count only follows '#' or '..'; a class name begins with a letter");
    while (is_ascii_letter(peek()) || is_digit(peek()) || peek() == U'_' || peek() == U'-')
      core::append_utf8(node.name, input_[at_++]);
    if (at_end()) return error(open, "'{' without '}'");
    if (node.name.empty() || peek() != U'}') return error(at_, "a class name holds Latin letters, digits, _ and - only");
    ++at_;
    out.push_back(std::move(node));
    return {};
  }

  core::Status parse_begin(PatternSequence& out) {
    if (!out.empty()) return error(at_, "'^' stands at the beginning");
    ++at_;
    out.emplace_back().kind = Kind::begin;
    return {};
  }

  core::Status parse_end(PatternSequence& out) {
    if (!(at_ + 1 == input_.size() || is_bar(peek(1)) || peek(1) == U')')) return error(at_, "'$' stands at the end");
    ++at_;
    out.emplace_back().kind = Kind::end;
    return {};
  }

  // Makes what stands before optional: a group, a class, a number, or the one character of a literal.
  core::Status parse_optional(PatternSequence& out) {
    const bool bindable = !out.empty() && out.back().kind != Kind::gap && out.back().kind != Kind::begin &&
                          !out.back().prefix && !out.back().optional;
    if (!bindable) return error(at_, "'?' needs a group, a class, a number or a character before it");
    ++at_;
    if (out.back().kind == Kind::group) {
      out.back().optional = true;
      return {};
    }
    PatternNode inner = split_last(out);
    PatternNode group;
    group.kind = Kind::group;
    group.optional = true;
    group.alternatives.emplace_back().push_back(std::move(inner));
    out.push_back(std::move(group));
    return {};
  }

  // Takes the last item off the sequence; of a literal only its last character.
  static PatternNode split_last(PatternSequence& out) {
    PatternNode& last = out.back();
    if (last.kind != Kind::literal || last.text.size() == 1) {
      PatternNode whole = std::move(last);
      out.pop_back();
      return whole;
    }
    PatternNode character;
    character.text = last.text.back();
    last.text.pop_back();
    return character;
  }

  core::Status parse_star(PatternSequence& out) {
    const bool after_word = !out.empty() && out.back().kind == Kind::literal && !out.back().prefix && is_latin(out.back().text.back());
    if (!after_word) return error(at_, "'*' follows a Latin word");
    if (is_latin(peek(1))) return error(at_ + 1, "'*' ends a Latin word");
    ++at_;
    out.back().prefix = true;
    return {};
  }

  core::Status parse_literal(PatternSequence& out) {
    char32_t c = peek();
    if (c == U'\\') {
      ++at_;
      if (at_end()) return error(at_ - 1, "'\\' at the end escapes nothing");
      c = peek();
      if (!can_be_escaped(c)) return error(at_ - 1, "'\\' stands before a sign only, not before a letter or digit");
    }
    ++at_;
    if (out.empty() || out.back().kind != Kind::literal || out.back().prefix) out.emplace_back();
    out.back().text.push_back(c);
    return {};
  }

  core::Result<std::uint32_t> parse_figure(std::uint32_t limit) {
    const std::size_t start = at_;
    std::uint32_t figure = 0;
    for (; is_digit(peek()); ++at_) figure = std::min<std::uint32_t>(figure * 10 + (peek() - U'0'), limit + 1);
    if (figure == 0 || figure > limit) return error(start, fmt::format("figure must be from 1 to {}", limit));
    return figure;
  }

  core::Status expect_brace() {
    if (peek() != U'}') return error(at_, "'}' expected");
    ++at_;
    return {};
  }

  core::Status check_alternative(PatternSequence& sequence, std::size_t start, std::size_t depth) {
    trim(sequence, depth == 0);
    if (sequence.empty()) return error(start, "an alternative is empty");
    const bool only_gaps = std::ranges::all_of(sequence, [](const PatternNode& node) { return node.kind == Kind::gap; });
    if (only_gaps) return error(start, "an alternative holds a gap and nothing else");
    if (depth > 0) return {};
    if (sequence.front().kind == Kind::gap) return error(start, "a gap stands at the beginning");
    if (sequence.back().kind == Kind::gap) return error(at_ - 1, "a gap stands at the end");
    if (nullable(sequence)) return error(start, "this would match every utterance");
    return {};
  }

  // Blanks beside a gap, and at the edges of a whole pattern, are layout. Elsewhere they part Latin words.
  static void trim(PatternSequence& sequence, bool edges) {
    for (std::size_t i = 0; i < sequence.size(); ++i) {
      PatternNode& node = sequence[i];
      if (node.kind != Kind::literal) continue;
      const bool left = i == 0 ? edges : sequence[i - 1].kind == Kind::gap;
      const bool right = i + 1 == sequence.size() ? edges : sequence[i + 1].kind == Kind::gap;
      while (right && !node.text.empty() && is_blank(node.text.back())) node.text.pop_back();
      while (left && !node.text.empty() && is_blank(node.text.front())) node.text.erase(0, 1);
    }
    std::erase_if(sequence, [](const PatternNode& node) { return node.kind == Kind::literal && node.text.empty(); });
  }

  std::u32string input_;
  std::size_t at_ = 0;
};

void collect_classes(const std::vector<PatternSequence>& alternatives, std::vector<std::string>& out) {
  for (const PatternSequence& sequence : alternatives)
    for (const PatternNode& node : sequence) {
      if (node.kind == Kind::class_ref) out.push_back(node.name);
      if (node.kind == Kind::group) collect_classes(node.alternatives, out);
    }
}

}  // namespace

core::Result<Pattern> parse_pattern(std::string_view text) {
  if (const auto bad = core::find_invalid_utf8(text))
    return core::fail(core::Code::invalid, "pattern is not valid UTF-8",
                      fmt::format("column {}", core::count_code_points(text.substr(0, *bad)) + 1));
  return Parser(text).parse();
}

std::vector<std::string> referenced_classes(const Pattern& pattern) {
  std::vector<std::string> names;
  collect_classes(pattern.alternatives, names);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

}  // namespace fenshen::content
