// One event: which flows are entered, what it gives to those entered, which are finished, and what to do next.
#include <algorithm>
#include <string>
#include <utility>

#include "core/check.h"
#include "flow/internal/moment.h"

namespace fenshen::flow {
namespace {

constexpr std::uint32_t kSignalsToEnter = 2;
constexpr std::size_t kReasonBytesMax = 240;
// How sure a way of detection is, of 100; each further sign adds to it.
constexpr std::uint8_t kCandidate = 40, kByTopics = 80, kByWords = 90, kFurtherSign = 3, kNearlySure = 99, kCertain = 100;

std::uint8_t confidence_of(Detected how) { return how == Detected::words ? kByWords : how == Detected::topics ? kByTopics : kCertain; }

std::string_view cut_reason(std::string_view reason) {
  if (reason.size() <= kReasonBytesMax) return reason;
  std::size_t end = kReasonBytesMax;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0) == 0x80) --end;
  return reason.substr(0, end);
}

class Stepper {
 public:
  Stepper(const FlowSet::Impl& set, FlowState::Impl& state, const signals::Facts& facts, std::vector<FlowChange>& out)
      : facts_(facts), moment_{set, state, facts_, out, state.told, facts.event->seq}, set_(set), state_(state) {
    facts_.active_flows = state.codes;
    state_.told.clear();
  }

  void run(std::span<const signals::Truth> truths) {
    const bool first_pass = moment_.seq != state_.seq || moment_.seq == 0;
    if (first_pass) begin();
    else facts_.happenings = {};  // they came as truths; the view may be of a vector that has grown since
    for (const signals::Truth& truth : truths) see(truth);
    if (first_pass) remember(moment_);
    const std::size_t known = state_.runs.size();
    if (!state_.ended) enter_flows(truths, first_pass);
    if (std::holds_alternative<conversation::ConversationEnded>(facts_.event->body)) state_.ended = true;
    if (state_.runs.empty()) return;
    give(truths, known, first_pass);
    if (first_pass || closes_step()) act_by_hand();
    settle();
  }

 private:
  void begin() {
    state_.seq = moment_.seq;
    state_.now.clear();
    state_.corrects = state_.moved = false;
  }

  std::span<const Use> uses_of(signals::ConditionId condition) const { return set_.uses.of(condition); }

  void see(const signals::Truth& truth) {
    const std::span<const Use> uses = uses_of(truth.condition);
    if (uses.empty() || moment_.is_now(truth.condition)) return;
    state_.now.push_back({truth.condition, moment_.seq, truth.span});
    for (const Use& use : uses) {
      if (use.kind == Use::Kind::correction) state_.corrects = true;
      if (use.kind == Use::Kind::contact && std::ranges::find(state_.contact, truth.condition, &Seen::condition) == state_.contact.end())
        state_.contact.push_back({truth.condition, moment_.seq, truth.span});
    }
  }

  // --- entering ---

  void enter_flows(std::span<const signals::Truth> truths, bool first_pass) {
    if (first_pass) {
      enter_by_metadata();
      enter_by_signals();
    }
    enter_by_start(truths);
    if (first_pass) enter_by_hand();
  }

  void enter_by_metadata() {
    const auto* started = std::get_if<conversation::ConversationStarted>(&facts_.event->body);
    const std::string* process = started == nullptr ? nullptr : conversation::find(started->meta, "process");
    if (process != nullptr) enter(set_.find_flow(*process), Detected::metadata, {});
  }

  // Topics of the customer's turns: two turns that speak for a flow enter it.
  void enter_by_signals() {
    for (const signals::Happening& one : facts_.happenings) {
      if (one.kind != signals::Happening::Kind::intent) continue;
      const auto topic = std::ranges::lower_bound(set_.topics, one.name, {}, [](const Topic& item) { return std::string_view(item.name); });
      if (topic == set_.topics.end() || topic->name != one.name) continue;
      for (const std::uint32_t flow : topic->flows) signal(flow);
    }
  }

