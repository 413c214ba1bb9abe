// Steps: evidence, completion, gates, what is owed and next.
#include <algorithm>

#include "flow/internal/moment.h"

namespace fenshen::flow {
namespace {

std::uint64_t bits_true_now(const Moment& moment, const Alternative& alternative) {
  std::uint64_t bits = 0;
  for (std::size_t bit = 0; bit < alternative.parts.size(); ++bit)
    if (moment.is_now(alternative.parts[bit])) bits |= std::uint64_t{1} << bit;
  return bits;
}

// A later step was done although this gate is open: what happened, happened, and the gate shows it.
void break_gates(Moment& moment, Run& run) {
  const FlowProgram& program = moment.program(run);
  for (std::uint32_t step = 0; step < run.steps.size(); ++step) {
    if (!run.steps[step].fresh) continue;
    run.steps[step].fresh = false;
    if (program.steps[step].ungated) continue;
    for (std::uint32_t i = 0; i < program.steps[step].group; ++i) {
      StepStatus& gate = run.steps[i];
      if (!program.steps[i].gate || !gate.exists || gate.closed() || gate.gate_broken) continue;
      gate.gate_broken = true;
      FlowChange& change = moment.out.emplace_back();
      change.kind = FlowChange::Kind::gate_broken;
      change.flow = run.flow;
      change.step = i;
      change.by = step;
      change.state = StepState::owed;
      change.cause_seq = moment.seq;
      change.span = run.steps[step].span;
    }
  }
}

// A field that was captured stays captured: only where a step rests on fields alone must one come again.
void clear_evidence(const FlowProgram& program, Run& run, std::uint32_t step) {
  for (std::uint32_t i = 0; i < program.steps[step].alternatives; ++i) {
    const Alternative& alternative = program.alternatives[program.steps[step].first_alternative + i];
    std::uint64_t& met = run.met[program.steps[step].first_alternative + i];
    met = alternative.fields == alternative.all ? 0 : met & alternative.fields;
  }
}

bool is_open(const StepStatus& status) { return status.exists && !status.closed(); }

// In the flow's second half: a step of the later half of the existing ones is done.
bool in_second_half(const Run& run) {
  const auto existing = static_cast<std::size_t>(std::ranges::count(run.steps, true, &StepStatus::exists));
  std::size_t position = 0;
  for (const StepStatus& status : run.steps) {
    if (!status.exists) continue;
    if (status.state == StepState::done && 2 * position >= existing) return true;
    ++position;
  }
  return false;
}

bool is_owed(const FlowProgram& program, const Run& run, std::uint32_t step, bool second_half) {
  const StepProgram& made = program.steps[step];
  if (!made.must || !is_open(run.steps[step])) return false;
  if (made.owed_after != kNone) return run.steps[made.owed_after].closed();
  if (second_half) return true;
  for (std::uint32_t i = made.group; i > 0; --i)
    if (run.steps[i - 1].exists) return run.steps[i - 1].closed();
  return true;
}

std::uint32_t find_next(const FlowProgram& program, const Run& run) {
  for (std::uint32_t i = 0; i < run.steps.size(); ++i)
    if (!program.steps[i].optional && is_open(run.steps[i])) return i;
  return kNone;
}

bool holds(const Moment& moment, signals::ConditionId condition) { return moment.facts.context->conditions().holds(condition, moment.facts); }

// Where the flow goes on after this step, as it looks now; kNone: the step below.
std::uint32_t way_from(const Moment& moment, const Run& run, std::uint32_t step) {
  const FlowProgram& program = moment.program(run);
  for (std::uint32_t i = 0; i < program.steps[step].branches; ++i) {
    const std::uint32_t number = program.steps[step].first_branch + i;
    const Branch& branch = program.branches[number];
    if (branch.only_if == signals::kNoCondition || run.latched_branches[number] != 0 || holds(moment, branch.only_if)) return branch.to;
  }
  return kNone;
}

// A step exists while its `if` holds and a way leads to it. What is done stays.
void look_what_exists(const Moment& moment, Run& run) {
  const FlowProgram& program = moment.program(run);
  std::uint32_t from = 0;  // steps above are passed by
  for (std::uint32_t i = 0; i < run.steps.size(); ++i) {
    const StepProgram& step = program.steps[i];
    if (step.only_if == signals::kNoCondition && program.branches.empty()) continue;
    StepStatus& status = run.steps[i];
    const bool on_way = i >= from;
    status.exists = status.closed() || (on_way && (step.only_if == signals::kNoCondition || status.latched || holds(moment, step.only_if)));
    if (!on_way || !status.closed() || step.branches == 0) continue;
    if (const std::uint32_t to = way_from(moment, run, i); to != kNone && to > i) from = to;
  }
}

// The steps from `to` on are to be done again.
void open_again(Moment& moment, Run& run, std::uint32_t to, std::uint32_t last) {
  const FlowProgram& program = moment.program(run);
  for (std::uint32_t i = to; i <= last; ++i) {
    const StepProgram& step = program.steps[i];
    std::fill_n(run.latched_branches.begin() + step.first_branch, step.branches, std::uint8_t{0});
    run.steps[i].called = false;
    if (!run.steps[i].closed()) continue;
    clear_evidence(program, run, i);
    run.steps[i].state = StepState::undone;
    moment.tell(run, i, StepState::undone, {});
  }
}

// A way back is taken when the step is done and the values that this event gave are known.
void go_back(Moment& moment, Run& run) {
  const FlowProgram& program = moment.program(run);
  for (std::uint32_t i = 0; i < run.steps.size(); ++i) {
    if (program.steps[i].branches == 0 || run.steps[i].state != StepState::done) continue;
    if (const std::uint32_t to = way_from(moment, run, i); to != kNone && to <= i) return open_again(moment, run, to, i);
  }
}

// A step that calls is done when its flow is.
void close_calls(Moment& moment, Run& run) {
  const FlowProgram& program = moment.program(run);
  for (std::uint32_t i = 0; i < run.steps.size(); ++i) {
    const std::uint32_t call = program.steps[i].call;
    if (call == kNone || !is_open(run.steps[i])) continue;
    for (const Run& other : moment.state.runs)
      if (other.flow == call && other.finished && (run.steps[i].state != StepState::undone || other.finished_seq > run.steps[i].seq)) {
        complete(moment, run, i, kNone, other.finished_seq, {});
        break;
      }
  }
}

// An earlier pass of this event may have told what no longer is so.
void withdraw_stale(const Moment& moment, const Run& run) {
  for (FlowChange& change : moment.out) {
    if (change.kind != FlowChange::Kind::step || change.flow != run.flow || change.cause_seq != moment.seq) continue;
    const bool stale = (change.state == StepState::next && change.step != run.next) ||
                       (change.state == StepState::owed && !run.steps[change.step].owed);
    if (stale) change.state = StepState::open;
  }
}

}  // namespace

bool Moment::is_now(signals::ConditionId condition) const {
  return std::ranges::any_of(state.now, [&](const Seen& seen) { return seen.condition == condition; });
}

void Moment::tell(const Run& run, std::uint32_t step, StepState told, signals::Span span) {
  FlowChange& change = out.emplace_back();
  change.kind = FlowChange::Kind::step;
  change.flow = run.flow;
  change.step = step;
  change.state = told;
  change.cause_seq = seq;
  change.span = span;
}

void complete(Moment& moment, Run& run, std::uint32_t step, std::uint32_t alternative, std::uint64_t seq, signals::Span span) {
  StepStatus& status = run.steps[step];
  status.state = StepState::done;
  status.exists = true;
  status.alternative = alternative;
  status.seq = seq;
  status.span = span;
  status.owed = status.by_hand = false;
  status.reason.clear();
  status.fresh = seq == moment.seq;
  moment.tell(run, step, StepState::done, seq == moment.seq ? span : signals::Span{});
  moment.happenings.push_back({signals::Happening::Kind::step_done, moment.program(run).steps[step].name});
}

void give_evidence(Moment& moment, Run& run, std::uint32_t step, std::uint32_t alternative, std::uint32_t bit, std::uint64_t seq, signals::Span span) {
  std::uint64_t& met = run.met[alternative];
  met |= std::uint64_t{1} << bit;
  if (met == moment.program(run).alternatives[alternative].all && run.steps[step].state != StepState::done)
    complete(moment, run, step, alternative, seq, span);
}

void undo_by_correction(Moment& moment, Run& run, std::uint32_t field, signals::Span span) {
  const FlowProgram& program = moment.program(run);
  for (std::uint32_t step = 0; step < run.steps.size(); ++step) {
    StepStatus& status = run.steps[step];
    if (status.state != StepState::done || status.alternative == kNone) continue;
    const Alternative& alternative = program.alternatives[status.alternative];
    const std::uint64_t lost = alternative.reads_field[field] & ~bits_true_now(moment, alternative);
    if (lost == 0) continue;
    run.met[status.alternative] &= ~lost;
    status.state = StepState::undone;
    moment.tell(run, step, StepState::undone, span);
  }
}

void undo(Moment& moment, Run& run, std::uint32_t step) {
  if (!run.steps[step].closed()) return;
  clear_evidence(moment.program(run), run, step);
  run.steps[step].state = StepState::undone;
  moment.tell(run, step, StepState::undone, {});
}

void skip(Moment& moment, Run& run, std::uint32_t step) {
  if (run.steps[step].closed()) return;
  run.steps[step].state = StepState::skipped;
  run.steps[step].seq = moment.seq;
  run.steps[step].owed = false;
  moment.tell(run, step, StepState::skipped, {});
}

void look_at_steps(Moment& moment, Run& run, bool top) {
  look_what_exists(moment, run);
  close_calls(moment, run);
  break_gates(moment, run);
  if (!moment.program(run).branches.empty()) {
    if (!moment.captured) go_back(moment, run);
    look_what_exists(moment, run);
  }
  const FlowProgram& program = moment.program(run);
  const bool second_half = in_second_half(run);
  const std::uint32_t next = top ? find_next(program, run) : kNone;
  const bool moved = next != run.next;
  run.next = next;
  for (std::uint32_t step = 0; step < run.steps.size(); ++step) {
    const bool owed = is_owed(program, run, step, second_half);
    const bool newly = owed && !run.steps[step].owed;
    run.steps[step].owed = owed;
    if (top && newly && !(moved && step == next)) moment.tell(run, step, StepState::owed, {});
  }
  withdraw_stale(moment, run);
  if (moved && next != kNone) moment.tell(run, next, StepState::next, {});
}

bool is_finished(const Moment& moment, const Run& run) {
  if (run.steps.empty()) return false;
  if (find_next(moment.program(run), run) == kNone) return true;
  for (std::size_t i = run.steps.size(); i > 0; --i)
    if (run.steps[i - 1].exists) return run.steps[i - 1].state == StepState::done;
  return false;
}

}  // namespace fenshen::flow
