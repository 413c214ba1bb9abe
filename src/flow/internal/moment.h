// One event as the parts of the run side see it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "flow/internal/program.h"

namespace fenshen::flow {

struct Moment {
  const FlowSet::Impl& set;
  FlowState::Impl& state;
  const signals::Facts& facts;
  std::vector<FlowChange>& out;
  std::vector<signals::Happening>& happenings;
  std::uint64_t seq = 0;
  bool captured = false;  // a field, by this call: the context will know it at the next

  const FlowProgram& program(const Run& run) const { return set.programs[run.flow]; }
  bool is_now(signals::ConditionId condition) const;  // true at this event
  void tell(const Run& run, std::uint32_t step, StepState told, signals::Span span);
};

// fields.cpp
// Remembers what may count for flows that are entered later: identifiers that the customer gave, wanted event fields.
void remember(Moment& moment);
// Takes the values that this event gives to the run's fields; `top`: entities too.
void capture(Moment& moment, Run& run, bool top);
// Values given before the flow was entered, for fields still empty.
void capture_remembered(Moment& moment, Run& run);
// A condition of an extraction became true.
void capture_constant(Moment& moment, Run& run, std::uint32_t field, std::uint32_t extraction, signals::Span span);

// steps.cpp
void complete(Moment& moment, Run& run, std::uint32_t step, std::uint32_t alternative, std::uint64_t seq, signals::Span span);
// One part of a step's evidence came. `seq` of an earlier event where the evidence is the contact's.
void give_evidence(Moment& moment, Run& run, std::uint32_t step, std::uint32_t alternative, std::uint32_t bit, std::uint64_t seq, signals::Span span);
// The value of a field was corrected: steps that rest on it are open again.
void undo_by_correction(Moment& moment, Run& run, std::uint32_t field, signals::Span span);
void undo(Moment& moment, Run& run, std::uint32_t step);
void skip(Moment& moment, Run& run, std::uint32_t step);
// Which steps exist now, and what is owed and next; tells what is new about the run on top.
void look_at_steps(Moment& moment, Run& run, bool top);
bool is_finished(const Moment& moment, const Run& run);

}  // namespace fenshen::flow
