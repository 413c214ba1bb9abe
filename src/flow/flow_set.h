// Guided processes: which flow the contact is in, which steps are done, next and owed, and the fields captured on the
// way. One FlowSet is compiled from a library and shared; each conversation has a FlowState. Pure.
//
// Detection: a flow is entered when its start condition is true, when meta.process names it, by hand (FlowAction
// switch), or when two confirming signals came (knowledge topics whose article names the flow: happening `intent`).
// Entering a flow while another is open stacks it; finishing returns to the parent's open step. Evidence out of order
// completes a step; a step behind an open gate completes too and the gate shows as broken.
//
// What the pack format leaves open is settled so:
// - Evidence counts from the event that entered the flow on, for all flows entered, finished ones too. What the common
//   step OPEN waits for (greeting, recording notice) belongs to the contact: it counts from the start, for every flow.
// - Several flows entered by one utterance: the one named first is on top. A start condition that comes again brings an
//   open flow to the top; a finished flow is entered again by hand only, as a new run.
// - A flow is finished when all its steps that exist and are not optional are done or skipped, or its last step is done.
// - Next is the first open step that is not optional. A `must` step is owed after `owed: after`, else once the step before
//   it is done or a step of the flow's second half is. One card says both: `next` is told when a step becomes next, `owed`
//   when it becomes owed without just becoming next. Only the flow on top tells them.
// - `if` is asked at every event; an `if` with a trigger in it (something said) holds from then on.
// - Fields from entities take the last entity of that type in the utterance that is not denied (不是8号是18号: 18). What the
//   customer says replaces; what the rep or the bot says only fills an empty field, unless it corrects. Card tails, cards,
//   phones, ID numbers and products that the customer gave before the flow was entered count, as do event fields.
// - A corrected value (words of correction and another value) makes a step undone whose evidence read that field, unless
//   the same utterance gives the evidence again.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/library.h"
#include "core/result.h"
#include "signals/condition_set.h"

namespace fenshen::flow {

enum class StepState : std::uint8_t { open, next, owed, done, undone, skipped };
std::string_view to_string(StepState state) noexcept;

struct FlowChange {
  enum class Kind : std::uint8_t { entered, finished, step, field } kind = Kind::step;
  std::uint32_t flow = 0;  // into Library::flows
  std::uint32_t step = 0;  // into Flow::steps (kind step)
  StepState state = StepState::open;
  std::uint32_t field = 0;      // into Flow::fields (kind field)
  std::string value;            // kind field
  std::uint64_t cause_seq = 0;
  signals::Span span;
};

// For the desk's flow panel and the wrap-up.
struct StepView {
  std::uint32_t step = 0;
  StepState state = StepState::open;
  std::uint64_t seq = 0;     // event that completed it
  signals::Span span;
  bool gate_broken = false;  // a later step was done while this gate was open
  bool owed = false;         // must be said and was not yet; also where the state is next or undone
};
struct FieldView {
  std::uint32_t field = 0;
  std::string value;
  std::uint64_t seq = 0;
  std::vector<std::string> earlier;  // values replaced by corrections
};
struct FlowView {
  std::uint32_t flow = 0;
  bool active = false;    // on top of the stack
  bool finished = false;
  std::vector<StepView> steps;
  std::vector<FieldView> fields;
};

class FlowState;

class FlowSet {
 public:
  static std::shared_ptr<const FlowSet> compile(const content::Library& library, signals::ConditionSetBuilder& conditions,
                                                std::vector<core::Error>& errors);
  ~FlowSet();
  std::unique_ptr<FlowState> make_state() const;

  // `truths`: conditions true at this event so far, by id. Appends what changed; `happenings` gets step_done, flow_entered
  // and field for the next pass. May be called again for the same event (same seq) with only the new truths (bounded by
  // the caller): what an earlier pass told as next or owed and no longer is becomes `open` in `out`, where it still stands.
  // facts.event and facts.context must be set; topics (intent) must be among facts.happenings at the first call. Ticks are
  // ignored. Does not allocate where nothing concerns a flow.
  void step(FlowState& state, const signals::Facts& facts, std::span<const signals::Truth> truths,
            std::vector<FlowChange>& out, std::vector<signals::Happening>& happenings) const;
  std::span<const std::string_view> active_flows(const FlowState& state) const;  // codes, top last
  std::vector<FlowView> view(const FlowState& state) const;                      // active first, then order of entry

  struct Impl;

 private:
  explicit FlowSet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class FlowState {
 public:
  FlowState();
  FlowState(const FlowState&);
  FlowState& operator=(const FlowState&);
  ~FlowState();
  struct Impl;
  std::unique_ptr<Impl> impl;
};

}  // namespace fenshen::flow
