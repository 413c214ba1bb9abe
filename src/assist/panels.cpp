// What the desk shows beside the cards, as JSON (docs/formats/api.md, "Panels" and "Mark"): computed on demand from the
// state, so that it costs nothing in a replay.
#include <fmt/format.h>

#include <algorithm>

#include "assist/internal/state.h"
#include "core/hash.h"
#include "core/json_writer.h"

namespace fenshen::assist {
namespace {

using core::JsonWriter;

void write_turn(JsonWriter& out, const State& state, std::uint64_t seq) {
  const Turn* turn = seq == 0 ? nullptr : state.find_seq(seq);
  out.key("turn");
  turn != nullptr ? out.value(turn->index) : out.null();
}

void write_words(JsonWriter& out, const State& state, std::uint64_t seq, Span span) {
  const Turn* turn = seq == 0 || span.end <= span.begin ? nullptr : state.find_seq(seq);
  out.key("words");
  turn != nullptr ? out.value(cut(state.words_of(*turn), span)) : out.null();
}

// A field may hold the id of an item, or a value with a form in each language; people read its name.
void write_display(JsonWriter& out, const State& state, std::string_view field, std::string_view value, std::string_view shown) {
  if (shown != value) return out.field("display", shown), void();
  if (field != "product") return;
  const auto& products = state.library().products;
  const auto product = std::ranges::find(products, value, &content::Product::code);
  if (product != products.end()) out.field("display", product->name.in(state.english));
}

void write_step(JsonWriter& out, const State& state, const content::FlowStep& item, const flow::StepView& step) {
  out.begin_object().field("id", item.id).field("name", item.name.in(state.english)).field("state", flow::to_string(step.state));
  out.field("say", item.say.in(state.english)).field("customer_say", item.customer_say.in(state.english)).field("must", item.must).field("gate", item.gate);
  out.field("gate_broken", step.gate_broken).field("owed", step.owed).field("optional", item.optional).field("by_hand", step.by_hand).key("reason");
  step.reason.empty() ? out.null() : out.value(step.reason);
  out.key("call");
  item.call.empty() ? out.null() : out.value(item.call);
  out.key("together");
  item.together.empty() ? out.null() : out.value(item.together);
  write_turn(out, state, step.seq);
  write_words(out, state, step.seq, step.span);
  out.end_object();
}

void write_flow(JsonWriter& out, const State& state, const flow::FlowView& view) {
  const content::Flow& flow = state.library().flows[view.flow];
  out.begin_object().field("id", flow.id).field("name", flow.name.in(state.english)).field("active", view.active).field("finished", view.finished);
  out.key("detected").begin_object().field("by", flow::to_string(view.how)).field("confidence", static_cast<int>(view.confidence));
  write_turn(out, state, view.seq);
  write_words(out, state, view.seq, view.span);
  out.end_object().key("steps").begin_array();
  for (const flow::StepView& step : view.steps) write_step(out, state, flow.steps[step.step], step);
  out.end_array().key("fields").begin_array();
  for (const flow::FieldView& value : view.fields) {
    const content::FlowField& field = flow.fields[value.field];
    out.begin_object().field("name", field.name).field("label", field.label.in(state.english));
    out.field("value", value.value);
    write_display(out, state, field.name, value.value, field.shown(value.value, state.english));
    write_turn(out, state, value.seq);
    out.key("earlier").begin_array();
    for (const std::string& earlier : value.earlier) out.value(field.shown(earlier, state.english));
    out.end_array().end_object();
  }
  out.end_array().key("ends").begin_array();
  for (const std::string& next : flow.ends) out.value(next);
  out.end_array().end_object();
}

// What must still be said before the customer hangs up, with its wording: of all flows, finished ones too.
void write_steps_owed(JsonWriter& out, const State& state, const std::vector<flow::FlowView>& views) {
  out.key("owed").begin_array();
  for (const flow::FlowView& view : views) {
    const content::Flow& flow = state.library().flows[view.flow];
    for (const flow::StepView& step : view.steps) {
      const content::FlowStep& item = flow.steps[step.step];
      const bool closed = step.state == flow::StepState::done || step.state == flow::StepState::skipped;
      if (state.ended || closed || !(item.must || step.owed || step.gate_broken)) continue;
      out.begin_object().field("flow", flow.id).field("flow_name", flow.name.in(state.english)).field("step", item.id);
      out.field("name", item.name.in(state.english)).field("say", item.say.in(state.english)).field("due", step.owed).field("gate_broken", step.gate_broken);
      out.key("rule");
      item.rule.empty() ? out.null() : out.value(item.rule);
      out.end_object();
    }
  }
  out.end_array();
}

void write_candidates(JsonWriter& out, const State& state) {
  out.key("candidates").begin_array();
  for (const flow::Candidate& one : state.pack->flows->candidates(*state.flows)) {
    const content::Flow& flow = state.library().flows[one.flow];
    out.begin_object().field("id", flow.id).field("name", flow.name.in(state.english)).field("confidence", static_cast<int>(one.confidence)).end_object();
  }
  out.end_array();
}

void write_handovers(JsonWriter& out, const State& state) {
  out.key("handovers").begin_array();
  for (const Handover& one : state.handovers) out.begin_object().field("turn", one.turn).field("from", one.from).field("to", one.to).end_object();
  out.end_array();
}

void write_flows(JsonWriter& out, const State& state) {
  const std::vector<flow::FlowView> views = state.pack->flows->view(*state.flows);
  out.key("flow").begin_object().key("flows").begin_array();
  for (const flow::FlowView& view : views) write_flow(out, state, view);
  out.end_array();
  write_steps_owed(out, state, views);
  write_candidates(out, state);
  write_handovers(out, state);
  out.end_object();
}

std::string_view severity_word(content::Severity severity) {
  return severity == content::Severity::major ? "major" : severity == content::Severity::normal ? "normal" : "hint";
}

void write_missing(JsonWriter& out, const State& state, const content::Rule& rule, const std::vector<std::uint16_t>& missing) {
  out.key("missing").begin_array();
  for (const std::uint16_t part : missing)
    if (!rule.require[part].name.empty()) out.value(rule.require[part].name.in(state.english));
  out.end_array();
}

void write_owed(JsonWriter& out, const State& state) {
  std::vector<rules::Owed> owed;
  if (!state.ended) state.pack->rules->owed(*state.rules, owed);
  out.key("owed").begin_array();
  for (const rules::Owed& item : owed) {
    const content::Rule& rule = state.library().rules[item.rule];
    if (rule.warn_never) continue;
    out.begin_object().field("rule", rule.id).field("name", rule.name.in(state.english)).field("text", rule.wording.in(state.english));
    write_missing(out, state, rule, item.missing);
    out.key("turns_left");
    item.turns_left >= 0 ? out.value(item.turns_left) : out.null();
    out.key("due");
    item.due != 0 ? out.value(core::format_instant(item.due, state.pack->offset_minutes)) : out.null();
    out.field("by_end", item.by_end).field("severity", severity_word(rule.severity)).end_object();
  }
  out.end_array();
}

void write_violations(JsonWriter& out, const State& state) {
  out.key("violations").begin_array();
  for (const Fired& fired : state.fired) {
    const content::Rule& rule = state.library().rules[fired.rule];
    out.begin_object().field("rule", rule.id).field("name", rule.name.in(state.english)).field("severity", severity_word(rule.severity));
    out.field("fraud", rule.card == content::RuleCard::fraud).field("turn", fired.turn).field("words", fired.words).field("card", fired.card);
    write_missing(out, state, rule, fired.missing);
    out.end_object();
  }
  out.end_array();
}

void write_emotion(JsonWriter& out, const State& state) {
  std::string_view now = "none";
  out.key("emotion").begin_object().key("history").begin_array();
  for (const Turn& turn : state.turns) {
    if (turn.emotion == signals::Emotion::none) continue;
    now = signals::to_string(turn.emotion);
    out.begin_object().field("turn", turn.index).field("emotion", now).end_object();
  }
  out.end_array().field("now", now).end_object();
}

void write_customer(JsonWriter& out, const State& state) {
  out.key("customer").begin_object();
  for (const conversation::Field& field : state.customer)
    if (field.kind != conversation::FieldKind::null) out.field(field.name, field.value);
  out.end_object().field("idv_level", state.idv_level);
}

void write_wrapup(JsonWriter& out, const State& state) {
  const Wrapup wrapup = draft_wrapup(state);
  out.key("wrapup").begin_object().field("ready", state.ended).key("types").begin_array();
  for (const WrapupType& type : wrapup.types) {
    const content::Leaf& leaf = state.library().leaves[type.leaf];
    out.begin_object().field("code", leaf.code).field("name", leaf.name.in(state.english));
    out.key("p").raw(fmt::format("0.{:03}", std::min(type.permille, 999))).end_object();
  }
  out.end_array().key("process").begin_array();
  for (const std::string& process : wrapup.process) out.value(process);
  out.end_array().key("summary").begin_array();
  for (const WrapupSentence& sentence : wrapup.summary) {
    out.begin_object().field("label", sentence.label).field("text", sentence.text).key("turns").begin_array();
    for (const std::int32_t turn : sentence.turns) out.value(turn);
    out.end_array().end_object();
  }
  out.end_array().key("fields").begin_array();
  for (const WrapupField& field : wrapup.fields) {
    out.begin_object().field("name", field.name).field("label", field.label).field("value", field.value);
    write_display(out, state, field.name, field.value, field.shown);
    out.key("turn");
    field.turn >= 0 ? out.value(field.turn) : out.null();
    out.field("uncertain", field.uncertain).end_object();
  }
  out.end_array().field("outcome", wrapup.outcome).field("saved", state.saved).end_object();
}

std::string_view why_word(HeldCard::Why why) { return why == HeldCard::Why::repeated ? "repeated" : why == HeldCard::Why::busy ? "busy" : "recent"; }

void write_source(JsonWriter& out, std::string_view item, const content::Source& source, const content::InForce& span) {
  out.key("sources").begin_array();
  if (!source.title.empty()) {
    out.begin_object().field("item", item).field("title", source.title).field("clause", source.clause).key("from");
    span.from ? out.value(core::format_date(*span.from)) : out.null();
    out.key("to");
    span.to ? out.value(core::format_date(*span.to)) : out.null();
    out.end_object();
  }
  out.end_array();
}

// A card that was not given, in a card's shape. Its id names it, but it was never in the frames.
void write_held(JsonWriter& out, const State& state, const HeldCard& held) {
  const content::Library& library = state.library();
  const auto head = [&](std::string_view item, std::string_view version) {
    const std::uint64_t id = core::hash_combine(core::hash_combine(core::hash_combine(core::hash_bytes(state.conversation), held.seq), core::hash_bytes(item)), ~std::uint64_t{0});
    out.begin_object().field("conversation", state.conversation).field("turn", std::max(held.turn, 0)).field("seq", held.seq).field("card", core::to_hex(id));
    out.field("kind", to_string(held.kind)).field("item", item).field("version", version).field("primary", false).field("held", why_word(held.why));
    out.key("span").begin_array().value(0).value(0).end_array();
  };
  if (held.kind == CardKind::knowledge) {
    const content::Article& article = library.articles[held.index];
    head(article.id, article.version);
    out.field("text", article.say.in(state.english)).field("title", article.title.in(state.english)).field("say", article.say.in(state.english));
    out.field("audience", article.audience == content::Audience::internal ? "internal" : "customer");
    write_source(out, article.id, article.source, article.in_force);
  } else if (held.kind == CardKind::announcement) {
    const content::Announcement& item = library.announcements[held.index];
    head(item.id, item.version);
    out.field("text", item.text.in(state.english)).field("title", item.title.in(state.english));
    write_source(out, item.id, item.source, item.in_force);
  } else {
    const content::Rule& rule = library.rules[held.index];
    head(rule.id, rule.version);
    out.field("severity", severity_word(rule.severity)).field("text", rule.wording.in(state.english)).field("title", rule.name.in(state.english));
    out.field("say", rule.wording.in(state.english));
    write_source(out, rule.id, rule.source, rule.in_force);
  }
  out.end_object();
}

void write_attention(JsonWriter& out, const State& state) {
  out.key("more").begin_array();
  for (auto held = state.attention.more.rbegin(); held != state.attention.more.rend(); ++held) write_held(out, state, *held);
  out.end_array().key("attention").begin_array();
  for (std::size_t i = 0; i < kCardKinds; ++i) {
    const AttentionCounts& one = state.attention.counts[i];
    if (one.shown + one.suppressed == 0) continue;
    out.begin_object().field("kind", to_string(static_cast<CardKind>(i))).field("shown", one.shown).field("used", one.used).field("edited", one.edited);
    out.field("dismissed", one.dismissed).field("rejected", one.rejected).field("suppressed", one.suppressed).end_object();
  }
  out.end_array();
}

std::string_view mark_kind(Mark::Kind kind) {
  switch (kind) {
    case Mark::Kind::knowledge: return "knowledge";
    case Mark::Kind::rule: return "rule";
    case Mark::Kind::step: return "step";
    case Mark::Kind::entity: return "entity";
    case Mark::Kind::masked: return "masked";
    case Mark::Kind::emotion: return "emotion";
  }
  return "entity";
}

void write_mark(JsonWriter& out, const State& state, const Mark& mark) {
  const content::Library& library = state.library();
  out.begin_object().key("span").begin_array().value(mark.span.begin).value(mark.span.end).end_array().field("kind", mark_kind(mark.kind));
  switch (mark.kind) {
    case Mark::Kind::knowledge:
      out.field("label", library.articles[mark.item].title.in(state.english)).field("item", library.articles[mark.item].id);
      break;
    case Mark::Kind::rule:
      out.field("label", library.rules[mark.item].name.in(state.english)).field("item", library.rules[mark.item].id);
      out.field("severity", severity_word(library.rules[mark.item].severity));
      break;
    case Mark::Kind::step: {
      const content::Flow& flow = library.flows[mark.item >> 8];
      const content::FlowStep& step = flow.steps[mark.item & 0xFF];
      out.field("label", step.name.in(state.english)).field("item", flow.id + "." + step.id);
      break;
    }
    case Mark::Kind::entity: {
      const std::string_view type = signals::to_string(static_cast<signals::EntityType>(mark.item));
      out.field("label", type).field("item", type);
      break;
    }
    case Mark::Kind::masked: out.field("label", "masked").field("item", ""); break;
    case Mark::Kind::emotion: {
      const std::string_view emotion = signals::to_string(static_cast<signals::Emotion>(mark.item));
      out.field("label", emotion).field("item", emotion);
      break;
    }
  }
  out.end_object();
}

}  // namespace

const State& state_of(const Assist::Impl& impl);

std::string Assist::panels_json() const {
  const State& state = state_of(*impl_);
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_flows(out, state);
  out.key("compliance").begin_object();
  write_owed(out, state);
  write_violations(out, state);
  out.end_object();
  write_emotion(out, state);
  write_customer(out, state);
  write_wrapup(out, state);
  write_attention(out, state);
  out.end_object();
  return text;
}

Glance Assist::glance() const {
  const State& state = state_of(*impl_);
  Glance glance;
  if (!state.ended) {
    std::vector<rules::Owed> owed;
    state.pack->rules->owed(*state.rules, owed);
    // Counted as the panel lists them.
    glance.owed = static_cast<int>(std::ranges::count_if(owed, [&](const rules::Owed& item) { return !state.library().rules[item.rule].warn_never; }));
  }
  for (auto turn = state.turns.rbegin(); turn != state.turns.rend(); ++turn)
    if (turn->emotion != signals::Emotion::none) {
      glance.emotion = signals::to_string(turn->emotion);
      break;
    }
  glance.attention = state.attention.counts;
  const auto flows = state.pack->flows->active_flows(*state.flows);
  if (!flows.empty()) glance.flow = flows.back();
  return glance;
}

std::string Assist::marks_json(std::int32_t turn) const {
  const State& state = state_of(*impl_);
  std::string text;
  JsonWriter out(text);
  out.begin_array();
  for (const Mark& mark : state.marks)
    if (mark.turn == turn) write_mark(out, state, mark);
  out.end_array();
  return text;
}

}  // namespace fenshen::assist
