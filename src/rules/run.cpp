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

Place* find_place(RuleState::Impl& state, Slot slot) {
  const auto place = std::ranges::lower_bound(state.places, slot, {}, &Place::slot);
  return place == state.places.end() || place->slot != slot ? nullptr : &*place;
}

// The only instance of a rule without `each`; null if nothing happened to it yet.
Record* find_record(RuleState::Impl& state, Slot slot) {
  const Place* place = find_place(state, slot);
  return place == nullptr || place->at == kNoRecord ? nullptr : &state.records[place->at];
}

Place& place_of(RuleState::Impl& state, Slot slot) {
  const auto place = std::ranges::lower_bound(state.places, slot, {}, &Place::slot);
  if (place != state.places.end() && place->slot == slot) return *place;
  return *state.places.insert(place, {slot, kNoRecord, 0});
}

void append_instance(RuleState::Impl& state, Place& place, std::uint32_t index) {
  std::uint32_t* link = &place.at;
  while (*link != kNoRecord) link = &state.records[*link].next;
  *link = index;
}

// A fresh record behind the rule's others. Records stay valid by index only.
std::uint32_t make_record(RuleState::Impl& state, Slot slot) {
  const auto index = static_cast<std::uint32_t>(state.records.size());
  state.records.emplace_back().slot = slot;
  append_instance(state, place_of(state, slot), index);
  return index;
}

std::uint32_t index_of(RuleState::Impl& state, Slot slot) {
  const Place* place = find_place(state, slot);
  return place != nullptr && place->at != kNoRecord ? place->at : make_record(state, slot);
}

std::size_t count_instances(const RuleState::Impl& state, std::uint32_t first) {
  std::size_t count = 0;
  for (std::uint32_t at = first; at != kNoRecord; at = state.records[at].next) ++count;
  return count;
}

std::vector<std::uint16_t> missing_parts(const Program& program, std::uint64_t met) {
  std::vector<std::uint16_t> missing;
  for (std::uint16_t part = 0; part < program.parts; ++part)
    if (((met >> part) & 1U) == 0) missing.push_back(part);
  return missing;
}

void drop_deadlines(RuleState::Impl& state, std::uint32_t index) {
  std::erase_if(state.turn_deadlines, [&](const TurnDeadline& one) { return one.record == index; });
  std::erase_if(state.time_deadlines, [&](const TimeDeadline& one) { return one.record == index; });
}

void close(RuleState::Impl& state, std::uint32_t index) {
  state.records[index].open = false;
  drop_deadlines(state, index);
}