  void signal(std::uint32_t flow) {
    if (Run* run = find_run(flow); run != nullptr) return confirm(*run);
    auto found = std::ranges::find(state_.signals, flow, &Signal::flow);
    if (found == state_.signals.end()) found = state_.signals.insert(found, {flow, 0, 0});
    if (found->count != 0 && found->seq == moment_.seq) return;
    found->seq = moment_.seq;
    if (++found->count >= kSignalsToEnter) enter(flow, Detected::topics, {});
  }

  static void confirm(Run& run) {
    if (run.confidence < kNearlySure) run.confidence = std::min<std::uint8_t>(kNearlySure, run.confidence + kFurtherSign);
  }

  // What is named first ends on top: the later ones are stacked first.
  void enter_by_start(std::span<const signals::Truth> truths) {
    std::vector<Start>& starts = state_.starts;
    starts.clear();
    for (const signals::Truth& truth : truths)
      for (const Use& use : uses_of(truth.condition))
        if (use.kind == Use::Kind::start) starts.push_back({use.flow, truth.span});
    std::ranges::sort(starts, [](const Start& a, const Start& b) { return a.span.begin != b.span.begin ? a.span.begin > b.span.begin : a.flow > b.flow; });
    for (const Start& start : starts) {
      if (Run* run = find_run(start.flow); run != nullptr) {
        confirm(*run);
        bring_to_top(start.flow);
      } else {
        enter(start.flow, start.span.end > start.span.begin ? Detected::words : Detected::event, start.span);
      }
    }
  }

  void enter_by_hand() {
    const auto* action = std::get_if<conversation::FlowAction>(&facts_.event->body);
    if (action == nullptr || action->action != "switch") return;
    const std::uint32_t flow = set_.find_flow(action->flow);
    if (!bring_to_top(flow)) enter(flow, Detected::hand, {});
  }

  Run* find_run(std::uint32_t flow) {
    const auto found = std::find_if(state_.runs.rbegin(), state_.runs.rend(), [&](const Run& run) { return run.flow == flow; });
    return found == state_.runs.rend() ? nullptr : &*found;
  }

  bool bring_to_top(std::uint32_t flow) {
    const auto place = std::ranges::find_if(state_.stack, [&](std::uint32_t run) { return state_.runs[run].flow == flow; });
    if (place == state_.stack.end()) return false;
    std::rotate(place, place + 1, state_.stack.end());
    name_stack();
    state_.moved = true;
    return true;
  }

  void enter(std::uint32_t flow, Detected how, signals::Span span) {
    if (flow == kNone || state_.runs.size() >= kMaxRuns || state_.stack.size() >= kMaxRuns) return;
    const Run* last = find_run(flow);
    if (last != nullptr && !last->finished) return;
    if (!set_.in_force[flow].covers(core::day_of(facts_.event->recorded_at, set_.offset_minutes))) return;
    const FlowProgram& program = set_.programs[flow];
    Run& run = state_.runs.emplace_back();
    run.flow = flow;
    run.how = how;
    run.confidence = confidence_of(how);
    run.seq = moment_.seq;
    run.span = span;
    run.latched_branches.resize(program.branches.size());
    run.steps.resize(program.steps.size());
    run.met.resize(program.alternatives.size());
    run.fields.resize(program.fields.size());
    state_.stack.push_back(static_cast<std::uint32_t>(state_.runs.size() - 1));
    name_stack();
    state_.signals.clear();
    state_.moved = true;
    FlowChange& change = moment_.out.emplace_back();
    change.kind = FlowChange::Kind::entered;
    change.flow = flow;
    change.cause_seq = moment_.seq;
    change.span = span;
    moment_.happenings.push_back({signals::Happening::Kind::flow_entered, set_.codes[flow]});
  }

