#include "content/internal/condition_lexer.h"

#include <fmt/format.h>

#include "core/utf8.h"

namespace fenshen::content {
namespace {

using Kind = ConditionToken::Kind;

constexpr std::u32string_view kSigns = U"()[],|=!<>";
// What an input method slips in where an ASCII sign was meant.
constexpr std::u32string_view kFullWidth = U"“”‘’（）【】，｜＝＜＞！\u3000";

class Lexer {
 public:
  explicit Lexer(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) input_.push_back(core::decode_utf8(text, at));
  }

  core::Result<std::vector<ConditionToken>> run() {
    for (skip_blanks(); at_ < input_.size(); skip_blanks()) TRY(next());
    tokens_.push_back({Kind::end, {}, column(at_)});
    return std::move(tokens_);
  }

 private:
  static std::uint32_t column(std::size_t at) { return static_cast<std::uint32_t>(at + 1); }
  static bool is_blank(char32_t c) { return c == U' ' || c == U'\t' || c == U'\n' || c == U'\r'; }
  static bool in(std::u32string_view set, char32_t c) { return set.find(c) != std::u32string_view::npos; }
  std::unexpected<core::Error> error(std::size_t at, std::string message) const {
    return core::fail(core::Code::invalid, std::move(message), fmt::format("column {}", column(at)));
  }
  void skip_blanks() {
    while (at_ < input_.size() && is_blank(input_[at_])) ++at_;
  }
  char32_t peek() const { return at_ < input_.size() ? input_[at_] : U'\0'; }

  core::Status next() {
    const char32_t c = peek();
    if (c == U'"') return quoted();
    if (in(kSigns, c)) return sign();
    return word();
  }

  core::Status quoted() {
    const std::size_t open = at_++;
    std::string text;
    for (; at_ < input_.size() && input_[at_] != U'"'; ++at_) {
      core::append_utf8(text, input_[at_]);
      if (input_[at_] != U'\\' || at_ + 1 == input_.size()) continue;
      core::append_utf8(text, input_[++at_]);
    }
    if (at_ == input_.size()) return error(open, "the quote is not closed");
    ++at_;
    tokens_.push_back({Kind::quoted, std::move(text), column(open)});
    return {};
  }

  core::Status sign() {
    const std::size_t start = at_;
    const char32_t c = input_[at_++];
    std::string text(1, static_cast<char>(c));
    if (in(U"=!<>", c) && peek() == U'=') {
      text += '=';
      ++at_;
    }
    if (text == "=") return error(start, "equality is written ==");
    if (text == "!") return error(start, "negation is written not, inequality !=");
    tokens_.push_back({Kind::sign, std::move(text), column(start)});
    return {};
  }

  core::Status word() {
    const std::size_t start = at_;
    std::string text;
    for (; at_ < input_.size() && !is_blank(input_[at_]) && !in(kSigns, input_[at_]) && input_[at_] != U'"'; ++at_) {
      if (in(kFullWidth, input_[at_])) return error(at_, "a full width sign; conditions use ASCII quotes, brackets and commas");
      if (input_[at_] < U' ') return error(at_, "control character in a condition");
      core::append_utf8(text, input_[at_]);
    }
    tokens_.push_back({Kind::word, std::move(text), column(start)});
    return {};
  }

  std::u32string input_;
  std::size_t at_ = 0;
  std::vector<ConditionToken> tokens_;
};

}  // namespace

core::Result<std::vector<ConditionToken>> split_condition(std::string_view text) { return Lexer(text).run(); }

}  // namespace fenshen::content
