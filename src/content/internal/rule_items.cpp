// Rules.
#include <fmt/format.h>

#include <charconv>

#include "content/internal/items.h"
#include "content/internal/rule_check.h"

namespace fenshen::content {
namespace {

constexpr std::uint32_t kMaxDays = 1000;

struct Amount {
  std::uint32_t turns = 0;
  core::Millis millis = 0;
  std::uint32_t days = 0, workdays = 0;
  bool zero() const { return turns == 0 && millis == 0 && days == 0 && workdays == 0; }
};

// "3 turns", "60 s", "10 min", "15 days"; nullopt if it is none of these.
std::optional<Amount> parse_amount(std::string_view text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + blank, number);
  if (error != std::errc{} || end != text.data() + blank) return std::nullopt;
  const std::string_view unit = text.substr(blank + 1);
  if (unit == "turns" || unit == "turn") return Amount{.turns = number};
  if (unit == "s") return Amount{.millis = core::Millis{number} * 1000};
  if (unit == "min") return Amount{.millis = core::Millis{number} * 60'000};
  if (unit == "h") return Amount{.millis = core::Millis{number} * 3'600'000};
  if (unit == "days" || unit == "day") return Amount{.days = number};
  if (unit == "workdays" || unit == "workday") return Amount{.workdays = number};
  return std::nullopt;
}

void read_amount(ItemReader& in, std::string_view key, std::uint32_t& turns, core::Millis& millis) {
  const std::string text = in.text(key);
  if (text.empty()) return;
  if (text == "none") {
    turns = 0;
    millis = 0;
  } else if (const auto amount = parse_amount(text); amount && amount->days == 0 && amount->workdays == 0) {
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
      if (amount->zero()) in.mistake("by", fmt::format("«{}» is over when it begins", part));
      if (amount->days > kMaxDays || amount->workdays > kMaxDays) in.mistake("by", fmt::format("is later than {} days", kMaxDays));
      if (amount->turns != 0) deadline.turns = amount->turns;
      if (amount->millis != 0) deadline.millis = amount->millis;
      if (amount->days != 0) deadline.days = amount->days;
      if (amount->workdays != 0) deadline.workdays = amount->workdays;
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
    if (auto condition = in.parse(node.Scalar(), in.line("require"))) rule.require.push_back({{}, std::move(*condition)});
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
    const Localized name = part.localized("name", true);
    if (!part.has("when")) in.file().add(part.line(), "when is missing");
    if (auto condition = part.condition("when")) rule.require.push_back({name, std::move(*condition)});
    part.finish();
  }
  holder.finish();
}

// "occurrence", "entity product", "event.no", or a path.
Each read_each(ItemReader& in) {
  const std::string text = in.text("each");
  constexpr std::string_view kEntity = "entity ", kEvent = "event.";
  if (text.empty()) return {};
  if (text == "occurrence") return {Each::Of::occurrence, {}};
  if (text.starts_with(kEntity)) return {Each::Of::entity, text.substr(kEntity.size())};
  if (text.starts_with(kEvent)) return {Each::Of::event_field, text.substr(kEvent.size())};
  // A path is what a comparison would take.
  if (const auto probe = parse_condition(text + " is present"); probe && probe->root.kind == ConditionNode::Kind::compare && probe->root.compares[0].path != "flow")
    return {Each::Of::path, text};
  in.mistake("each", "must be occurrence, entity TYPE, event.FIELD or a path of the context");
  return {};
}

bool read_alert(ItemReader& in) { return in.word<bool>("alert", {{"none", false}, {"supervisor", true}}, false); }

Escalation read_escalation(ItemReader& in) {
  Escalation escalation;
  const YAML::Node node = in.child("escalate");
  if (!in.has("escalate")) return escalation;
  ItemReader inner(node, in.file());
  if (!inner.valid()) return escalation;
  escalation.after = static_cast<std::uint32_t>(inner.integer("after", 2, 2, 1000));
  const std::optional<Severity> none;
  escalation.severity = inner.word<std::optional<Severity>>("severity", {{"major", Severity::major}, {"normal", Severity::normal}}, none);
  escalation.alert = read_alert(inner);
  if (!escalation.severity && !escalation.alert) in.mistake("escalate", "changes nothing: severity or alert is needed");
  inner.finish();
  return escalation;
}

Effects read_effects(ItemReader& in) {
  Effects effects;
  effects.score = in.integer("score", 0, -100, 100);
  effects.alert = read_alert(in);
  effects.tags = in.texts("tags");
  effects.need = in.localized("need");
  effects.closes = in.texts("closes");
  effects.escalate = read_escalation(in);
  return effects;
}

void check_form(ItemReader& in, const Rule& rule) {
  const bool forbidden = in.has("when"), obliged = in.has("require");
  if (forbidden == obliged) in.mistake(forbidden ? "when" : "id", "a rule has either when or require");
  if (obliged && !in.has("by")) in.mistake("require", "needs a deadline: by");
  if (!obliged && in.has("by")) in.mistake("by", "goes with require");
  for (const std::string_view key : {"within", "until"})
    if (in.has(key) && !in.has("after") && rule.count < 2) in.mistake(key, "goes with after or count");
  for (const std::string_view key : {"restart", "each"})
    if (in.has(key) && obliged && !in.has("after")) in.mistake(key, "goes with after");
  if (rule.restart && !obliged) in.mistake("restart", "goes with require: the effect of a forbidden rule's after always runs from the last one");
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
  rule.each = read_each(in);
  read_require(in, rule);
  rule.by = read_deadline(in);
  rule.since_after = in.word<bool>("since", {{"start", false}, {"after", true}}, false);
  rule.once = in.flag("once", true);
  rule.restart = in.flag("restart", false);
  if (in.text("warn") == "never") rule.warn_never = true;
  else rule.warn = in.condition("warn");
  read_amount(in, "cooldown", rule.cooldown_turns, rule.cooldown_millis);
  rule.effects = read_effects(in);
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
  if (in.valid() && (rule.require.empty() || rule.by)) check_rule(rule, file);
  in.finish();
  return rule;
}

}  // namespace fenshen::content