  void name_stack() {
    state_.codes.clear();
    for (const std::uint32_t run : state_.stack) state_.codes.push_back(set_.codes[state_.runs[run].flow]);
    facts_.active_flows = state_.codes;
  }

  // --- what the event gives ---

  // Runs below `known` were there before this pass and have seen the earlier passes. Of a flow that was entered again
  // only the latest run goes on.
  void give(std::span<const signals::Truth> truths, std::size_t known, bool first_pass) {
    if (first_pass)
      for (const std::uint32_t run : state_.stack) capture(moment_, state_.runs[run], run == state_.stack.back());
    for (std::size_t i = known; i < state_.runs.size(); ++i) give_new(i, !first_pass);
    for (const signals::Truth& truth : truths) give_one(truth.condition, moment_.seq, truth.span, 0, known);
  }

  // A run that was just entered gets what this event and the contact so far have for it.
  void give_new(std::size_t index, bool captures) {
    Run& run = state_.runs[index];
    if (captures) capture(moment_, run, index == state_.stack.back());
    capture_remembered(moment_, run);
    for (const Seen& seen : state_.contact) give_one(seen.condition, seen.seq, seen.span, index, index + 1);
    for (const Seen& seen : state_.now) give_one(seen.condition, moment_.seq, seen.span, index, index + 1);
  }

  void give_one(signals::ConditionId condition, std::uint64_t seq, signals::Span span, std::size_t from, std::size_t to) {
    for (const Use& use : uses_of(condition))
      for (std::size_t i = from; i < to; ++i)
        if (state_.runs[i].flow == use.flow && &state_.runs[i] == find_run(use.flow)) give_use(use, state_.runs[i], seq, span);
  }

  void give_use(const Use& use, Run& run, std::uint64_t seq, signals::Span span) {
    switch (use.kind) {
      case Use::Kind::part: return give_evidence(moment_, run, use.item, use.alternative, use.bit, seq, span);
      case Use::Kind::latch: run.steps[use.item].latched = true; return;
      case Use::Kind::branch: run.latched_branches[use.alternative] = 1; return;
      case Use::Kind::value:
        if (!run.finished && seq == moment_.seq) capture_constant(moment_, run, use.item, use.alternative, span);
        return;
      default: return;
    }
  }

  // Also in a later pass over the event: a rule that fired at it closes a step. Told twice it changes nothing.
  bool closes_step() const {
    const auto* action = std::get_if<conversation::FlowAction>(&facts_.event->body);
    return action != nullptr && action->action == "done";
  }

  void act_by_hand() {
    const auto* action = std::get_if<conversation::FlowAction>(&facts_.event->body);
    if (action == nullptr) return;
    const std::size_t dot = action->step.find('.');
    const std::string_view code = dot == std::string::npos ? std::string_view(action->flow) : std::string_view(action->step).substr(0, dot);
    const std::string_view id = dot == std::string::npos ? std::string_view(action->step) : std::string_view(action->step).substr(dot + 1);
    Run* run = !code.empty() ? find_run(set_.find_flow(code)) : state_.stack.empty() ? nullptr : &state_.runs[state_.stack.back()];
    if (run == nullptr || id.empty()) return;
    const std::uint32_t step = find_step(*run, id);
    if (step == kNone) return;
    StepStatus& status = run->steps[step];
    if (action->action == "done" && status.state != StepState::done) complete(moment_, *run, step, kNone, moment_.seq, {});
    else if (action->action == "skip" && !status.closed()) skip_step(*run, step);
    else if (action->action == "undo" && status.closed()) undo(moment_, *run, step);
    else return;
    status.by_hand = true;
    status.reason = cut_reason(action->reason);
  }

  // Who skips a sub-flow goes on with the flow that wanted it.
  void skip_step(Run& run, std::uint32_t step) {
    skip(moment_, run, step);
    if (set_.programs[run.flow].steps[step].call != kNone && run.steps[step].called) bring_to_top(run.flow);
  }

