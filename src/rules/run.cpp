// The run side: per event only the rules are touched that a true condition, a deadline or a changed fact names.
#include <algorithm>
#include <utility>

#include "core/check.h"
#include "rules/internal/program.h"

namespace fenshen::rules {
namespace {

using signals::kNoCondition;
using signals::Span;

// What happened to one rule at one event.
struct Touch {
  std::uint8_t roles = 0;
  std::uint64_t parts = 0;
  Span when, after, by, warn;
  bool has(Role role) const { return (roles & role) != 0; }
};

bool beyond(Mark from, Mark now, std::uint32_t turns, core::Millis millis) {
  return (turns != 0 && now.turn - from.turn > turns) || (millis != 0 && now.at - from.at > millis);
}
bool inside(Mark from, Mark now, std::uint32_t turns, core::Millis millis) {
  return (turns != 0 && now.turn - from.turn <= turns) || (millis != 0 && now.at - from.at <= millis);
}

template <typename Deadline>
void insert_sorted(std::vector<Deadline>& list, Deadline deadline) {
  list.insert(std::ranges::upper_bound(list, deadline), deadline);
}

Record* find_record(RuleState::Impl& state, Slot slot) {
  const auto place = std::ranges::lower_bound(state.places, slot, {}, &Place::slot);
  return place == state.places.end() || place->slot != slot ? nullptr : &state.records[place->at];
}

// Valid until the next record is made.
Record& record_of(RuleState::Impl& state, Slot slot) {
  const auto place = std::ranges::lower_bound(state.places, slot, {}, &Place::slot);
  if (place != state.places.end() && place->slot == slot) return state.records[place->at];
  state.places.insert(place, {slot, static_cast<std::uint32_t>(state.records.size())});
  state.records.emplace_back().slot = slot;
  return state.records.back();
}

std::vector<std::uint16_t> missing_parts(const Program& program, std::uint64_t met) {
  std::vector<std::uint16_t> missing;
  for (std::uint16_t part = 0; part < program.parts; ++part)
    if (((met >> part) & 1U) == 0) missing.push_back(part);
  return missing;
}

void close(RuleState::Impl& state, Record& record) {
  record.open = false;
  std::erase_if(state.turn_deadlines, [&](const TurnDeadline& one) { return one.slot == record.slot; });
  std::erase_if(state.time_deadlines, [&](const TimeDeadline& one) { return one.slot == record.slot; });
}

// Gives the verdict unless the rule fired too recently.
void fire(const Program& program, Record& record, Mark now, std::uint64_t cause, Span span, std::vector<Verdict>& out) {
  const bool cooling = record.fired && inside(record.last_fired, now, program.cooldown_turns, program.cooldown_millis);
  if (cooling) return;
  record.fired = true;
  record.last_fired = now;
  Verdict& verdict = out.emplace_back(Verdict{Verdict::Kind::broken, program.index, cause, now.at, span, {}});
  if (program.obliged) verdict.missing = missing_parts(program, record.met);
}

void break_obligation(const RuleSet::Impl& set, RuleState::Impl& state, Record& record, Mark now, std::vector<Verdict>& out) {
  close(state, record);
  fire(set.programs[record.slot], record, now, record.armed_seq, record.armed_span, out);
}

// One event against the rules that it touches.
class Stepper {
 public:
  Stepper(const RuleSet::Impl& set, RuleState::Impl& state, const StepInput& input, std::vector<Verdict>& out)
      : set_(set), state_(state), input_(input), facts_(*input.facts), out_(out), now_{input.turn, facts_.event->recorded_at},
        seq_(facts_.event->seq), day_(core::day_of(now_.at, set.offset_minutes)) {}

  void run() {
    state_.turn = now_.turn;
    turn_deadlines();
    state_.fired.clear();
    gather_truths();
    gather_watched();
    if (input_.ends) gather_open();
    state_.day = day_;
    if (!state_.fired.empty()) process();
    state_.ended = state_.ended || input_.ends;
  }

 private:
  void turn_deadlines() {
    auto& list = state_.turn_deadlines;
    if (list.empty() || list.front().turn > now_.turn) return;
    state_.closing.clear();
    for (const TurnDeadline& one : list)
      if (one.turn <= now_.turn) state_.closing.push_back(one.slot);
    for (const Slot slot : state_.closing) break_obligation(set_, state_, record_of(state_, slot), now_, out_);
  }

  void gather_truths() {
    const std::size_t conditions = set_.use_first.size() - 1;
    for (const signals::Truth& truth : input_.truths) {
      if (truth.condition >= conditions) continue;
      for (std::uint32_t i = set_.use_first[truth.condition]; i < set_.use_first[truth.condition + 1]; ++i)
        state_.fired.push_back({set_.uses[i], truth.span});
    }
  }

