// Guided processes: which flow the contact is in, which steps are done, next and owed, and the fields captured on the
// way. One FlowSet is compiled from a library and shared; each conversation has a FlowState. Pure.
//
// What a flow means is written in docs/flows.md, with examples that a test runs. In short:
// - Entered by words, an event, metadata, two topics, by hand, or as the sub-flow of a step. Entering stacks; finishing
//   returns to the parent's open step; so does evidence of a step where a flow below stands, if the top gets none.
// - Evidence counts from the event that entered the flow on, in any order, for finished flows too. What the common step
//   OPEN waits for belongs to the contact: it counts from the start, for every flow.
// - A step past an open gate is done all the same, and the gate is told as broken; evidence of both at one event breaks none.
// - `if` and `next` are asked at every event; a condition with a trigger in it (something said) holds from then on. What no
//   way leads to does not exist, unless it is done already. A way back opens all steps between again.
// - A step that calls is done when the flow that it calls is finished, at whatever time in the contact.
// - A flow is finished when all its steps that exist and are not optional are done or skipped, or its last step is done;
//   what it must say and has not said stays owed.
// - A corrected value (words of the class flow_correction and another value) makes a step undone whose evidence read
//   that field, unless the same utterance gives the evidence again.
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

// How a flow came to be entered.
enum class Detected : std::uint8_t { words, event, topics, metadata, hand, call };
std::string_view to_string(Detected how) noexcept;

struct FlowChange {
  // gate_broken: `step` is a gate that is still open although the step `by` behind it was just done; told once per gate.
  enum class Kind : std::uint8_t { entered, finished, step, field, gate_broken } kind = Kind::step;
  std::uint32_t flow = 0;  // into Library::flows
  std::uint32_t step = 0;  // into Flow::steps (kinds step, gate_broken)
  std::uint32_t by = 0;    // into Flow::steps (kind gate_broken)
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
  bool by_hand = false;
  std::string_view reason;   // given with what was done by hand; lives in the state
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
  Detected how = Detected::words;
  std::uint8_t confidence = 0;  // of 100
  std::uint64_t seq = 0;        // event that entered it
  signals::Span span;           // of the words that did
  std::vector<StepView> steps;
  std::vector<FieldView> fields;
};

// A flow that one topic has spoken for: not entered yet.
struct Candidate {
  std::uint32_t flow = 0;
  std::uint8_t confidence = 0;
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
  bool reads_topics() const;  // some flow may be entered by the topics of what the customer says
  std::span<const std::string_view> active_flows(const FlowState& state) const;  // codes, top last
  std::vector<FlowView> view(const FlowState& state) const;                      // active first, then order of entry
  std::vector<Candidate> candidates(const FlowState& state) const;               // by flow

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
