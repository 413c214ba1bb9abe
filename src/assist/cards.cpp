// Cards as the lines that desks, files and tests see. A card's id names its cause, so that the same fold gives the same id.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "assist/internal/state.h"
#include "core/hash.h"
#include "core/json_writer.h"

namespace fenshen::assist {

struct CardDraft {
  CardKind kind = CardKind::knowledge;
  std::string_view item;
  std::string_view version;
  std::int32_t turn = 0;
  std::uint64_t seq = 0;
  core::Millis at = 0;
  int rank = 0;  // 0: not ranked
  bool primary = false;
  std::string_view severity;
  Span span;
  std::string_view text;
  std::uint32_t article = kNoArticle;
};

namespace {

using content::Localized;

std::string_view severity_name(content::Severity severity) {
  switch (severity) {
    case content::Severity::major: return "major";
    case content::Severity::normal: return "normal";
    case content::Severity::hint: return "hint";
  }
  return "hint";
}

std::string date_or_empty(const std::optional<core::Day>& day) { return day ? core::format_date(*day) : std::string(); }

// One card being written. The members of contracts.md §3 come first, in its order; `more` adds ours, finish() hands it over.
class CardWriter {
 public:
  CardWriter(Moment& moment, const CardDraft& draft) : moment_(moment), draft_(draft), json_(card_.json) {
    const std::uint64_t id = core::hash_combine(
        core::hash_combine(core::hash_combine(core::hash_bytes(moment.state.conversation), draft.seq), core::hash_bytes(draft.item)),
        moment.ordinal++);
    id_ = id;
    card_.id = core::to_hex(id);
    card_.kind = draft.kind;
    card_.item = draft.item;
    card_.version = draft.version;
    card_.turn = draft.turn;
    card_.seq = draft.seq;
    card_.at = draft.at;
    json_.begin_object().field("conversation", moment.state.conversation).field("turn", draft.turn).field("seq", draft.seq);
    json_.field("card", card_.id).field("kind", to_string(draft.kind)).field("item", draft.item).field("version", draft.version);
  }

  CardWriter& topics(std::span<const std::string_view> topics) {
    json_.key("topics").begin_array();
    for (const std::string_view topic : topics) json_.value(topic);
    json_.end_array();
    return *this;
  }

  CardWriter& body() {
    if (draft_.rank > 0) json_.field("rank", draft_.rank);
    json_.field("primary", draft_.primary);
    if (!draft_.severity.empty()) json_.field("severity", draft_.severity);
    json_.key("span").begin_array().value(draft_.span.begin).value(draft_.span.end).end_array();
    json_.field("text", draft_.text);
    return *this;
  }

  CardWriter& source(std::string_view item, const content::Source& source, const content::InForce& span) {
    json_.key("sources").begin_array();
    if (!source.title.empty()) {
      json_.begin_object().field("item", item).field("title", source.title).field("clause", source.clause);
      const std::string from = date_or_empty(span.from), to = date_or_empty(span.to);
      json_.key("from");
      from.empty() ? json_.null() : json_.value(from);
      json_.key("to");
      to.empty() ? json_.null() : json_.value(to);
      json_.end_object();
    }
    json_.end_array();
    return *this;
  }

  // The words in the transcript that caused the card.
  CardWriter& why(std::string_view rule) {
    const Turn* turn = moment_.state.find_seq(draft_.seq);
    json_.key("why").begin_object();
    if (turn != nullptr) json_.field("turn", turn->index);
    json_.field("seq", draft_.seq);
    json_.key("span").begin_array().value(draft_.span.begin).value(draft_.span.end).end_array();
    json_.field("words", turn != nullptr ? cut(moment_.state.words_of(*turn), draft_.span) : std::string_view{});
    if (!rule.empty()) json_.field("rule", rule);
    json_.end_object();
    return *this;
  }

  core::JsonWriter& more() { return json_; }