  // Obligations without `after` whose `applies` may hold from this event on.
  void gather_watched() {
    if (!state_.started) {
      state_.started = true;
      state_.unarmed = static_cast<std::uint32_t>(set_.from_start.size());
      watch_all(set_.from_start);
    } else if (state_.unarmed != 0) {
      gather_changed();
    }
    state_.seen_revision = facts_.context->revision();
    if (!std::ranges::equal(state_.flows, facts_.active_flows)) state_.flows.assign(facts_.active_flows.begin(), facts_.active_flows.end());
  }

  void gather_changed() {
    if (day_ != state_.day) return watch_all(set_.from_start);
    watch_all(set_.watch_event);
    if (!set_.watch_flow.empty() && !std::ranges::equal(state_.flows, facts_.active_flows)) watch_all(set_.watch_flow);
    if (facts_.context->revision() == state_.seen_revision) return;
    for (const auto& watch : set_.watch_paths)
      if (facts_.context->revision(watch.path) > state_.seen_revision) watch_all(watch.slots);
  }

  void watch_all(const std::vector<Slot>& slots) {
    for (const Slot slot : slots) {
      const Record* record = find_record(state_, slot);
      if (record != nullptr && record->armed_once) continue;
      if (applies(set_.programs[slot])) state_.fired.push_back({{slot, kArm, 0}, {}});
    }
  }

  void gather_open() {
    for (const Record& record : state_.records)
      if (record.open) state_.fired.push_back({{record.slot, Role{}, 0}, {}});
  }

  void process() {
    std::ranges::sort(state_.fired, {}, [](const Fired& one) { return one.use.slot; });  // merging does not ask for order
    for (std::size_t i = 0; i < state_.fired.size();) {
      const Slot slot = state_.fired[i].use.slot;
      Touch touch;
      for (; i < state_.fired.size() && state_.fired[i].use.slot == slot; ++i) merge(touch, state_.fired[i]);
      const Program& program = set_.programs[slot];
      if (program.obliged) obliged(program, slot, touch);
      else forbidden(program, slot, touch);
    }
  }

  static void merge(Touch& touch, const Fired& fired) {
    touch.roles = static_cast<std::uint8_t>(touch.roles | fired.use.role);
    switch (fired.use.role) {
      case kPart: touch.parts |= std::uint64_t{1} << fired.use.part; break;
      case kWhen: touch.when = fired.span; break;
      case kAfter: touch.after = fired.span; break;
      case kBy: touch.by = fired.span; break;
      case kWarn: touch.warn = fired.span; break;
      default: break;
    }
  }

  bool applies(const Program& program) const {
    if (!program.in_force.covers(day_)) return false;
    return program.applies == kNoCondition || facts_.context->conditions().holds(program.applies, facts_);
  }

  void forbidden(const Program& program, Slot slot, const Touch& touch) {
    if (touch.has(kUntil))
      if (Record* record = find_record(state_, slot)) {
        record->has_after = false;
        record->counted = 0;
        record->occurrences.clear();
      }
    if (touch.has(kAfter) && program.same) mark_after(slot);
    if (touch.has(kWhen)) occurrence(program, slot, touch.when);
    if (touch.has(kAfter) && !program.same) mark_after(slot);
  }

  void mark_after(Slot slot) {
    Record& record = record_of(state_, slot);
    record.has_after = true;
    record.after = now_;
  }

  void occurrence(const Program& program, Slot slot, Span span) {
    if (program.has_after) {
      const Record* record = find_record(state_, slot);
      if (record == nullptr || !record->has_after || beyond(record->after, now_, program.within_turns, program.within_millis)) return;
    }
    if (!applies(program)) return;
    Record& record = record_of(state_, slot);
    if (!reaches_count(program, record)) return;
    record.counted = 0;
    record.occurrences.clear();
    fire(program, record, now_, seq_, span, out_);
  }

  bool reaches_count(const Program& program, Record& record) {
    const bool windowed = !program.has_after && (program.within_turns != 0 || program.within_millis != 0);
    if (!windowed) return ++record.counted >= program.count;
    std::erase_if(record.occurrences, [&](Mark mark) { return beyond(mark, now_, program.within_turns, program.within_millis); });
    record.occurrences.push_back(now_);
    return record.occurrences.size() >= program.count;
  }

  void obliged(const Program& program, Slot slot, const Touch& touch) {
    const bool leaves_trace = touch.has(kAfter) || touch.has(kArm) || (touch.has(kPart) && !program.since_after);
    if (!leaves_trace && find_record(state_, slot) == nullptr) return;
    Record& record = record_of(state_, slot);
    if (touch.has(kUntil)) cancel(program, record);
    if (record.open || !program.since_after) record.met |= touch.parts;
    if (record.open && record.met == program.all_parts()) settle(program, record);
    const bool due = record.open && touch.has(kBy);
    if (due) break_by(program, record, touch.by);
    if (touch.has(program.has_after ? kAfter : kArm)) arm(program, record, touch);
    const bool due_at_once = record.open && touch.has(kBy) && !due && record.armed_seq == seq_ && (program.same || !program.has_after);
    if (due_at_once) break_by(program, record, touch.by);
    if (record.open && touch.has(kWarn) && !record.warned) warn(program, record, touch.warn);
    if (record.open && input_.ends) end(program, record);
  }