  std::uint32_t find_step(const Run& run, std::string_view id) const {
    const auto& steps = set_.programs[run.flow].steps;
    for (std::uint32_t i = 0; i < steps.size(); ++i)
      if (std::string_view(steps[i].name).substr(set_.codes[run.flow].size() + 1) == id) return i;
    return kNone;
  }

  // --- what follows ---

  // Each round but the last finishes a flow or enters one: there are at most kMaxRuns of them.
  void settle() {
    return_to_evidence();
    for (;;) {
      for (const std::uint32_t run : state_.stack) look_at_steps(moment_, state_.runs[run], run == state_.stack.back());
      if (!finish_flows() && !call_subflow()) break;
    }
    for (Run& run : state_.runs)
      if (run.finished)
        for (StepStatus& status : run.steps) status.fresh = false;
  }

  // Who gives evidence of a flow below, and none of the one on top, has come back to it.
  void return_to_evidence() {
    if (state_.moved || state_.stack.size() < 2 || has_own_evidence(state_.runs[state_.stack.back()])) return;
    for (std::size_t i = state_.stack.size() - 1; i > 0; --i) {
      const Run& run = state_.runs[state_.stack[i - 1]];
      if (!has_own_evidence(run)) continue;
      bring_to_top(run.flow);
      return;
    }
  }

  // Of steps of its own: a greeting or a check of identity belongs to every flow.
  bool has_own_evidence(const Run& run) const {
    const std::vector<StepProgram>& steps = set_.programs[run.flow].steps;
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (run.steps[i].fresh && !run.steps[i].by_hand && !steps[i].shared) return true;
    return false;
  }

  // The step that is next on top may be a flow of its own. It is called once; who comes back by hand stays.
  bool call_subflow() {
    if (state_.stack.empty() || state_.ended) return false;
    Run& parent = state_.runs[state_.stack.back()];
    if (parent.next == kNone) return false;
    const std::uint32_t flow = set_.programs[parent.flow].steps[parent.next].call;
    StepStatus& status = parent.steps[parent.next];
    if (flow == kNone || status.called) return false;
    status.called = true;
    if (bring_to_top(flow)) return true;
    const std::size_t known = state_.runs.size();
    enter(flow, Detected::call, {});  // `parent` and `status` are gone
    if (state_.runs.size() == known) return false;
    give_new(known, true);
    return true;
  }

  bool finish_flows() {
    bool any = false;
    for (const std::uint32_t index : state_.stack) {
      Run& run = state_.runs[index];
      if (!is_finished(moment_, run)) continue;
      any = run.finished = true;
      run.finished_seq = moment_.seq;
      withdraw_guidance(run);
      FlowChange& change = moment_.out.emplace_back();
      change.kind = FlowChange::Kind::finished;
      change.flow = run.flow;
      change.cause_seq = moment_.seq;
    }
    if (!any) return false;
    std::erase_if(state_.stack, [&](std::uint32_t index) { return state_.runs[index].finished; });
    name_stack();
    return true;
  }

  // A finished flow has no next step; what this event told as next is taken back. What must be said stays owed.
  void withdraw_guidance(Run& run) {
    run.next = kNone;
    for (FlowChange& change : moment_.out)
      if (change.kind == FlowChange::Kind::step && change.flow == run.flow && change.cause_seq == moment_.seq && change.state == StepState::next)
        change.state = run.steps[change.step].owed ? StepState::owed : StepState::open;
  }

  signals::Facts facts_;  // ours: its flows move while we work, and the caller's happenings may grow
  Moment moment_;
  const FlowSet::Impl& set_;
  FlowState::Impl& state_;
};