// The first midnight behind `day`.
core::Millis end_of(core::Day day, int offset_minutes) { return (core::Millis{day} + 1) * 86'400'000 - core::Millis{offset_minutes} * 60'000; }

// The first of the time limits; 0 if there is none.
core::Millis due_of(const RuleSet::Impl& set, const Program& program, core::Millis from) {
  core::Millis due = 0;
  const auto take = [&](core::Millis at) { due = due == 0 ? at : std::min(due, at); };
  const core::Day day = core::day_of(from, set.offset_minutes);
  if (program.by_millis != 0) take(from + program.by_millis);
  if (program.by_days != 0) take(end_of(day + static_cast<core::Day>(program.by_days), set.offset_minutes));
  if (program.by_workdays != 0) take(end_of(set.calendar.after_workdays(day, program.by_workdays), set.offset_minutes));
  return due;
}

// Gives the verdict unless the instance fired too recently.
void fire(const Program& program, RuleState::Impl& state, Record& record, Mark now, std::uint64_t cause, Span span, std::vector<Verdict>& out) {
  const bool cooling = record.fired && inside(record.last_fired, now, program.cooldown_turns, program.cooldown_millis);
  if (cooling) return;
  record.fired = true;
  record.last_fired = now;
  Verdict& verdict = out.emplace_back();
  verdict.rule = program.index;
  verdict.cause_seq = cause;
  verdict.due = now.at;
  verdict.span = span;
  verdict.times = ++place_of(state, record.slot).times;
  const bool escalated = program.escalate.after != 0 && verdict.times >= program.escalate.after;
  verdict.severity = escalated ? program.escalate.severity.value_or(program.severity) : program.severity;
  verdict.alert = program.alert || (escalated && program.escalate.alert);
  verdict.instance = record.key;
  if (program.obliged) verdict.missing = missing_parts(program, record.met);
}

void break_obligation(const RuleSet::Impl& set, RuleState::Impl& state, std::uint32_t index, Mark now, std::vector<Verdict>& out) {
  close(state, index);
  Record& record = state.records[index];
  fire(set.programs[record.slot], state, record, now, record.armed_seq, record.armed_span, out);
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
      if (one.turn <= now_.turn) state_.closing.push_back(one.record);
    for (const std::uint32_t record : state_.closing) break_obligation(set_, state_, record, now_, out_);
  }

  void gather_truths() {
    for (const signals::Truth& truth : input_.truths)
      for (const Use& use : set_.uses.of(truth.condition)) state_.fired.push_back({use, truth.span});
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

  // --- instances ---

  // The values that this event has for `each`, without repeats.
  void gather_keys(const Program& program) {
    state_.keys.clear();
    const auto add = [&](std::string key) {
      if (!key.empty() && std::ranges::find(state_.keys, key) == state_.keys.end()) state_.keys.push_back(std::move(key));
    };
    using Of = content::Each::Of;
    if (program.each == Of::entity && facts_.reading != nullptr) {
      for (const signals::Entity& entity : facts_.reading->entities)
        if (entity.type == program.each_entity) add(entity.value);
    } else if (program.each == Of::path) {
      add(text_of(facts_.context->get(program.each_path)));
    } else if (program.each == Of::event_field) {
      if (const auto* business = std::get_if<conversation::BusinessEvent>(&facts_.event->body)) add_field(business->data, program.each_field, add);
      else if (const auto* act = std::get_if<conversation::ActProposed>(&facts_.event->body)) add_field(act->data, program.each_field, add);
    }
  }

  template <typename Add>
  static void add_field(const conversation::Fields& data, const std::string& field, Add& add) {
    if (const std::string* value = conversation::find(data, field)) add(*value);
  }

  static std::string text_of(const signals::Value& value) {
    if (value.kind == signals::Value::Kind::missing || !value.text.empty()) return value.text;
    return std::to_string(value.kind == signals::Value::Kind::date ? value.number : value.number / signals::kValueScale);
  }

  // Calls step(record, touch) for the instances that this event concerns, those made now last.
  template <typename Step>
  void each_instance(const Program& program, Slot slot, const Touch& touch, Step step) {
    constexpr int kMakes = kAfter | kWhen | kPart, kForAll = kUntil | kBy | kWarn;
    gather_keys(program);
    const Place* place = find_place(state_, slot);
    Touch reduced = touch;
    reduced.roles = static_cast<std::uint8_t>(touch.roles & (state_.keys.empty() ? kForAll : 0));
    reduced.parts = 0;
    const std::uint32_t first = place == nullptr ? kNoRecord : place->at;
    std::size_t left = count_instances(state_, first);
    std::size_t room = kInstancesMax - std::min(kInstancesMax, left);
    for (std::uint32_t at = first; left > 0; --left) {
      const std::uint32_t next = state_.records[at].next;
      const auto key = std::ranges::find(state_.keys, state_.records[at].key);
      step(at, key == state_.keys.end() ? reduced : touch);
      if (key != state_.keys.end()) key->clear();
      at = next;
    }
    if ((touch.roles & kMakes) == 0) return;
    for (std::size_t i = 0; i < state_.keys.size() && room > 0; ++i) {
      if (state_.keys[i].empty()) continue;
      const std::uint32_t made = make_record(state_, slot);
      state_.records[made].key = state_.keys[i];
      step(made, touch);
      --room;
    }
  }

  // Every A is an instance of its own; room is made by those that are settled.
  void each_occurrence(const Program& program, Slot slot, const Touch& touch) {
    Touch others = touch;
    others.roles = static_cast<std::uint8_t>(touch.roles & ~kAfter);
    const Place* place = find_place(state_, slot);
    for (std::uint32_t at = place == nullptr ? kNoRecord : place->at; at != kNoRecord; at = state_.records[at].next)
      if (state_.records[at].open) obliged_one(program, at, others);
    if (!touch.has(kAfter) || state_.ended || !applies(program)) return;
    const std::uint32_t made = fresh_occurrence(slot);
    if (made == kNoRecord) return;
    state_.records[made].key = std::to_string(seq_);
    obliged_one(program, made, touch);
  }

  std::uint32_t fresh_occurrence(Slot slot) {
    Place& place = place_of(state_, slot);
    std::size_t count = 0;
    for (std::uint32_t* link = &place.at; *link != kNoRecord; link = &state_.records[*link].next, ++count) {
      const std::uint32_t index = *link;
      if (state_.records[index].open) continue;
      *link = state_.records[index].next;
      state_.records[index] = Record{};
      state_.records[index].slot = slot;
      append_instance(state_, place, index);
      return index;
    }
    return count < kInstancesMax ? make_record(state_, slot) : kNoRecord;
  }

  // --- forbidden ---

  void forbidden(const Program& program, Slot slot, const Touch& touch) {
    if (program.has_instances()) return each_instance(program, slot, touch, [&](std::uint32_t at, const Touch& one) { forbidden_one(program, at, one); });
    const bool leaves_trace = touch.has(kAfter) || (touch.has(kWhen) && !program.has_after);
    if (!leaves_trace && find_record(state_, slot) == nullptr) return;
    forbidden_one(program, index_of(state_, slot), touch);
  }

  void forbidden_one(const Program& program, std::uint32_t index, const Touch& touch) {
    Record& record = state_.records[index];
    if (touch.has(kUntil)) {
      record.has_after = false;
      record.counted = 0;
      record.occurrences.clear();
    }
    if (touch.has(kAfter) && program.same) mark_after(record);
    if (touch.has(kWhen)) occurrence(program, record, touch.when);
    if (touch.has(kAfter) && !program.same) mark_after(record);
  }

  void mark_after(Record& record) {
    record.has_after = true;
    record.after = now_;
  }

  void occurrence(const Program& program, Record& record, Span span) {
    if (program.has_after && (!record.has_after || beyond(record.after, now_, program.within_turns, program.within_millis))) return;
    if (!applies(program) || !reaches_count(program, record)) return;
    record.counted = 0;
    record.occurrences.clear();
    fire(program, state_, record, now_, seq_, span, out_);
  }

  bool reaches_count(const Program& program, Record& record) {
    const bool windowed = !program.has_after && (program.within_turns != 0 || program.within_millis != 0);
    if (!windowed) return ++record.counted >= program.count;
    std::erase_if(record.occurrences, [&](Mark mark) { return beyond(mark, now_, program.within_turns, program.within_millis); });
    record.occurrences.push_back(now_);
    return record.occurrences.size() >= program.count;
  }

  // --- obliged ---

  void obliged(const Program& program, Slot slot, const Touch& touch) {
    if (program.each == content::Each::Of::occurrence) return each_occurrence(program, slot, touch);
    if (program.has_instances()) return each_instance(program, slot, touch, [&](std::uint32_t at, const Touch& one) { obliged_one(program, at, one); });
    const bool leaves_trace = touch.has(kAfter) || touch.has(kArm) || (touch.has(kPart) && !program.since_after);
    if (!leaves_trace && find_record(state_, slot) == nullptr) return;
    obliged_one(program, index_of(state_, slot), touch);
  }

  void obliged_one(const Program& program, std::uint32_t index, const Touch& touch) {
    Record& record = state_.records[index];
    if (touch.has(kUntil)) cancel(program, index);
    if (record.open || !program.since_after) record.met |= touch.parts;
    if (record.open && record.met == program.all_parts()) settle(program, index);
    const bool due = record.open && touch.has(kBy);
    if (due) break_by(program, index, touch.by);
    if (touch.has(program.has_after ? kAfter : kArm)) arm(program, index, touch);
    const bool due_at_once = record.open && touch.has(kBy) && !due && record.armed_seq == seq_ && (program.same || !program.has_after);
    if (due_at_once) break_by(program, index, touch.by);
    if (record.open && touch.has(kWarn) && !record.warned) warn(program, record, touch.warn);
    if (record.open && input_.ends) end(program, index);
  }

  void cancel(const Program& program, std::uint32_t index) {
    if (state_.records[index].open) settle(program, index);
    state_.records[index].armed_once = false;
  }

  Verdict& tell(const Program& program, const Record& record, Verdict::Kind kind) {
    Verdict& verdict = out_.emplace_back();
    verdict.kind = kind;
    verdict.rule = program.index;
    verdict.cause_seq = seq_;
    verdict.due = now_.at;
    verdict.severity = program.severity;
    verdict.instance = record.key;
    return verdict;
  }

  void settle(const Program& program, std::uint32_t index) {
    close(state_, index);
    tell(program, state_.records[index], Verdict::Kind::met);
  }

  void break_by(const Program& program, std::uint32_t index, Span span) {
    close(state_, index);
    fire(program, state_, state_.records[index], now_, seq_, span, out_);
  }

  // Days run on when the conversation is over.
  void end(const Program& program, std::uint32_t index) {
    const bool fires = program.by_end || program.by_turns != 0 || program.by_millis != 0;
    if (fires) break_obligation(set_, state_, index, now_, out_);
  }

  void arm(const Program& program, std::uint32_t index, const Touch& touch) {
    Record& record = state_.records[index];
    if (state_.ended) return;
    if (record.open) {
      if (program.restart) begin_deadlines(program, index, touch);
      return;
    }
    if ((record.armed_once && (program.once || !program.has_after)) || !applies(program)) return;
    if (program.since_after) record.met = touch.parts;
    record.armed_once = true;
    if (!program.has_after) --state_.unarmed;
    if (record.met == program.all_parts()) return;
    record.open = true;
    record.warned = false;
    begin_deadlines(program, index, touch);
    if (program.warns_at_arming) warn(program, record, touch.after);
  }

  void begin_deadlines(const Program& program, std::uint32_t index, const Touch& touch) {
    Record& record = state_.records[index];
    drop_deadlines(state_, index);
    if (program.since_after) record.met = touch.parts;
    record.armed = now_;
    record.armed_seq = seq_;
    record.armed_span = touch.after;
    if (program.by_turns != 0) insert_sorted(state_.turn_deadlines, TurnDeadline{now_.turn + program.by_turns + 1, record.slot, seq_, index});
    record.due = due_of(set_, program, now_.at);
    if (record.due != 0) insert_sorted(state_.time_deadlines, TimeDeadline{record.due, record.slot, seq_, index});
  }

  void warn(const Program& program, Record& record, Span span) {
    record.warned = true;
    Verdict& verdict = tell(program, record, Verdict::Kind::warned);
    verdict.span = span;
    verdict.missing = missing_parts(program, record.met);
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
    break_obligation(*impl_, inner, deadline.record, {inner.turn, deadline.due}, out);
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
  for (const Place& place : state.impl->places)
    for (std::uint32_t at = place.at; at != kNoRecord; at = state.impl->records[at].next) {
      const Record& record = state.impl->records[at];
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
      owed.due = record.due;
      owed.by_end = program.by_end;
      owed.instance = record.key;
    }
}

RuleState::RuleState() : impl(std::make_unique<Impl>()) {}
RuleState::RuleState(const RuleState& other) : impl(std::make_unique<Impl>(*other.impl)) {}
RuleState& RuleState::operator=(const RuleState& other) {
  if (this != &other) *impl = *other.impl;
  return *this;
}
RuleState::~RuleState() = default;

void RuleSet::lift_cooldowns(RuleState& state, std::span<const RuleIndex> except) const {
  for (Record& record : state.impl->records)
    if (std::ranges::find(except, impl_->programs[record.slot].index) == except.end()) record.fired = false;
}

}  // namespace fenshen::rules
