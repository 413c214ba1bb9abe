// Rules.
#include <fmt/format.h>

#include <charconv>

#include "content/internal/items.h"

namespace fenshen::content {
namespace {

struct Amount {
  std::uint32_t turns = 0;
  core::Millis millis = 0;
};

// "3 turns", "60 s", "10 min"; nullopt if it is none of these.
std::optional<Amount> parse_amount(std::string_view text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + blank, number);
  if (error != std::errc{} || end != text.data() + blank) return std::nullopt;
  const std::string_view unit = text.substr(blank + 1);
  if (unit == "turns" || unit == "turn") return Amount{number, 0};
  if (unit == "s") return Amount{0, core::Millis{number} * 1000};
  if (unit == "min") return Amount{0, core::Millis{number} * 60'000};
  if (unit == "h") return Amount{0, core::Millis{number} * 3'600'000};
  return std::nullopt;
}

void read_amount(ItemReader& in, std::string_view key, std::uint32_t& turns, core::Millis& millis) {
  const std::string text = in.text(key);
  if (text.empty()) return;
  if (text == "none") {
    turns = 0;
    millis = 0;
  } else if (const auto amount = parse_amount(text)) {
    turns = amount->turns;
    millis = amount->millis;
  } else {
    in.mistake(key, "must be like «3 turns» or «60 s»");
  }
}

// Splits at " or " outside quotes and parentheses.
std::vector<std::string> alternatives(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  bool quoted = false;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
    if (quoted) continue;
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth == 0 && text.substr(i, 4) == " or ") {
      parts.emplace_back(text.substr(start, i - start));
      start = i + 4;
    }
  }
  parts.emplace_back(text.substr(start));
  return parts;
}

std::optional<Deadline> read_deadline(ItemReader& in) {
  const std::string text = in.text("by");
  if (text.empty()) return std::nullopt;
  Deadline deadline;
  deadline.text = text;
  std::string conditions;
  for (const std::string& part : alternatives(text)) {
    if (part == "end") deadline.end = true;
    else if (const auto amount = parse_amount(part)) {
      if (amount->turns != 0) deadline.turns = amount->turns;
      if (amount->millis != 0) deadline.millis = amount->millis;
    } else {
      conditions += conditions.empty() ? part : " or " + part;
    }
  }
  if (!conditions.empty()) deadline.at = in.parse(conditions, in.line("by"));
  return deadline;
}

void read_require(ItemReader& in, Rule& rule) {
  const YAML::Node node = in.child("require");
  if (!in.has("require")) return;
  if (node.IsScalar()) {
    if (auto condition = in.parse(node.Scalar(), in.line("require"))) rule.require.push_back({"", std::move(*condition)});
    return;
  }
  ItemReader holder(node, in.file());
  if (!holder.valid()) return;
  const YAML::Node parts = holder.child("all");
  if (!parts.IsDefined() || !parts.IsSequence() || parts.size() == 0) {
    in.mistake("require", "must be a condition or all: with a list of {name, when}");
    return;
  }
  for (const auto& entry : parts) {
    ItemReader part(entry, in.file());
    if (!part.valid()) continue;
    const std::string name = part.text("name", true);
    if (!part.has("when")) in.file().add(part.line(), "when is missing");
    if (auto condition = part.condition("when")) rule.require.push_back({name, std::move(*condition)});
    part.finish();
  }
  holder.finish();
}

void check_form(ItemReader& in, const Rule& rule) {
  const bool forbidden = in.has("when"), obliged = in.has("require");
  if (forbidden == obliged) in.mistake(forbidden ? "when" : "id", "a rule has either when or require");
  if (obliged && !in.has("by")) in.mistake("require", "needs a deadline: by");
  if (!obliged && in.has("by")) in.mistake("by", "goes with require");
  for (const std::string_view key : {"within", "until"})
    if (in.has(key) && !in.has("after")) in.mistake(key, "goes with after");
  if (rule.since_after && !in.has("after")) in.mistake("since", "after goes with after");
  if (rule.wording.empty()) in.mistake("wording", "is missing: a rule says what to do instead");
}

}  // namespace

Rule read_rule(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  Rule rule;
  rule.origin = in.origin();
  rule.pack = file.pack;
  rule.version = file.version;
  rule.id = in.text("id", true);
  rule.name = in.localized("name", true);
  rule.severity = in.word<Severity>("severity", {{"major", Severity::major}, {"normal", Severity::normal}, {"hint", Severity::hint}}, Severity::normal);
  rule.card = in.word<RuleCard>("card", {{"prompt", RuleCard::prompt}, {"violation", RuleCard::violation}, {"fraud", RuleCard::fraud}},
                                rule.severity == Severity::hint ? RuleCard::prompt : RuleCard::violation);
  rule.applies = in.condition("applies");
  rule.when = in.condition("when");
  rule.after = in.condition("after");
  rule.until = in.condition("until");
  read_amount(in, "within", rule.within_turns, rule.within_millis);
  rule.same = in.flag("same", false);
  rule.count = static_cast<std::uint32_t>(in.integer("count", 1, 1, 1000));
  read_require(in, rule);
  rule.by = read_deadline(in);
  rule.since_after = in.word<bool>("since", {{"start", false}, {"after", true}}, false);
  rule.once = in.flag("once", true);
  if (in.text("warn") == "never") rule.warn_never = true;
  else rule.warn = in.condition("warn");
  read_amount(in, "cooldown", rule.cooldown_turns, rule.cooldown_millis);
  rule.wording = in.localized("wording");
  rule.advice = in.localized("advice");
  rule.gate = in.word<RuleGate>("gate", {{"block", RuleGate::block}, {"confirm", RuleGate::confirm}}, RuleGate::none);
  rule.alternative = in.localized("alternative");
  if (in.has("alternative") && rule.gate == RuleGate::none) in.mistake("alternative", "goes with gate");
  rule.source = in.source();
  if (in.valid() && rule.source.title.empty()) in.mistake("source", "is missing: every card names its source");
  rule.in_force = in.in_force();
  in.text("note");
  in.text("slug");
  if (in.valid()) check_form(in, rule);
  in.finish();
  return rule;
}

}  // namespace fenshen::content
