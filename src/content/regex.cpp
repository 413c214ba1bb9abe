// A recursive descent parser over code points.
#include "content/regex.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/utf8.h"
#include "text/fold.h"

namespace fenshen::content {
namespace {

using Kind = RegexNode::Kind;

constexpr std::size_t kMaxLength = 1000;
constexpr std::size_t kMaxDepth = 16;
constexpr std::uint32_t kMaxRepeat = 200;
constexpr char32_t kLastCharacter = 0x10FFFF;
constexpr std::u32string_view kSigns = U"\\^$.|?*+()[]{}-/";

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

RegexNode one_of(std::vector<std::pair<char32_t, char32_t>> ranges, bool inverted = false) {
  RegexNode node;
  node.kind = Kind::set;
  node.ranges = std::move(ranges);
  node.inverted = inverted;
  return node;
}

bool nullable(const RegexNode& node) {
  switch (node.kind) {
    case Kind::set: return false;
    case Kind::sequence: return std::ranges::all_of(node.children, nullable);
    case Kind::any_of: return std::ranges::any_of(node.children, nullable);
    case Kind::repeat: return node.min == 0 || nullable(node.children[0]);
    default: return true;
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) input_.push_back(core::decode_utf8(text, at));
  }

  core::Result<RegexNode> parse() {
    if (input_.size() > kMaxLength) return error(kMaxLength, fmt::format("a regular expression is longer than {} characters", kMaxLength));
    RegexNode root;
    TRY(parse_any_of(root, 0));
    if (at_ < input_.size()) return error(at_, "')' without '('");
    if (nullable(root)) return error(0, "this would match every utterance");
    if (const std::uint64_t states = regex_states(root); states > kRegexStatesMax)
      return error(0, fmt::format("this regular expression costs {} states, at most {} are allowed: repeat less", states, kRegexStatesMax));
    return root;
  }

 private:
  char32_t peek(std::size_t ahead = 0) const { return at_ + ahead < input_.size() ? input_[at_ + ahead] : U'\0'; }
  bool at_end() const { return at_ >= input_.size(); }
  static std::unexpected<core::Error> error(std::size_t at, std::string message) {
    return core::fail(core::Code::invalid, std::move(message), fmt::format("column {}", at + 1));
  }

  core::Status parse_any_of(RegexNode& out, std::size_t depth) {
    if (depth > kMaxDepth) return error(at_, fmt::format("groups nest deeper than {}", kMaxDepth));
    std::vector<RegexNode> options;
    for (;;) {
      const std::size_t start = at_;
      TRY(parse_sequence(options.emplace_back(), depth));
      if (options.back().children.empty()) return error(start, "an alternative is empty");
      if (peek() != U'|' || at_end()) break;
      ++at_;
    }
    if (options.size() == 1) out = std::move(options[0]);
    else {
      out.kind = Kind::any_of;
      out.children = std::move(options);
    }
    return {};
  }

  core::Status parse_sequence(RegexNode& out, std::size_t depth) {
    out.kind = Kind::sequence;
    while (!at_end() && peek() != U'|' && peek() != U')') {
      RegexNode item;
      const std::size_t start = at_;
      TRY(parse_item(item, depth));
      TRY(parse_repeat(item, start));
      out.children.push_back(std::move(item));
    }
    return {};
  }

  core::Status parse_item(RegexNode& out, std::size_t depth) {
    const char32_t c = peek();
    switch (c) {
      case U'(': return parse_group(out, depth);
      case U'[': return parse_class(out);
      case U'.': ++at_; out = one_of({{0, kLastCharacter}}); return {};
      case U'^': ++at_; out.kind = Kind::begin; return {};
      case U'$': ++at_; out.kind = Kind::end; return {};
      case U'\\': {
        TRY_ASSIGN(auto ranges, parse_escape());
        out = one_of(std::move(ranges));
        return {};
      }
      case U'*':
      case U'+':
      case U'?':
      case U'{': return error(at_, "nothing stands before the repeat");
      case U']':
      case U'}': return error(at_, "a bracket closes that was not opened; write \\ before it");
      default: break;
    }
    TRY_ASSIGN(const char32_t folded, folded_literal(at_));
    ++at_;
    out = one_of({{folded, folded}});
    return {};
  }

  core::Result<char32_t> folded_literal(std::size_t at) const {
    if (input_[at] < U' ' ) return error(at, "control character in a regular expression");
    const char32_t folded = text::fold_char(input_[at]);
    if (folded == 0) return error(at, "this character never stands in normalised text");
    return folded;
  }

  core::Status parse_group(RegexNode& out, std::size_t depth) {
    const std::size_t open = at_++;
    if (peek() == U'?') {
      if (peek(1) != U':') return error(at_, "looking around and named groups do not exist here: they cannot be matched in one pass");
      at_ += 2;
    }
    TRY(parse_any_of(out, depth + 1));
    if (peek() != U')') return error(open, "'(' without ')'");
    ++at_;
    return {};
  }

