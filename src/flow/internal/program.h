// The compiled flows and the state of one conversation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flow/flow_set.h"
#include "signals/condition_uses.h"

namespace fenshen::flow {

constexpr std::size_t kMaxRuns = 16;      // of flows in one conversation
constexpr std::size_t kMaxEarlier = 8;    // replaced values of a field
constexpr std::uint32_t kNone = 0xFFFFFFFF;
// One way to complete a step: all parts, as bits.
struct Alternative {
  std::uint64_t all = 0;
  std::vector<signals::ConditionId> parts;
  std::vector<std::uint64_t> reads_field;  // by field: the parts that read it
  std::uint64_t fields = 0;                // the parts that are a field captured
};

// A part of the evidence that is a field captured.
struct FieldPart {
  std::uint32_t field = 0, step = 0, alternative = 0, bit = 0;
};

// One option of where to go on.
struct Branch {
  signals::ConditionId only_if = signals::kNoCondition;  // none: always
  std::uint32_t to = 0;                                  // the number of steps: the end
  bool latches = false;
};

struct StepProgram {
  std::string name;  // P01.S5
  std::uint32_t first_alternative = 0, alternatives = 0;
  std::uint32_t first_branch = 0, branches = 0;
  bool must = false, gate = false, optional = false, ungated = false;
  bool shared = false;            // a common step: its evidence belongs to no flow in particular
  std::uint32_t owed_after = kNone;
  std::uint32_t group = 0;        // first of the steps that have no order among them
  std::uint32_t call = kNone;     // flow that runs as this step
  signals::ConditionId only_if = signals::kNoCondition;
  bool latches = false;  // `if` holds a trigger
};

struct Extraction {
  content::FlowField::From from = content::FlowField::From::entity;
  signals::EntityType entity = signals::EntityType::number;
  std::uint32_t event_value = kNone;  // into Impl::event_values
  std::string value;
};

struct FieldProgram {
  std::vector<Extraction> extractions;
};

struct FlowProgram {
  std::vector<StepProgram> steps;
  std::vector<Alternative> alternatives;
  std::vector<FieldProgram> fields;
  std::vector<Branch> branches;
  std::vector<FieldPart> field_parts;
};

// What a condition means to the flows.
struct Use {
  enum class Kind : std::uint8_t { start, part, latch, branch, value, correction, contact } kind = Kind::start;
  std::uint32_t flow = 0;
  std::uint32_t item = 0;         // step, or field
  std::uint32_t alternative = 0;  // or extraction, or branch
  std::uint32_t bit = 0;
};

struct EventValue {
  std::string event, field;
};

struct Topic {
  std::string name;
  std::vector<std::uint32_t> flows;
};

struct FlowSet::Impl {
  std::vector<FlowProgram> programs;  // by flow
  std::vector<std::string_view> codes;
  std::vector<std::string> code_texts;
  std::vector<std::vector<std::string>> field_names;
  std::vector<content::InForce> in_force;
  signals::ConditionUses<Use> uses;
  std::vector<std::u32string> denials;   // words that deny the value behind them, folded
  std::vector<EventValue> event_values;  // wanted by some field; by (event, field)
  std::vector<Topic> topics;             // by name
  int offset_minutes = 480;

  std::uint32_t find_flow(std::string_view code) const;
};

struct StepStatus {
  StepState state = StepState::open;  // open, done, undone or skipped
  bool exists = true;
  bool latched = false;
  bool owed = false;
  bool gate_broken = false;
  bool called = false;                // its sub-flow was entered for it
  bool by_hand = false;
  bool fresh = false;                 // done at this event, gates before it not yet looked at
  std::uint32_t alternative = kNone;  // that completed it
  std::uint64_t seq = 0;
  signals::Span span;
  std::string reason;                 // of what was done by hand
  bool closed() const { return state == StepState::done || state == StepState::skipped; }
};

struct FieldStatus {
  bool set = false;
  std::string value;
  std::uint64_t seq = 0;
  std::vector<std::string> earlier;
};

// One run of a flow.
struct Run {
  std::uint32_t flow = 0;
  bool finished = false;
  std::uint8_t confidence = 0;  // that the contact is about this: of 100
  Detected how = Detected::words;
  std::uint64_t seq = 0, finished_seq = 0;
  signals::Span span;           // of the words that entered it
  std::uint32_t next = kNone;  // as last told
  std::vector<StepStatus> steps;
  std::vector<std::uint64_t> met;  // by alternative
  std::vector<std::uint8_t> latched_branches;  // by branch
  std::vector<FieldStatus> fields;
};

struct Seen {
  signals::ConditionId condition = 0;
  std::uint64_t seq = 0;
  signals::Span span;
};
struct Given {
  std::uint32_t key = 0;  // entity type, or index of the event value
  std::uint64_t seq = 0;
  std::string value;
};
struct Signal {
  std::uint32_t flow = 0;
  std::uint32_t count = 0;
  std::uint64_t seq = 0;
};

struct Start {
  std::uint32_t flow = 0;
  signals::Span span;  // of the words that name it
};

struct FlowState::Impl {
  std::vector<Run> runs;                  // in order of entry
  std::vector<std::uint32_t> stack;       // into runs, top last
  std::vector<std::string_view> codes;    // of the stack
  std::vector<Seen> now;                  // conditions of flows true at the current event
  std::vector<Seen> contact;              // evidence that belongs to the contact
  std::vector<Given> identifiers, event_values;
  std::vector<Signal> signals;
  std::uint64_t seq = 0;                  // of the current event
  bool corrects = false;                  // the current event holds words of correction
  bool moved = false;                     // the current event has chosen what is on top
  bool ended = false;
  std::vector<signals::Happening> told;   // scratch: by the current call
  std::vector<Start> starts;              // scratch
};

}  // namespace fenshen::flow