  void finish() {
    json_.end_object();
    give(moment_, {id_, draft_.kind, draft_.article}, draft_.primary ? std::optional(draft_.at) : std::nullopt);
    moment_.out.cards.push_back(std::move(card_));
  }

  const std::string& id() const { return card_.id; }

 private:
  Moment& moment_;
  const CardDraft& draft_;
  std::uint64_t id_ = 0;
  Card card_;
  core::JsonWriter json_;
};

void mark(Moment& moment, Mark::Kind kind, std::uint64_t seq, Span span, std::uint32_t item) {
  if (span.end <= span.begin && kind != Mark::Kind::knowledge) return;
  if (const Turn* turn = moment.state.find_seq(seq)) moment.state.marks.push_back({kind, turn->index, span, item});
}

void write_facts(core::JsonWriter& json, const content::Article& article, bool english) {
  json.key("facts").begin_array();
  for (const content::Fact& fact : article.facts)
    json.begin_object().field("label", fact.label.in(english)).field("value", fact.value.in(english)).end_object();
  json.end_array();
}

void write_knowledge(Moment& moment, const knowledge::Match& match, CardKind kind, int rank, bool primary) {
  State& state = moment.state;
  const content::Article& article = state.library().articles[match.article];
  CardDraft draft;
  draft.kind = kind;
  draft.item = article.id;
  draft.version = article.version;
  draft.turn = state.turn;
  draft.seq = moment.event.seq;
  draft.at = moment.at;
  draft.rank = rank;
  draft.primary = primary;
  draft.span = {0, moment.scratch.reading.code_points};
  draft.text = article.say.in(state.english);
  draft.article = match.article;
  CardWriter card(moment, draft);
  card.topics(state.pack->topics[match.article]).body().source(article.id, article.source, article.in_force);
  core::JsonWriter& json = card.more();
  json.field("title", article.title.in(state.english)).field("say", article.say.in(state.english)).field("answer", article.answer.in(state.english));
  write_facts(json, article, state.english);
  if (!article.flow.empty()) json.field("flow", article.flow);
  json.field("audience", article.audience == content::Audience::internal ? "internal" : "customer").field("certainty", match.certainty);
  if (article.audience == content::Audience::internal) moment.state.internal_cards.emplace_back(card.id(), article.id);
  card.why("").finish();
}

// A deadline counted in turns is overdue when the turn after it begins: its card belongs to the turn before that one.
std::int32_t turn_of_verdict(const Moment& moment, const rules::Verdict& verdict) {
  const State& state = moment.state;
  const bool deadline = verdict.cause_seq != moment.event.seq;
  if (!deadline || state.turns.empty() || state.turns.back().seq != moment.event.seq) return state.turn;
  return state.turns.size() > 1 ? state.turns[state.turns.size() - 2].index : state.turn;
}

// A hint that escalated is a hint no more.
CardKind kind_of(const content::Rule& rule, const rules::Verdict& verdict) {
  if (verdict.kind != rules::Verdict::Kind::broken) return CardKind::prompt;
  if (rule.card == content::RuleCard::fraud) return CardKind::fraud;
  const bool raised = rule.severity == content::Severity::hint && verdict.severity != content::Severity::hint;
  if (rule.card == content::RuleCard::violation || raised) return CardKind::violation;
  return rule.effects.need.empty() ? CardKind::prompt : CardKind::need;
}

// What follows from the verdict beside the card, for those who score, alert, tag and offer.
void write_effects(core::JsonWriter& json, const content::Rule& rule, const rules::Verdict& verdict, bool english) {
  const content::Effects& effects = rule.effects;
  const bool any = effects.score != 0 || verdict.alert || !effects.tags.empty() || !effects.need.empty() || !effects.closes.empty() || verdict.times > 1 ||
                   !verdict.instance.empty();
  if (!any) return;
  json.key("effects").begin_object().field("times", verdict.times);
  if (!verdict.instance.empty()) json.field("instance", verdict.instance);
  if (effects.score != 0) json.field("score", effects.score);
  if (verdict.alert) json.field("alert", "supervisor");
  if (!effects.need.empty()) json.field("need", effects.need.in(english));
  const auto list = [&](std::string_view key, const std::vector<std::string>& items) {
    if (items.empty()) return;
    json.key(key).begin_array();
    for (const std::string& item : items) json.value(item);
    json.end_array();
  };
  list("tags", effects.tags);
  list("closes", effects.closes);
  json.end_object();
}

}  // namespace

bool is_text_channel(std::string_view channel) {
  return channel != "voice" && channel != "video" && channel != "counter" && channel != "ivr" && channel != "outbound";
}

std::string_view to_string(CardKind kind) noexcept {
  switch (kind) {
    case CardKind::knowledge: return "knowledge";
    case CardKind::reply: return "reply";
    case CardKind::step: return "step";
    case CardKind::prompt: return "prompt";
    case CardKind::violation: return "violation";
    case CardKind::emotion: return "emotion";
    case CardKind::fraud: return "fraud";
    case CardKind::need: return "need";
    case CardKind::announcement: return "announcement";
    case CardKind::wrapup: return "wrapup";
  }
  return "knowledge";
}

void show_knowledge(Moment& moment, std::span<const knowledge::Match> matches, bool primary) {
  State& state = moment.state;
  if (matches.empty()) return;
  const knowledge::Match& first = matches.front();
  mark(moment, Mark::Kind::knowledge, moment.event.seq, {0, moment.scratch.reading.code_points}, first.article);
  state.topics.emplace_back(state.turn, first.article);
  // What was shown in this contact is still on the desk: not again.
  if (is_repeated(state, first.article)) return hold(moment, CardKind::knowledge, first.article, HeldCard::Why::repeated);
  primary = primary && !is_busy(state, moment.at);
  int rank = 1;
  for (const knowledge::Match& match : matches) {
    if (rank > 1 && is_repeated(state, match.article)) continue;
    state.shown_turn[match.article] = state.turn;
    if (!moment.silent) write_knowledge(moment, match, CardKind::knowledge, rank, primary && rank == 1);
    ++rank;
  }
  const content::Article& article = state.library().articles[first.article];
  if (!moment.silent && is_text_channel(state.channel) && article.audience == content::Audience::customer)
    write_knowledge(moment, first, CardKind::reply, 1, false);
}

void show_verdict(Moment& moment, const rules::Verdict& verdict) {
  State& state = moment.state;
  const content::Rule& rule = state.library().rules[verdict.rule];
  if (verdict.kind == rules::Verdict::Kind::met) {
    if (moment.verdicts != nullptr)
      moment.verdicts->push_back({FoldVerdict::Kind::met, CardKind::prompt, verdict.rule, 0, turn_of_verdict(moment, verdict), verdict.cause_seq, verdict.due, verdict.span});
    return;
  }
  const bool broken = verdict.kind == rules::Verdict::Kind::broken;
  CardDraft draft;
  draft.kind = kind_of(rule, verdict);
  draft.item = rule.id;
  draft.version = rule.version;
  draft.turn = turn_of_verdict(moment, verdict);
  draft.seq = verdict.cause_seq;
  draft.at = verdict.due;
  if (moment.verdicts != nullptr) {
    moment.verdicts->push_back({broken ? FoldVerdict::Kind::broken : FoldVerdict::Kind::warned, draft.kind, verdict.rule, 0, draft.turn, draft.seq, draft.at, verdict.span});
    return;
  }
  draft.primary = true;
  draft.severity = severity_name(broken ? verdict.severity : rule.severity);
  draft.span = verdict.span;
  draft.text = rule.wording.in(state.english);
  if (broken) mark(moment, Mark::Kind::rule, verdict.cause_seq, verdict.span, verdict.rule);
  // Nobody asked for a hint or a need: a hint steps back, a need waits in the list.
  const bool hint = broken && draft.kind == CardKind::prompt && verdict.severity == content::Severity::hint;
  const auto not_now = hint || draft.kind == CardKind::need ? why_not_now(state, verdict.due) : std::nullopt;
  draft.primary = !not_now;
  const bool held = not_now && draft.kind == CardKind::need;
  if (held) hold(moment, CardKind::need, verdict.rule, *not_now);
  std::string id;
  if (!moment.silent && !held) {
    CardWriter card(moment, draft);
    card.body().source(rule.id, rule.source, rule.in_force);
    core::JsonWriter& json = card.more();
    json.field("title", rule.name.in(state.english)).field("say", rule.wording.in(state.english)).field("advice", rule.advice.in(state.english));
    json.key("missing").begin_array();
    for (const std::uint16_t part : verdict.missing)
      if (!rule.require[part].name.empty()) json.value(rule.require[part].name.in(state.english));
    json.end_array();
    if (broken) write_effects(json, rule, verdict, state.english);
    card.why(rule.id);
    id = card.id();
    card.finish();
  }
  if (!broken) return;
  const Turn* turn = state.find_seq(verdict.cause_seq);
  const std::string_view words = turn != nullptr ? cut(state.words_of(*turn), verdict.span) : std::string_view{};
  state.fired.push_back({verdict.rule, draft.turn, verdict.cause_seq, id, std::string(words), verdict.missing});
}

// The gate's answer, so that who looks later sees what was held back and why.
void show_block(Moment& moment, const Act& act) {
  if (moment.silent || act.decision.rules.empty()) return;
  const State& state = moment.state;
  const auto rule = std::ranges::find(state.library().rules, act.decision.rules.front(), &content::Rule::id);
  if (rule == state.library().rules.end()) return;
  CardDraft draft;
  draft.kind = CardKind::prompt;
  draft.item = rule->id;
  draft.version = rule->version;
  draft.turn = std::max(state.turn, 0);
  draft.seq = act.seq;
  draft.at = moment.at;
  draft.primary = true;
  draft.severity = severity_name(rule->severity);
  draft.text = rule->lawful().in(state.english);
  CardWriter card(moment, draft);
  card.body().source(rule->id, rule->source, rule->in_force);
  core::JsonWriter& json = card.more();
  json.field("title", rule->name.in(state.english)).field("say", rule->lawful().in(state.english)).field("advice", rule->advice.in(state.english));
  json.field("act", act.proposed.act).field("decision", conversation::to_string(act.decision.decision)).key("findings").raw(act.decision.findings);
  card.why(rule->id).finish();
}

void show_step(Moment& moment, const flow::FlowChange& change) {
  using Kind = flow::FlowChange::Kind;
  if (change.kind != Kind::step && change.kind != Kind::gate_broken) return;
  State& state = moment.state;
  const content::Flow& flow = state.library().flows[change.flow];
  const content::FlowStep& step = flow.steps[change.step];
  if (change.kind == Kind::step && change.state == flow::StepState::done)
    mark(moment, Mark::Kind::step, change.cause_seq, change.span, (change.flow << 8) | change.step);
  if (moment.verdicts != nullptr) {
    const bool done = change.state == flow::StepState::done;
    if (change.kind != Kind::step || (!done && change.state != flow::StepState::undone)) return;
    moment.verdicts->push_back({done ? FoldVerdict::Kind::step_done : FoldVerdict::Kind::step_undone, CardKind::step, change.flow, change.step, state.turn,
                                change.cause_seq != 0 ? change.cause_seq : moment.event.seq, moment.at, change.span});
    return;
  }
  if (moment.silent || change.state == flow::StepState::open) return;
  const bool broken = change.kind == Kind::gate_broken;
  const std::string item = fmt::format("{}.{}", flow.id, step.id);
  CardDraft draft;
  draft.kind = CardKind::step;
  draft.item = item;
  draft.version = flow.version;
  draft.turn = state.turn;
  draft.seq = change.cause_seq != 0 ? change.cause_seq : moment.event.seq;
  draft.at = moment.at;
  draft.primary = broken;  // what was done too early is said at once: the gate comes first
  draft.span = change.span;
  draft.text = step.say.in(state.english);
  CardWriter card(moment, draft);
  card.more().field("state", flow::to_string(change.state));
  card.body().source("", {}, {});
  card.more().field("title", step.name.in(state.english)).field("flow", flow.id).field("flow_name", flow.name.in(state.english)).field("must", step.must);
  if (broken) {
    const content::FlowStep& by = flow.steps[change.by];
    card.more().field("gate_broken", true).key("broken_by").begin_object().field("id", by.id).field("name", by.name.in(state.english)).end_object();
  }
  if (moment.handed_over != nullptr)
    card.more().key("handed_over").begin_object().field("from", moment.handed_over->from).field("to", moment.handed_over->to).end_object();
  card.why("").finish();
}

// Who takes over a conversation is shown where it stands.
void show_standing(Moment& moment, const Handover& handover) {
  moment.handed_over = &handover;
  for (const flow::FlowView& view : moment.state.pack->flows->view(*moment.state.flows)) {
    if (!view.active) continue;
    for (const flow::StepView& step : view.steps) {
      if (step.state != flow::StepState::next) continue;
      flow::FlowChange change;
      change.flow = view.flow;
      change.step = step.step;
      change.state = step.state;
      change.cause_seq = moment.event.seq;
      show_step(moment, change);
    }
  }
  moment.handed_over = nullptr;
}

void show_announcement(Moment& moment, std::uint32_t index) {
  if (moment.silent) return;
  const State& state = moment.state;
  if (is_busy(state, moment.at)) return hold(moment, CardKind::announcement, index, HeldCard::Why::busy);
  const content::Announcement& item = state.library().announcements[index];
  CardDraft draft;
  draft.kind = CardKind::announcement;
  draft.item = item.id;
  draft.version = item.version;
  draft.turn = std::max(state.turn, 0);
  draft.seq = moment.event.seq;
  draft.at = moment.at;
  draft.text = item.text.in(state.english);
  CardWriter card(moment, draft);
  card.body().source(item.id, item.source, item.in_force);
  card.more().field("title", item.title.in(state.english));
  card.why("").finish();
}

void show_wrapup(Moment& moment) {
  if (moment.silent) return;
  const State& state = moment.state;
  const Wrapup wrapup = draft_wrapup(state);
  CardDraft draft;
  draft.kind = CardKind::wrapup;
  draft.item = "wrapup";
  draft.version = kEngineVersion;
  draft.turn = std::max(state.turn, 0);
  draft.seq = moment.event.seq;
  draft.at = moment.at;
  CardWriter card(moment, draft);
  core::JsonWriter& json = card.more();
  json.field("primary", false).key("types").begin_array();
  for (const WrapupType& type : wrapup.types)
    json.begin_object().field("code", state.library().leaves[type.leaf].code).key("p").raw(fmt::format("0.{:03}", std::min(type.permille, 999))).end_object();
  json.end_array().key("process").begin_array();
  for (const std::string& process : wrapup.process) json.value(process);
  json.end_array().key("summary").begin_array();
  for (const WrapupSentence& sentence : wrapup.summary) {
    json.begin_object().field("label", sentence.label).field("text", sentence.text).key("turns").begin_array();
    for (const std::int32_t turn : sentence.turns) json.value(turn);
    json.end_array().end_object();
  }
  json.end_array().key("fields").begin_array();
  for (const WrapupField& field : wrapup.fields) {
    json.begin_object().field("name", field.name).field("value", field.value).field("turn", field.turn);
    if (field.shown != field.value) json.field("display", field.shown);
    json.end_object();
  }
  json.end_array().field("outcome", wrapup.outcome);
  card.finish();
}

}  // namespace fenshen::assist
