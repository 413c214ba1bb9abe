// The gate: an act is folded on a copy of the state as if it was done now; the rules that would break decide. The same
// fold live and in replay, so that the same proposals get the same decisions.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "assist/internal/state.h"
#include "core/json_writer.h"

namespace fenshen::assist {
namespace {

namespace cv = conversation;
using content::RuleGate;
using cv::Decision;

constexpr std::array<std::string_view, 4> kDerived = {"local_hour", "local_minute", "local_date", "internal"};
constexpr core::Millis kMinute = 60'000, kDayMinutes = 24 * 60;

void put(cv::Fields& fields, std::string_view name, std::string value) { fields.push_back({std::string(name), std::move(value), cv::FieldKind::text}); }

// The clock on the customer's wall: the phone's zone if it is told, else the customer's, else the house's.
int zone_of(const State& state, const cv::ActProposed& act) {
  for (const std::string* zone : {cv::find(act.data, "phone_zone"), cv::find(state.customer, "phone_zone"), cv::find(state.customer, "time_zone")})
    if (zone != nullptr)
      if (const auto offset = core::parse_offset(*zone)) return *offset;
  return state.pack->offset_minutes;
}

void add_local_time(const State& state, cv::ActProposed& act, core::Millis at) {
  const int offset = zone_of(state, act);
  const core::Millis minutes = (at >= 0 ? at / kMinute : (at - kMinute + 1) / kMinute) + offset;
  put(act.data, "local_hour", std::to_string(core::hour_of(at, offset)));
  put(act.data, "local_minute", std::to_string((minutes % kDayMinutes + kDayMinutes) % kDayMinutes));
  put(act.data, "local_date", core::format_date(core::day_of(at, offset)));
}

const content::Article* article_of_card(const State& state, std::string_view card) {
  for (const auto& [id, article] : state.internal_cards)
    if (id == card)
      if (const auto found = std::ranges::find(state.library().articles, article, &content::Article::id); found != state.library().articles.end()) return &*found;
  return nullptr;
}

// The internal article whose words the act would carry out of the house.
void add_internal(const State& state, cv::ActProposed& act, core::Millis at) {
  const core::Day day = core::day_of(at, state.pack->offset_minutes);
  if (const auto match = state.pack->internal_words.find(act.text, day, state.library())) {
    const std::string* published = act.kind == "publish" ? cv::find(act.data, "id") : nullptr;
    if (published != nullptr && *published == state.library().articles[match->article].id) return;  // its own words
    put(act.data, "internal", state.library().articles[match->article].id);
  } else if (const content::Article* article = article_of_card(state, act.card); article != nullptr && !is_said_by(*article, act.text)) {
    put(act.data, "internal", article->id);
  }
}

std::string_view severity_word(content::Severity severity) {
  return severity == content::Severity::major ? "major" : severity == content::Severity::normal ? "normal" : "hint";
}

// A rule that the act would break, and what follows from it.
struct Finding {
  const content::Rule* rule;
  RuleGate gate;
  Span span;
};

void write_finding(core::JsonWriter& out, const Finding& finding, std::string_view text, bool english) {
  const content::Rule& rule = *finding.rule;
  out.begin_object().field("rule", rule.id).field("name", rule.name.in(english)).field("severity", severity_word(rule.severity));
  out.field("decision", finding.gate == RuleGate::block ? "blocked" : finding.gate == RuleGate::confirm ? "confirm" : "reported");
  out.key("span").begin_array().value(finding.span.begin).value(finding.span.end).end_array().field("words", cut(text, finding.span));
  out.key("source").begin_object().field("title", rule.source.title).field("clause", rule.source.clause).end_object();
  out.field("wording", rule.lawful().in(english)).end_object();
}

GateDecision decision_of(const std::vector<Finding>& findings, std::string_view text, bool english) {
  GateDecision decision;
  const auto asks = [&](RuleGate gate) { return std::ranges::any_of(findings, [gate](const Finding& one) { return one.gate == gate; }); };
  decision.decision = asks(RuleGate::block) ? Decision::blocked : asks(RuleGate::confirm) ? Decision::confirm : Decision::allowed;
  const RuleGate decisive = decision.decision == Decision::blocked ? RuleGate::block : RuleGate::confirm;
  if (decision.decision != Decision::allowed)
    for (const Finding& one : findings)
      if (one.gate == decisive) decision.rules.push_back(one.rule->id);
  decision.findings.clear();
  core::JsonWriter out(decision.findings);
  out.begin_array();
  for (const Finding& one : findings) write_finding(out, one, text, english);
  out.end_array();
  return decision;
}

}  // namespace

cv::ActProposed completed(const State& state, cv::ActProposed act, core::Millis at) {
  // What is derived nobody else sets.
  std::erase_if(act.data, [](const cv::Field& field) { return std::ranges::find(kDerived, field.name) != kDerived.end(); });
  if (act.kind == "contact") add_local_time(state, act, at);
  if (!act.text.empty()) add_internal(state, act, at);
  return act;
}

GateDecision decide(const State& state, const cv::Event& event, std::span<const rules::RuleIndex> confirmed, FoldScratch::Impl& scratch) {
  const auto& act = std::get<cv::ActProposed>(event.body);
  State copy = state;
  // A rule that has just fired keeps no cards coming, but it still decides.
  copy.pack->rules->lift_cooldowns(*copy.rules);
  FoldResult ignored;
  std::vector<FoldVerdict> verdicts;
  Moment moment{copy, scratch, ignored, event, event.recorded_at, core::day_of(event.recorded_at, copy.pack->offset_minutes), true, 0, &verdicts};
  fold_act(moment);
  const bool spoken = act.kind == "message" && !is_text_channel(state.channel);
  std::vector<Finding> findings;
  for (const FoldVerdict& verdict : verdicts) {
    // What falls due at this moment is not this act's doing.
    if (verdict.kind != FoldVerdict::Kind::broken || verdict.seq != event.seq) continue;
    const content::Rule& rule = state.library().rules[verdict.item];
    RuleGate gate = spoken ? RuleGate::none : rule.gate;
    if (gate == RuleGate::confirm && std::ranges::find(confirmed, verdict.item) != confirmed.end()) gate = RuleGate::none;
    Span span = verdict.span;
    if (span.end <= span.begin && cv::find(act.data, "internal") != nullptr)
      if (const auto match = state.pack->internal_words.find(act.text, moment.day, state.library())) span = match->span;
    findings.push_back({&rule, gate, span});
  }
  std::ranges::stable_sort(findings, std::ranges::greater{}, &Finding::gate);  // what decides comes first
  return decision_of(findings, act.text, state.english);
}

std::vector<rules::RuleIndex> rules_of(const State& state, const GateDecision& decision) {
  std::vector<rules::RuleIndex> rules;
  for (rules::RuleIndex i = 0; i < state.library().rules.size(); ++i)
    if (std::ranges::find(decision.rules, state.library().rules[i].id) != decision.rules.end()) rules.push_back(i);
  return rules;
}

std::vector<rules::RuleIndex> gate_rules(const State& state) {
  std::vector<rules::RuleIndex> rules;
  for (rules::RuleIndex i = 0; i < state.library().rules.size(); ++i)
    if (state.library().rules[i].gate != RuleGate::none) rules.push_back(i);
  return rules;
}

}  // namespace fenshen::assist
