// The wrap-up draft: business type, what the customer wanted, what was done and said, fields, outcome. Every sentence
// names the turns that it rests on; nothing is made up beyond the log and the pack.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "assist/internal/state.h"

namespace fenshen::assist {
namespace {

constexpr std::size_t kTypesMax = 3;
constexpr std::int32_t kFlowFinished = 9, kFlowMoved = 6, kFlowEntered = 2;
constexpr std::size_t kReasonWordsMax = 60;  // code points quoted of the customer

std::int32_t turn_of(const State& state, std::uint64_t seq) {
  const Turn* turn = state.find_seq(seq);
  return turn != nullptr ? turn->index : -1;
}

std::size_t done_steps(const flow::FlowView& view) {
  return static_cast<std::size_t>(std::ranges::count(view.steps, flow::StepState::done, &flow::StepView::state));
}

// --- types ---

std::vector<WrapupType> propose_types(const State& state, const std::vector<flow::FlowView>& flows) {
  std::vector<LeafScore> ranked = state.leaves;
  for (const flow::FlowView& view : flows) {
    const auto leaf = state.pack->leaf_by_code.find(state.library().flows[view.flow].leaf);
    if (leaf == state.pack->leaf_by_code.end()) continue;
    auto score = std::ranges::find(ranked, leaf->second, &LeafScore::leaf);
    if (score == ranked.end()) score = ranked.insert(score, {leaf->second, 0, 0});
    score->points += view.finished ? kFlowFinished : done_steps(view) >= 2 ? kFlowMoved : kFlowEntered;
  }
  // What is named first in a contact is more often what it is about.
  std::ranges::sort(ranked, [&](const LeafScore& a, const LeafScore& b) {
    if (a.points != b.points) return a.points > b.points;
    if (a.first_turn != b.first_turn) return a.first_turn < b.first_turn;
    return state.library().leaves[a.leaf].code < state.library().leaves[b.leaf].code;
  });
  if (ranked.size() > kTypesMax) ranked.resize(kTypesMax);
  std::int32_t total = 3;  // room for doubt
  for (const LeafScore& score : ranked) total += score.points;
  std::vector<WrapupType> types;
  for (const LeafScore& score : ranked) types.push_back({score.leaf, score.points * 1000 / total});
  return types;
}

// --- outcome ---

bool happened(const State& state, std::string_view name) {
  return std::ranges::any_of(state.business, [&](const auto& event) { return event.second == name; });
}

std::string propose_outcome(const State& state) {
  const bool fraud = std::ranges::any_of(state.fired, [&](const Fired& fired) {
    return state.library().rules[fired.rule].card == content::RuleCard::fraud;
  });
  if (fraud && !happened(state, "txn.posted") && !happened(state, "limit.transfer_changed")) return "fraud_stopped";
  if (happened(state, "ptp.saved") || happened(state, "plan.accepted")) return "ptp";
  for (const std::string_view created : {"ticket.created", "complaint.created", "dispute.created", "objection.created", "surrender.filed", "claim.no"})
    if (happened(state, created)) return "ticketed";
  if (happened(state, "appt.created") || happened(state, "appt")) return "booked_branch";
  if (happened(state, "transfer")) return "resolved_after_transfer";
  return "resolved_fcr";
}

// --- summary ---

std::string quoted(std::string_view words) {
  std::string text(words);
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    if (++count <= kReasonWordsMax) continue;
    text.resize(at);
    return text + "…";
  }
  return text;
}

class Summary {
 public:
  Summary(const State& state, const std::vector<flow::FlowView>& flows, const std::vector<WrapupType>& types)
      : state_(state), flows_(flows), types_(types), english_(state.english) {}

  std::vector<WrapupSentence> write() {
    reason();
    steps();
    events();
    verdicts();
    left_open();
    return std::move(sentences_);
  }

 private:
  void add(std::string_view label, std::string text, std::vector<std::int32_t> turns) {
    std::erase(turns, -1);
    std::ranges::sort(turns);
    turns.erase(std::ranges::unique(turns).begin(), turns.end());
    sentences_.push_back({label, std::move(text), std::move(turns)});
  }

  // The customer's first turn that was about something: that asked, or opened a flow.
  void reason() {
    std::int32_t turn = state_.topics.empty() ? -1 : state_.topics.front().first;
    for (const Mark& mark : state_.marks)
      if (mark.kind == Mark::Kind::knowledge && (turn < 0 || mark.turn < turn)) turn = mark.turn;
    if (turn < 0)
      for (const Turn& candidate : state_.turns)
        if (candidate.speaker == Speaker::customer && candidate.words_end - candidate.words_begin >= 12) {
          turn = candidate.index;
          break;
        }
    const Turn* found = state_.find_turn(turn);
    if (found == nullptr) return;
    std::string about;
    if (!types_.empty()) about = state_.library().leaves[types_.front().leaf].name.in(english_);
    const std::string words = quoted(state_.words_of(*found));
    if (english_) add("reason", fmt::format("Customer: \"{}\"{}", words, about.empty() ? "" : " – " + about), {turn});
    else add("reason", fmt::format("客户诉求：「{}」{}", words, about.empty() ? "" : "（" + about + "）"), {turn});
  }