  void cancel(const Program& program, Record& record) {
    if (record.open) settle(program, record);
    record.armed_once = false;
  }

  void settle(const Program& program, Record& record) {
    close(state_, record);
    out_.push_back(Verdict{Verdict::Kind::met, program.index, seq_, now_.at, {}, {}});
  }

  void break_by(const Program& program, Record& record, Span span) {
    close(state_, record);
    fire(program, record, now_, seq_, span, out_);
  }

  void end(const Program& program, Record& record) {
    const bool fires = program.by_end || program.by_turns != 0 || program.by_millis != 0;
    if (fires) break_obligation(set_, state_, record, now_, out_);
  }

  void arm(const Program& program, Record& record, const Touch& touch) {
    if (state_.ended || record.open || (record.armed_once && (program.once || !program.has_after)) || !applies(program)) return;
    if (program.since_after) record.met = touch.parts;
    record.armed_once = true;
    if (!program.has_after) --state_.unarmed;
    if (record.met == program.all_parts()) return;
    record.open = true;
    record.warned = false;
    record.armed = now_;
    record.armed_seq = seq_;
    record.armed_span = touch.after;
    if (program.by_turns != 0) insert_sorted(state_.turn_deadlines, TurnDeadline{now_.turn + program.by_turns + 1, record.slot});
    if (program.by_millis != 0) {
      record.due = now_.at + program.by_millis;
      insert_sorted(state_.time_deadlines, TimeDeadline{record.due, record.slot});
    }
    if (program.warns_at_arming) warn(program, record, touch.after);
  }

  void warn(const Program& program, Record& record, Span span) {
    record.warned = true;
    out_.push_back(Verdict{Verdict::Kind::warned, program.index, seq_, now_.at, span, missing_parts(program, record.met)});
  }

  const RuleSet::Impl& set_;
  RuleState::Impl& state_;
  const StepInput& input_;
  const signals::Facts& facts_;
  std::vector<Verdict>& out_;
  const Mark now_;
  const std::uint64_t seq_;
  const core::Day day_;
};

}  // namespace

// Room for an ordinary conversation, so that its events do not allocate.
std::unique_ptr<RuleState> RuleSet::make_state() const {
  auto state = std::make_unique<RuleState>();
  RuleState::Impl& inner = *state->impl;
  inner.records.reserve(48);
  inner.places.reserve(48);
  inner.turn_deadlines.reserve(16);
  inner.time_deadlines.reserve(8);
  inner.flows.reserve(8);
  inner.fired.reserve(32);
  inner.closing.reserve(16);
  return state;
}

void RuleSet::advance(RuleState& state, core::Millis now, const signals::Facts&, std::vector<Verdict>& out) const {
  RuleState::Impl& inner = *state.impl;
  while (!inner.time_deadlines.empty() && inner.time_deadlines.front().due <= now) {
    const TimeDeadline deadline = inner.time_deadlines.front();
    break_obligation(*impl_, inner, record_of(inner, deadline.slot), {inner.turn, deadline.due}, out);
  }
}

void RuleSet::step(RuleState& state, const StepInput& input, std::vector<Verdict>& out) const {
  FENSHEN_CHECK(input.facts != nullptr && input.facts->event != nullptr && input.facts->context != nullptr);
  if (std::holds_alternative<conversation::Tick>(input.facts->event->body)) return;
  Stepper(*impl_, *state.impl, input, out).run();
}

std::optional<core::Millis> RuleSet::next_due(const RuleState& state) const {
  if (state.impl->time_deadlines.empty()) return std::nullopt;
  return state.impl->time_deadlines.front().due;
}

void RuleSet::owed(const RuleState& state, std::vector<Owed>& out) const {
  for (const Place& place : state.impl->places) {
    const Record& record = state.impl->records[place.at];
    if (!record.open) continue;
    const Program& program = impl_->programs[record.slot];
    Owed& owed = out.emplace_back();
    owed.rule = program.index;
    owed.armed_seq = record.armed_seq;
    owed.missing = missing_parts(program, record.met);
    if (program.by_turns != 0) {
      const std::uint32_t passed = state.impl->turn - record.armed.turn;
      owed.turns_left = static_cast<std::int32_t>(program.by_turns - std::min(passed, program.by_turns));
    }
    owed.due = program.by_millis != 0 ? record.due : 0;
    owed.by_end = program.by_end;
  }
}

RuleState::RuleState() : impl(std::make_unique<Impl>()) {}
RuleState::RuleState(const RuleState& other) : impl(std::make_unique<Impl>(*other.impl)) {}
RuleState& RuleState::operator=(const RuleState& other) {
  if (this != &other) *impl = *other.impl;
  return *this;
}
RuleState::~RuleState() = default;

}  // namespace fenshen::rules