FlowView view_of(const Run& run, bool active) {
  FlowView view;
  view.flow = run.flow;
  view.active = active;
  view.finished = run.finished;
  view.how = run.how;
  view.confidence = run.confidence;
  view.seq = run.seq;
  view.span = run.span;
  for (std::uint32_t i = 0; i < run.steps.size(); ++i) {
    const StepStatus& status = run.steps[i];
    if (!status.exists) continue;
    StepState shown = status.state;
    if (shown == StepState::open && active && run.next == i) shown = StepState::next;
    else if (shown == StepState::open && status.owed) shown = StepState::owed;
    view.steps.push_back({i, shown, status.seq, status.span, status.gate_broken, status.owed, status.by_hand, status.reason});
  }
  for (std::uint32_t i = 0; i < run.fields.size(); ++i)
    if (run.fields[i].set) view.fields.push_back({i, run.fields[i].value, run.fields[i].seq, run.fields[i].earlier});
  return view;
}

}  // namespace

std::string_view to_string(StepState state) noexcept {
  switch (state) {
    case StepState::open: return "open";
    case StepState::next: return "next";
    case StepState::owed: return "owed";
    case StepState::done: return "done";
    case StepState::undone: return "undone";
    case StepState::skipped: return "skipped";
  }
  return "open";
}

std::string_view to_string(Detected how) noexcept {
  switch (how) {
    case Detected::words: return "words";
    case Detected::event: return "event";
    case Detected::topics: return "topics";
    case Detected::metadata: return "metadata";
    case Detected::hand: return "hand";
    case Detected::call: return "call";
  }
  return "words";
}

// Room for an ordinary conversation, so that its events do not allocate.
std::unique_ptr<FlowState> FlowSet::make_state() const {
  auto state = std::make_unique<FlowState>();
  FlowState::Impl& inner = *state->impl;
  inner.runs.reserve(4);
  inner.stack.reserve(8);
  inner.codes.reserve(8);
  inner.now.reserve(32);
  inner.contact.reserve(16);
  inner.identifiers.reserve(8);
  inner.event_values.reserve(8);
  inner.signals.reserve(16);
  inner.told.reserve(16);
  inner.starts.reserve(8);
  return state;
}

void FlowSet::step(FlowState& state, const signals::Facts& facts, std::span<const signals::Truth> truths, std::vector<FlowChange>& out,
                   std::vector<signals::Happening>& happenings) const {
  FENSHEN_CHECK(facts.event != nullptr && facts.context != nullptr);
  if (std::holds_alternative<conversation::Tick>(facts.event->body)) return;
  Stepper(*impl_, *state.impl, facts, out).run(truths);
  // Only now: facts.happenings may be a view of this very vector.
  happenings.insert(happenings.end(), state.impl->told.begin(), state.impl->told.end());
}

bool FlowSet::reads_topics() const { return !impl_->topics.empty(); }

std::span<const std::string_view> FlowSet::active_flows(const FlowState& state) const { return state.impl->codes; }

std::vector<FlowView> FlowSet::view(const FlowState& state) const {
  std::vector<FlowView> views;
  const FlowState::Impl& inner = *state.impl;
  const std::uint32_t top = inner.stack.empty() ? kNone : inner.stack.back();
  if (top != kNone) views.push_back(view_of(inner.runs[top], true));
  for (std::uint32_t i = 0; i < inner.runs.size(); ++i)
    if (i != top) views.push_back(view_of(inner.runs[i], false));
  return views;
}

std::vector<Candidate> FlowSet::candidates(const FlowState& state) const {
  std::vector<Candidate> list;
  for (const Signal& signal : state.impl->signals) list.push_back({signal.flow, kCandidate});
  std::ranges::sort(list, {}, &Candidate::flow);
  return list;
}

FlowState::FlowState() : impl(std::make_unique<Impl>()) {}
FlowState::FlowState(const FlowState& other) : impl(std::make_unique<Impl>(*other.impl)) {}
FlowState& FlowState::operator=(const FlowState& other) {
  if (this != &other) *impl = *other.impl;
  return *this;
}
FlowState::~FlowState() = default;

}  // namespace fenshen::flow
