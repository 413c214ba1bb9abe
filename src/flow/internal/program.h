// The compiled flows and the state of one conversation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flow/flow_set.h"

namespace fenshen::flow {

constexpr std::size_t kMaxRuns = 16;      // of flows in one conversation
constexpr std::size_t kMaxEarlier = 8;    // replaced values of a field
constexpr std::uint32_t kNone = 0xFFFFFFFF;
// How people take back what they said; together with another value of a captured field it is a correction.
constexpr std::string_view kCorrectionPattern =
    "不是..是|(，|,)(而)?不是|不对|(说|搞|弄|记|念|报|看|写|听)(错|岔)|错了|更正|纠正|应该是|改成|改为|换成|重新说|"
    "i mean*|sorry|wrong|mistake*|actually|correction|make that|should be|not..but";

// One way to complete a step: all parts, as bits.
struct Alternative {
  std::uint64_t all = 0;
  std::vector<signals::ConditionId> parts;
  std::vector<std::uint64_t> reads_field;  // by field: the parts that read it
};

struct StepProgram {
  std::string name;  // P01.S5
  std::uint32_t first_alternative = 0, alternatives = 0;
  bool must = false, gate = false, optional = false;
  std::uint32_t owed_after = kNone;
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
  std::uint32_t first_alternative = 0;
};

// What a condition means to the flows.
struct Use {
  enum class Kind : std::uint8_t { start, part, latch, value, correction, contact } kind = Kind::start;
  std::uint32_t flow = 0;
  std::uint32_t item = 0;         // step, or field
  std::uint32_t alternative = 0;  // or extraction
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
  std::vector<std::uint32_t> use_first;  // by condition, one more than conditions
  std::vector<Use> uses;
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
  std::uint32_t alternative = kNone;  // that completed it
  std::uint64_t seq = 0;
  signals::Span span;
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
  std::uint32_t next = kNone;  // as last told
  std::vector<StepStatus> steps;
  std::vector<std::uint64_t> met;  // by alternative
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
  std::uint32_t begin = 0;  // of the words that name it
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
  bool ended = false;
  std::vector<signals::Happening> told;   // scratch: by the current call
  std::vector<Start> starts;              // scratch
};

}  // namespace fenshen::flow
