// A recursive descent parser over the tokens of internal/condition_lexer.h. What can be checked without the rest of the
// packs is checked here: syntax, patterns, speakers, roots of paths, names of emotions.
#include "content/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "content/internal/condition_lexer.h"
#include "content/internal/condition_words.h"
#include "content/pattern.h"
#include "content/regex.h"
#include "core/utf8.h"

namespace fenshen::content {
namespace {

using Kind = ConditionNode::Kind;
using Token = ConditionToken;

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxLength = 16384;

constexpr std::array<std::string_view, 11> kBarePaths = {"channel", "lang",    "hour",    "minute",  "weekday", "workday",
                                                          "holiday", "turn",    "today",   "flow",    "idv.level"};
constexpr std::array<std::string_view, 9> kPathRoots = {"customer.", "meta.",   "product.", "fields.",  "event.",
                                                        "history.",  "speech.", "last.",    "document."};
constexpr std::array<std::string_view, 5> kEmotions = {"calm", "dissatisfied", "angry", "anxious", "sad"};

std::uint8_t speaker_bits(std::string_view name) {
  for (const SpeakerName& speaker : kSpeakers)
    if (speaker.name == name) return speaker.bits;
  return 0;
}

bool is_path(std::string_view text) {
  if (std::ranges::find(kBarePaths, text) != kBarePaths.end()) return true;
  return std::ranges::any_of(kPathRoots, [&](std::string_view root) { return text.size() > root.size() && text.starts_with(root); });
}

std::string without_backslashes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  core::Result<ConditionNode> parse() {
    ConditionNode root;
    TRY(parse_or(root, 0));
    if (peek().kind != Token::Kind::end) return error(peek(), fmt::format("«{}» is not expected here: join conditions by and, or", peek().text));
    return root;
  }

 private:
  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  const Token& take() { return tokens_[std::min(at_++, tokens_.size() - 1)]; }
  bool at_sign(std::string_view text, std::size_t ahead = 0) const {
    return peek(ahead).kind == Token::Kind::sign && peek(ahead).text == text;
  }
  bool at_word(std::string_view text) const { return peek().kind == Token::Kind::word && peek().text == text; }
  bool accept_word(std::string_view text) {
    if (!at_word(text)) return false;
    ++at_;
    return true;
  }
  bool accept_sign(std::string_view text) {
    if (!at_sign(text)) return false;
    ++at_;
    return true;
  }
  static std::unexpected<core::Error> error_at(std::uint32_t column, std::string message) {
    return core::fail(core::Code::invalid, std::move(message), fmt::format("column {}", column));
  }
  static std::unexpected<core::Error> error(const Token& token, std::string message) { return error_at(token.column, std::move(message)); }

  core::Status parse_or(ConditionNode& out, std::size_t depth) { return parse_list(out, Kind::any, "or", depth); }

  // One operand stays itself; several become the children of one node.
  core::Status parse_list(ConditionNode& out, Kind kind, std::string_view joint, std::size_t depth) {
    if (depth > kMaxDepth) return error(peek(), fmt::format("conditions nest deeper than {}", kMaxDepth));
    const std::uint32_t column = peek().column;
    std::vector<ConditionNode> operands;
    do {
      ConditionNode& operand = operands.emplace_back();
      if (kind == Kind::any) TRY(parse_list(operand, Kind::all, "and", depth));
      else TRY(parse_not(operand, depth));
    } while (accept_word(joint));
    if (operands.size() == 1) {
      out = std::move(operands.front());
      return {};
    }
    out.kind = kind;
    out.column = column;
    out.children = std::move(operands);
    return {};
  }

  core::Status parse_not(ConditionNode& out, std::size_t depth) {
    if (!at_word("not")) return parse_primary(out, depth);
    if (depth > kMaxDepth) return error(peek(), fmt::format("conditions nest deeper than {}", kMaxDepth));
    out.kind = Kind::negate;
    out.column = take().column;
    return parse_not(out.children.emplace_back(), depth + 1);
  }

  core::Status parse_primary(ConditionNode& out, std::size_t depth) {
    const Token& token = peek();
    if (token.kind == Token::Kind::end) return error(token, "a condition is missing");
    if (at_sign("(")) {
      ++at_;
      TRY(parse_or(out, depth + 1));
      if (!accept_sign(")")) return error(token, "'(' without ')'");
      return {};
    }
    if (token.kind == Token::Kind::quoted) return error(token, "a quoted text needs says before it, or a comparison");
    if (token.kind == Token::Kind::sign) return error(token, fmt::format("'{}' is not expected here", token.text));
    out.column = token.column;
    return parse_atom(out);
  }

  core::Status parse_atom(ConditionNode& out) {
    if (speaker_bits(peek().text) != 0) return parse_speaker_atom(out);
    if (is_path(peek().text)) return parse_comparison_atom(out);
    const Token& token = take();
    if (token.text == "event") return parse_event(out);
    if (token.text == "step") return parse_step(out);
    if (token.text == "enters") return parse_named(out, Kind::enters, "the code of a flow");
    if (token.text == "act") return parse_act(out);
    if (token.text == "intent") return parse_named(out, Kind::intent, "a topic");
    if (token.text == "emotion") return parse_emotion(out);
    if (token.text == "start" || token.text == "end") {
      out.kind = token.text == "start" ? Kind::start : Kind::end;
      return {};
    }
    return error(token, explain(token.text));
  }