  void steps() {
    for (const flow::FlowView& view : flows_) {
      const content::Flow& flow = state_.library().flows[view.flow];
      std::string names;
      std::vector<std::int32_t> turns;
      for (const flow::StepView& step : view.steps) {
        if (step.state != flow::StepState::done) continue;
        names += (names.empty() ? "" : english_ ? ", " : "、") + flow.steps[step.step].name.in(english_);
        turns.push_back(turn_of(state_, step.seq));
      }
      if (names.empty()) continue;
      add("done", fmt::format(fmt::runtime(english_ ? "{}: {}." : "{}：{}。"), flow.name.in(english_), names), std::move(turns));
    }
  }

  // Outside any flow, what was answered is what was done.
  void events() {
    if (!flows_.empty()) return;
    std::string titles;
    std::vector<std::int32_t> turns;
    std::set<std::uint32_t> seen;
    for (const auto& [turn, article] : state_.topics) {
      if (!seen.insert(article).second) continue;
      titles += (titles.empty() ? "" : english_ ? "; " : "；") + state_.library().articles[article].title.in(english_);
      turns.push_back(turn);
    }
    if (!titles.empty()) add("done", (english_ ? "Answered: " : "解答：") + titles + (english_ ? "." : "。"), std::move(turns));
  }

  void verdicts() {
    std::string names;
    std::vector<std::int32_t> turns;
    std::set<std::uint32_t> seen;
    for (const Fired& fired : state_.fired) {
      const content::Rule& rule = state_.library().rules[fired.rule];
      if (rule.card == content::RuleCard::prompt || !seen.insert(fired.rule).second) continue;
      names += (names.empty() ? "" : english_ ? ", " : "、") + rule.name.in(english_);
      turns.push_back(fired.turn);
    }
    if (!names.empty()) add("outcome", (english_ ? "Compliance notes: " : "合规记录：") + names + (english_ ? "." : "。"), std::move(turns));
  }

  // What must be said and was not, and gates that nobody opened. A flow that came to its end owes only what fell due.
  void left_open() {
    for (const flow::FlowView& view : flows_) {
      const content::Flow& flow = state_.library().flows[view.flow];
      std::string names;
      for (const flow::StepView& step : view.steps) {
        const content::FlowStep& item = flow.steps[step.step];
        const bool closed = step.state == flow::StepState::done || step.state == flow::StepState::skipped;
        if (closed || !(view.finished ? step.owed || step.gate_broken : item.must || item.gate)) continue;
        names += (names.empty() ? "" : english_ ? ", " : "、") + item.name.in(english_);
      }
      if (!names.empty()) add("follow_up", (english_ ? "Not yet done: " : "未完成：") + names + (english_ ? "." : "。"), {});
    }
  }

  const State& state_;
  const std::vector<flow::FlowView>& flows_;
  const std::vector<WrapupType>& types_;
  bool english_;
  std::vector<WrapupSentence> sentences_;
};

// --- fields ---

void take_entities(const State& state, std::vector<WrapupField>& fields, const std::vector<flow::FlowView>& flows) {
  for (const flow::FlowView& view : flows)
    for (const flow::FieldView& value : view.fields) {
      const content::FlowField& field = state.library().flows[view.flow].fields[value.field];
      if (std::ranges::find(fields, field.name, &WrapupField::name) != fields.end()) continue;
      fields.push_back({field.name, field.label.in(state.english), value.value, turn_of(state, value.seq), !value.earlier.empty(), field.shown(value.value, state.english)});
    }
}

}  // namespace

Wrapup draft_wrapup(const State& state) {
  const std::vector<flow::FlowView> flows = state.pack->flows->view(*state.flows);
  Wrapup wrapup;
  wrapup.types = propose_types(state, flows);
  for (const flow::FlowView& view : flows)
    if (view.finished || done_steps(view) >= 2) wrapup.process.push_back(state.library().flows[view.flow].id);
  wrapup.summary = Summary(state, flows, wrapup.types).write();
  take_entities(state, wrapup.fields, flows);
  for (const auto& [name, number] : state.references)
    if (std::ranges::find(wrapup.fields, name, &WrapupField::name) == wrapup.fields.end())
      wrapup.fields.push_back({name, name, number, -1, false, number});
  wrapup.outcome = propose_outcome(state);
  return wrapup;
}

}  // namespace fenshen::assist
