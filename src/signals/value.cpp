// Values and the context. Everything that orders is an integer.
#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/time.h"
#include "signals/internal/condition_program.h"

namespace fenshen::signals {
namespace {

constexpr std::size_t kMaxIntegerDigits = 12;
constexpr int kDecimals = 6;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digit_run(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

std::int64_t figure_of(std::string_view digits) {
  std::int64_t figure = 0;
  for (const char c : digits) figure = figure * 10 + (c - '0');
  return figure;
}

std::int64_t decimals_of(std::string_view digits) {
  std::int64_t figure = 0;
  for (int i = 0; i < kDecimals; ++i) figure = figure * 10 + (static_cast<std::size_t>(i) < digits.size() ? digits[i] - '0' : 0);
  return figure;
}

bool parse_number(std::string_view text, std::int64_t& number) {
  const bool negative = text.starts_with('-');
  const std::string_view body = text.substr(negative ? 1 : 0);
  const std::size_t whole = digit_run(body, 0);
  if (whole == 0 || whole > kMaxIntegerDigits || (whole > 1 && body[0] == '0')) return false;
  std::int64_t value = figure_of(body.substr(0, whole)) * kValueScale;
  if (whole < body.size()) {
    const std::size_t decimals = digit_run(body, whole + 1);
    if (body[whole] != '.' || decimals == 0 || whole + 1 + decimals != body.size()) return false;
    value += decimals_of(body.substr(whole + 1));
  }
  number = negative ? -value : value;
  return true;
}

// Risk of customers and products, service tiers, levels of identification.
bool parse_level(std::string_view text, std::int64_t& number) {
  constexpr std::string_view kLetters = "CRTL";
  if (text.size() < 2 || text.size() > 3 || kLetters.find(text[0]) == std::string_view::npos) return false;
  if (digit_run(text, 1) + 1 != text.size()) return false;
  number = figure_of(text.substr(1)) * kValueScale;
  return true;
}

bool has_figure(Value::Kind kind) { return kind == Value::Kind::number || kind == Value::Kind::level; }

}  // namespace

ValueView view_value(std::string_view text) noexcept {
  ValueView view{Value::Kind::text, 0, text};
  if (text.empty()) view.kind = Value::Kind::missing;
  else if (parse_number(text, view.number)) view.kind = Value::Kind::number;
  else if (parse_level(text, view.number)) view.kind = Value::Kind::level;
  else if (const auto day = core::parse_date(text)) {
    view.kind = Value::Kind::date;
    view.number = *day;
  }
  return view;
}

Value parse_value(std::string_view text) {
  const ValueView view = view_value(text);
  return {view.kind, view.number, std::string(view.text)};
}

Value number_value(std::int64_t number) { return {Value::Kind::number, number * kValueScale, {}}; }
Value date_value(core::Day day) { return {Value::Kind::date, day, {}}; }

bool is_ordering(content::Comparison op) noexcept {
  using content::Comparison;
  return op == Comparison::less || op == Comparison::less_equal || op == Comparison::greater || op == Comparison::greater_equal;
}

bool compare_values(const ValueView& left, content::Comparison op, const ValueView& right) noexcept {
  using content::Comparison;
  if (left.kind == Value::Kind::missing || right.kind == Value::Kind::missing) return false;
  const bool by_figure = (has_figure(left.kind) && has_figure(right.kind)) || (left.kind == right.kind && left.kind == Value::Kind::date);
  const bool equal = by_figure ? left.number == right.number : left.kind == right.kind && left.text == right.text;
  switch (op) {
    case Comparison::equal: return equal;
    case Comparison::not_equal: return !equal;
    case Comparison::less: return by_figure && left.number < right.number;
    case Comparison::less_equal: return by_figure && left.number <= right.number;
    case Comparison::greater: return by_figure && left.number > right.number;
    case Comparison::greater_equal: return by_figure && left.number >= right.number;
    default: return false;
  }
}

Context::Context(const ConditionSet& set) : set_(&set), values_(set.paths().size()), changed_(set.paths().size(), 0) {}

void Context::assign(PathId path, const Value& value) {
  if (values_[path] == value) return;
  values_[path] = value;
  changed_[path] = ++revision_;
}

void Context::set(std::string_view path, std::string_view value) {
  PathId id = 0;
  if (!set_->find_path(path, id)) return;
  const ValueView view = view_value(value);
  Value& held = values_[id];
  if (held.kind == view.kind && held.number == view.number && held.text == view.text) return;
  held.kind = view.kind;
  held.number = view.number;
  held.text.assign(view.text);
  changed_[id] = ++revision_;
}

void Context::set(std::string_view path, Value value) {
  PathId id = 0;
  if (set_->find_path(path, id)) assign(id, value);
}

void Context::clear_prefix(std::string_view prefix) {
  const std::span<const std::string> paths = set_->paths();
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (paths[i].starts_with(prefix)) assign(static_cast<PathId>(i), Value{});
}

}  // namespace fenshen::signals