  static std::string explain(std::string_view word) {
    if (word == "and" || word == "or") return fmt::format("a condition is missing before «{}»", word);
    if (word == "says" || word == "matches" || word == "gives" || word == "speaks") return fmt::format("who «{}»? rep, customer, bot or anyone", word);
    if (word == "unless" || word == "unless_before") return fmt::format("«{}» follows a phrase of says", word);
    if (word == "where") return "«where» follows the name of an event or an act";
    if (word.find('.') != std::string_view::npos) return fmt::format("no path «{}» in the context", word);
    return fmt::format("«{}» begins no condition", word);
  }

  core::Status parse_speaker_atom(ConditionNode& out) {
    for (;;) {
      const Token& name = take();
      const std::uint8_t bits = name.kind == Token::Kind::word ? speaker_bits(name.text) : 0;
      if (bits == 0) return error(name, "a speaker is expected: rep, customer, bot or anyone");
      out.speakers |= bits;
      if (!accept_sign("|")) break;
    }
    const Token& verb = take();
    if (verb.kind == Token::Kind::word && verb.text == "speaks") {
      out.kind = Kind::speaks;
      return {};
    }
    if (verb.kind == Token::Kind::word && verb.text == "says") return parse_says(out, Kind::says);
    if (verb.kind == Token::Kind::word && verb.text == "matches") return parse_says(out, Kind::matches);
    if (verb.kind == Token::Kind::word && verb.text == "gives") return parse_gives(out);
    return error(verb, "says, matches, gives or speaks is expected");
  }

  core::Status parse_says(ConditionNode& out, Kind kind) {
    out.kind = kind;
    TRY(parse_phrase(out.pattern_text, out.pattern_column, kind));
    for (;;) {
      const bool before = at_word("unless_before");
      if (!before && !at_word("unless")) return {};
      const Token& guard = take();
      if (!before && peek().kind == Token::Kind::word) {
        TRY(parse_guards(out));
        continue;
      }
      std::string& text = before ? out.unless_before_text : out.unless_text;
      if (!text.empty()) return error(guard, fmt::format("«{}» is there twice; join the guards by |", guard.text));
      TRY(parse_phrase(text, before ? out.unless_before_column : out.unless_column, Kind::says));
    }
  }

  // Names of guards, joined by commas.
  core::Status parse_guards(ConditionNode& out) {
    do {
      const Token& token = take();
      const auto found = std::ranges::find(kGuards, token.text, &GuardName::name);
      if (token.kind != Token::Kind::word || found == kGuards.end())
        return error(token, "a guard is expected: a phrase in quotes, or negated, prohibited, reported, question");
      const auto bit = static_cast<std::uint8_t>(1U << (found - kGuards.begin()));
      if ((out.guards & bit) != 0) return error(token, fmt::format("«{}» is there twice", token.text));
      out.guards |= bit;
      if (out.guards_column == 0) out.guards_column = token.column;
    } while (accept_sign(","));
    return {};
  }

  core::Status parse_phrase(std::string& text, std::uint32_t& column, Kind kind) {
    const Token& token = take();
    if (token.kind != Token::Kind::quoted) return error(token, "a phrase in quotes is expected");
    column = token.column + 1;
    if (kind == Kind::matches) {
      if (auto regex = parse_regex(token.text); !regex) return error_at(column_of(regex.error().where, column), regex.error().message);
    } else if (auto pattern = parse_pattern(token.text); !pattern) {
      return error_at(column_of(pattern.error().where, column), pattern.error().message);
    }
    text = token.text;
    return {};
  }

  // Moves "column N" of a pattern to where the pattern stands.
  static std::uint32_t column_of(std::string_view where, std::uint32_t start) {
    std::uint32_t column = 1;
    const std::string_view figure = where.substr(where.find(' ') + 1);
    std::from_chars(figure.data(), figure.data() + figure.size(), column);
    return start + column - 1;
  }

  core::Status parse_gives(ConditionNode& out) {
    out.kind = Kind::gives;
    TRY(parse_name(out.name, "a type of entity"));
    if (!at_operator()) return {};
    CompareNode compare;
    compare.path = "value";
    compare.column = peek().column;
    TRY(parse_operator(compare));
    out.compares.push_back(std::move(compare));
    return {};
  }

  core::Status parse_event(ConditionNode& out) {
    out.kind = Kind::event;
    TRY(parse_name(out.name, "the name of an event"));
    return parse_where(out, "a field of the event");
  }

  core::Status parse_act(ConditionNode& out) {
    out.kind = Kind::act;
    TRY(parse_name(out.name, "the kind of an act"));
    return parse_where(out, "a field of the act");
  }