  // Behind a backslash: d, w, s, or a sign that stands for itself.
  core::Result<std::vector<std::pair<char32_t, char32_t>>> parse_escape() {
    using Ranges = std::vector<std::pair<char32_t, char32_t>>;
    const char32_t c = peek(1);
    at_ += 2;
    if (c == U'd') return Ranges{{U'0', U'9'}};
    if (c == U'w') return Ranges{{U'0', U'9'}, {U'a', U'z'}, {U'_', U'_'}, {0xDF, 0x24F}};
    if (c == U's') return Ranges{{U' ', U' '}};
    if (kSigns.find(c) != std::u32string_view::npos && c != U'\0') return Ranges{{c, c}};
    if (is_digit(c)) return error(at_ - 2, "back references do not exist here: they cannot be matched in one pass");
    return error(at_ - 2, "'\\' stands before d, w, s or a sign");
  }

  core::Status parse_class(RegexNode& out) {
    const std::size_t open = at_++;
    out = one_of({});
    if (peek() == U'^') {
      out.inverted = true;
      ++at_;
    }
    while (!at_end() && peek() != U']') TRY(parse_range(out));
    if (at_end()) return error(open, "'[' without ']'");
    if (out.ranges.empty()) return error(open, "an empty set of characters");
    ++at_;
    return {};
  }

  core::Status parse_range(RegexNode& out) {
    if (peek() == U'\\') {
      TRY_ASSIGN(auto ranges, parse_escape());
      out.ranges.insert(out.ranges.end(), ranges.begin(), ranges.end());
      return {};
    }
    TRY_ASSIGN(const char32_t first, folded_literal(at_));
    const std::size_t start = at_++;
    char32_t last = first;
    if (peek() == U'-' && peek(1) != U']' && at_ + 1 < input_.size()) {
      ++at_;
      if (peek() == U'\\') return error(at_, "a range ends with a character");
      TRY_ASSIGN(last, folded_literal(at_));
      ++at_;
    }
    if (last < first) return error(start, "a range runs backwards");
    out.ranges.emplace_back(first, last);
    return {};
  }

  core::Status parse_repeat(RegexNode& item, std::size_t start) {
    std::uint32_t min = 0, max = kRegexNoLimit;
    switch (at_end() ? U'\0' : peek()) {
      case U'*': break;
      case U'+': min = 1; break;
      case U'?': max = 1; break;
      case U'{': break;
      default: return {};
    }
    if (item.kind == Kind::begin || item.kind == Kind::end) return error(at_, "a place cannot be repeated");
    if (peek() == U'{') TRY(parse_counts(min, max));
    else ++at_;
    if (!at_end() && (peek() == U'?' || peek() == U'*' || peek() == U'+' || peek() == U'{'))
      return error(at_, "a repeat of a repeat; put the inner one in parentheses");
    if (nullable(item)) return error(start, "what is repeated may be empty");
    RegexNode repeated;
    repeated.kind = Kind::repeat;
    repeated.min = min;
    repeated.max = max;
    repeated.children.push_back(std::move(item));
    item = std::move(repeated);
    return {};
  }

  core::Status parse_counts(std::uint32_t& min, std::uint32_t& max) {
    const std::size_t open = at_++;
    const auto least = parse_figure();
    if (!least) return error(at_, fmt::format("a figure up to {} is expected", kMaxRepeat));
    min = max = *least;
    if (peek() == U',') {
      ++at_;
      max = kRegexNoLimit;
      if (peek() != U'}') {
        const auto most = parse_figure();
        if (!most) return error(at_, fmt::format("a figure up to {} is expected", kMaxRepeat));
        max = *most;
      }
    }
    if (peek() != U'}') return error(open, "'{' without '}'");
    ++at_;
    if (max < min) return error(open, "at least more than at most");
    if (max == 0) return error(open, "repeated zero times");
    return {};
  }

  std::optional<std::uint32_t> parse_figure() {
    if (!is_digit(peek())) return std::nullopt;
    std::uint32_t figure = 0;
    for (; is_digit(peek()); ++at_) figure = std::min(figure * 10 + (peek() - U'0'), kMaxRepeat + 1);
    if (figure > kMaxRepeat) return std::nullopt;
    return figure;
  }

  std::u32string input_;
  std::size_t at_ = 0;
};

}  // namespace

std::uint64_t regex_states(const RegexNode& node) {
  constexpr std::uint64_t kEnough = 1'000'000'000;
  std::uint64_t states = 1;
  if (node.kind == Kind::repeat) {
    const std::uint64_t times = node.max == kRegexNoLimit ? std::max(node.min, 1U) : node.max;
    return std::min(kEnough, times * (regex_states(node.children[0]) + 1));
  }
  for (const RegexNode& child : node.children) states = std::min(kEnough, states + regex_states(child));
  return states;
}

core::Result<RegexNode> parse_regex(std::string_view text) {
  if (const auto bad = core::find_invalid_utf8(text))
    return core::fail(core::Code::invalid, "regular expression is not valid UTF-8", fmt::format("column {}", core::count_code_points(text.substr(0, *bad)) + 1));
  return Parser(text).parse();
}

}  // namespace fenshen::content