  core::Status parse_where(ConditionNode& out, std::string_view what) {
    if (!accept_word("where")) return {};
    do {
      CompareNode& compare = out.compares.emplace_back();
      compare.column = peek().column;
      TRY(parse_name(compare.path, what));
      TRY(parse_operator(compare));
    } while (accept_sign(","));
    return {};
  }

  core::Status parse_step(ConditionNode& out) {
    out.kind = Kind::step;
    const Token& token = peek();
    TRY(parse_name(out.name, "a step such as P01.S5"));
    const auto dot = out.name.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == out.name.size()) return error(token, "a step is written FLOW.STEP, such as P01.S5");
    return {};
  }

  core::Status parse_named(ConditionNode& out, Kind kind, std::string_view what) {
    out.kind = kind;
    return parse_name(out.name, what);
  }

  core::Status parse_emotion(ConditionNode& out) {
    out.kind = Kind::emotion;
    if (!accept_word("in")) return parse_emotion_name(out);
    if (!accept_sign("[")) return error(peek(), "'[' is expected after in");
    do TRY(parse_emotion_name(out));
    while (accept_sign(","));
    if (!accept_sign("]")) return error(peek(), "']' is expected");
    return {};
  }

  core::Status parse_emotion_name(ConditionNode& out) {
    const Token& token = peek();
    TRY(parse_name(out.names.emplace_back(), "an emotion"));
    if (std::ranges::find(kEmotions, out.names.back()) == kEmotions.end())
      return error(token, fmt::format("no emotion «{}»: calm, dissatisfied, angry, anxious or sad", out.names.back()));
    return {};
  }

  core::Status parse_comparison_atom(ConditionNode& out) {
    out.kind = Kind::compare;
    CompareNode& compare = out.compares.emplace_back();
    compare.column = peek().column;
    compare.path = take().text;
    const Token& sign = peek();
    TRY(parse_operator(compare));
    const bool ordered = compare.op != Comparison::equal && compare.op != Comparison::not_equal && compare.op != Comparison::in &&
                         compare.op != Comparison::missing && compare.op != Comparison::present;
    if (compare.path == "flow" && ordered) return error(sign, "flows have no order");
    return {};
  }

  core::Status parse_name(std::string& name, std::string_view what) {
    const Token& token = take();
    if (token.kind != Token::Kind::word || is_keyword(token.text)) return error(token, fmt::format("{} is expected", what));
    name = token.text;
    return {};
  }

  static bool is_keyword(std::string_view word) {
    constexpr std::array<std::string_view, 7> kKeywords = {"and", "or", "not", "where", "unless", "unless_before", "in"};
    return std::ranges::find(kKeywords, word) != kKeywords.end();
  }

  bool at_operator() const {
    if (at_word("in") || at_word("is")) return true;
    return peek().kind == Token::Kind::sign &&
           std::ranges::any_of(kOperators, [&](const OperatorName& name) { return name.text == peek().text; });
  }

  core::Status parse_operator(CompareNode& out) {
    const Token& token = take();
    if (token.kind == Token::Kind::word && token.text == "is") return parse_is(out);
    if (token.kind == Token::Kind::word && token.text == "in") return parse_in(out);
    const auto found = std::ranges::find_if(kOperators, [&](const OperatorName& name) { return name.text == token.text; });
    if (token.kind != Token::Kind::sign || found == kOperators.end()) return error(token, "a comparison is expected: == != < <= > >= in is");
    out.op = found->op;
    return parse_operand(out);
  }

  core::Status parse_is(CompareNode& out) {
    const Token& token = take();
    if (token.kind != Token::Kind::word || (token.text != "missing" && token.text != "present")) return error(token, "missing or present is expected after is");
    out.op = token.text == "missing" ? Comparison::missing : Comparison::present;
    return {};
  }

  core::Status parse_in(CompareNode& out) {
    out.op = Comparison::in;
    if (!accept_sign("[")) return error(peek(), "'[' is expected after in");
    do TRY(parse_operand(out));
    while (accept_sign(","));
    if (!accept_sign("]")) return error(peek(), "']' is expected");
    return {};
  }

  core::Status parse_operand(CompareNode& out) {
    const Token& token = take();
    if (token.kind == Token::Kind::quoted) {
      out.values.push_back({false, without_backslashes(token.text)});
      return {};
    }
    if (token.kind != Token::Kind::word || is_keyword(token.text)) return error(token, "a value is expected");
    out.values.push_back({is_path(token.text), token.text});
    return {};
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

core::Result<Condition> parse_condition(std::string_view text) {
  if (const auto bad = core::find_invalid_utf8(text))
    return core::fail(core::Code::invalid, "condition is not valid UTF-8",
                      fmt::format("column {}", core::count_code_points(text.substr(0, *bad)) + 1));
  if (text.size() > kMaxLength)
    return core::fail(core::Code::too_large, fmt::format("condition is longer than {} bytes", kMaxLength), "column 1");
  TRY_ASSIGN(auto tokens, split_condition(text));
  TRY_ASSIGN(auto root, Parser(std::move(tokens)).parse());
  return Condition{std::string(text), std::move(root)};
}

}  // namespace fenshen::content
