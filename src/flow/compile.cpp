// Flows to programs. Every mistake of every flow is reported.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/check.h"
#include "flow/internal/program.h"

namespace fenshen::flow {
namespace {

using content::ConditionNode;
using content::FlowField;
using signals::ConditionId;
using signals::kNoCondition;

constexpr std::size_t kMaxParts = 64;
constexpr std::size_t kMaxDenials = 64;
constexpr std::string_view kContactStep = "OPEN";
// The classes of the pack that say how people take something back (docs/formats/pack.md, "Flows").
constexpr std::string_view kCorrectionClass = "flow_correction";
constexpr std::string_view kDenialClass = "flow_denial";

bool reads_path(const std::vector<content::CompareNode>& compares, const std::string& path) {
  return std::ranges::any_of(compares, [&](const content::CompareNode& compare) {
    return compare.path == path ||
           std::ranges::any_of(compare.values, [&](const content::Operand& value) { return value.is_path && value.text == path; });
  });
}

// Whether the condition looks at the field's value, or at an entity that the field is taken from.
bool reads_field(const ConditionNode& node, const FlowField& field) {
  if (reads_path(node.compares, "fields." + field.name)) return true;
  if (node.kind == ConditionNode::Kind::gives)
    return std::ranges::any_of(field.extractions, [&](const FlowField::Extraction& one) {
      return one.from == FlowField::From::entity && one.entity == node.name;
    });
  return std::ranges::any_of(node.children, [&](const ConditionNode& child) { return reads_field(child, field); });
}

class Compiler {
 public:
  Compiler(const content::Library& library, signals::ConditionSetBuilder& conditions, std::vector<core::Error>& errors, FlowSet::Impl& out)
      : library_(library), conditions_(conditions), errors_(errors), out_(out) {}

  void run() {
    out_.offset_minutes = library_.offset_minutes();
    for (const content::Flow& flow : library_.flows) out_.code_texts.push_back(flow.id);
    out_.codes.assign(out_.code_texts.begin(), out_.code_texts.end());
    for (const content::Flow& flow : library_.flows) compile(flow);
    flow_ = nullptr;
    compile_topics();
    add_correction();
    add_denials();
    add_contact_evidence();
    out_.uses.build();
  }

 private:
  void compile(const content::Flow& flow) {
    flow_ = &flow;
    index_ = static_cast<std::uint32_t>(out_.programs.size());
    FlowProgram program;
    out_.in_force.push_back(flow.in_force);
    if (flow.start) use(trigger(*flow.start, "start", flow.origin), {Use::Kind::start, index_, 0, 0, 0});
    out_.field_names.emplace_back();
    for (std::uint32_t i = 0; i < flow.fields.size(); ++i) compile_field(flow.fields[i], i, program);
    for (std::uint32_t i = 0; i < flow.steps.size(); ++i) compile_step(flow.steps[i], i, program);
    out_.programs.push_back(std::move(program));
  }

  void compile_field(const FlowField& field, std::uint32_t index, FlowProgram& program) {
    out_.field_names.back().push_back(field.name);
    FieldProgram& made = program.fields.emplace_back();
    for (std::uint32_t i = 0; i < field.extractions.size(); ++i) {
      const FlowField::Extraction& source = field.extractions[i];
      Extraction extraction;
      extraction.from = source.from;
      extraction.value = source.value;
      const std::string key = fmt::format("field {}", field.name);
      if (source.from == FlowField::From::entity && !signals::parse_entity_type(source.entity, extraction.entity))
        fail(fmt::format("{}: entity type «{}» does not exist", key, source.entity), flow_->origin);
      if (source.from == FlowField::From::event_field) extraction.event_value = event_value(source.event, source.event_field);
      if (source.when) use(trigger(*source.when, key, flow_->origin), {Use::Kind::value, index_, index, i, 0});
      made.extractions.push_back(std::move(extraction));
    }
  }

  std::uint32_t event_value(const std::string& event, const std::string& field) {
    for (std::uint32_t i = 0; i < out_.event_values.size(); ++i)
      if (out_.event_values[i].event == event && out_.event_values[i].field == field) return i;
    out_.event_values.push_back({event, field});
    return static_cast<std::uint32_t>(out_.event_values.size() - 1);
  }

  void compile_step(const content::FlowStep& step, std::uint32_t index, FlowProgram& program) {
    StepProgram made;
    made.name = flow_->id + "." + step.id;
    made.must = step.must;
    made.gate = step.gate;
    made.optional = step.optional;
    made.ungated = step.ungated;
    made.shared = !step.use.empty();
    made.owed_after = step.owed_after.empty() ? kNone : step_index(step, "owed", step.owed_after);
    made.group = group_of(index);
    if (!step.call.empty()) {
      made.call = out_.find_flow(step.call);
      if (made.call == kNone) fail(fmt::format("step {}: call: no flow «{}»", step.id, step.call), step.origin);
    }
    made.first_alternative = static_cast<std::uint32_t>(program.alternatives.size());
    made.alternatives = static_cast<std::uint32_t>(step.done.any.size());
    for (const std::vector<content::EvidencePart>& parts : step.done.any) compile_alternative(parts, step, index, program);
    if (step.only_if) {
      made.only_if = condition(*step.only_if, fmt::format("step {}: if", step.id), step.origin);
      made.latches = made.only_if != kNoCondition && conditions_.traits(made.only_if).triggered;
      if (made.latches) use(made.only_if, {Use::Kind::latch, index_, index, 0, 0});
    }
    made.first_branch = static_cast<std::uint32_t>(program.branches.size());
    made.branches = static_cast<std::uint32_t>(step.next.size());
    for (const content::FlowBranch& branch : step.next) compile_branch(branch, step, index, program);
    program.steps.push_back(std::move(made));
  }

  void compile_branch(const content::FlowBranch& branch, const content::FlowStep& step, std::uint32_t index, FlowProgram& program) {
    const auto number = static_cast<std::uint32_t>(program.branches.size());
    Branch& made = program.branches.emplace_back();
    made.to = branch.to == "end" ? static_cast<std::uint32_t>(flow_->steps.size()) : step_index(step, "next", branch.to);
    if (!branch.only_if) return;
    made.only_if = condition(*branch.only_if, fmt::format("step {}: next", step.id), step.origin);
    made.latches = made.only_if != kNoCondition && conditions_.traits(made.only_if).triggered;
    if (made.latches) use(made.only_if, {Use::Kind::branch, index_, index, number, 0});
  }

  // The first of the steps around this one that have no order among them; the step itself where it stands alone.
  std::uint32_t group_of(std::uint32_t index) const {
    std::uint32_t first = index;
    const std::string& name = flow_->steps[index].together;
    while (!name.empty() && first > 0 && flow_->steps[first - 1].together == name) --first;
    return first;
  }

  std::uint32_t step_index(const content::FlowStep& step, std::string_view key, const std::string& wanted) {
    const auto found = std::ranges::find(flow_->steps, wanted, &content::FlowStep::id);
    if (found != flow_->steps.end()) return static_cast<std::uint32_t>(found - flow_->steps.begin());
    fail(fmt::format("step {}: {}: no step «{}»", step.id, key, wanted), step.origin);
    return kNone;
  }

  void compile_field_part(const std::string& name, const content::FlowStep& step, std::uint32_t index, std::uint32_t alternative, std::uint32_t bit,
                          FlowProgram& program) {
    const auto found = std::ranges::find(flow_->fields, name, &FlowField::name);
    if (found == flow_->fields.end()) return fail(fmt::format("step {}: done: no field «{}»", step.id, name), step.origin);
    const auto field = static_cast<std::uint32_t>(found - flow_->fields.begin());
    program.field_parts.push_back({field, index, alternative, bit});
    program.alternatives[alternative].fields |= std::uint64_t{1} << bit;
  }

  void compile_alternative(const std::vector<content::EvidencePart>& parts, const content::FlowStep& step, std::uint32_t index, FlowProgram& program) {
    const auto number = static_cast<std::uint32_t>(program.alternatives.size());
    Alternative& made = program.alternatives.emplace_back();
    made.reads_field.assign(flow_->fields.size(), 0);
    if (parts.empty() || parts.size() > kMaxParts)
      return fail(fmt::format("step {}: done: from 1 to {} parts, not {}", step.id, kMaxParts, parts.size()), step.origin);
    for (std::uint32_t bit = 0; bit < parts.size(); ++bit) {
      made.all |= std::uint64_t{1} << bit;
      made.parts.push_back(kNoCondition);
      if (!parts[bit].field.empty()) {
        compile_field_part(parts[bit].field, step, index, number, bit, program);
        continue;
      }
      made.parts.back() = trigger(parts[bit].when, fmt::format("step {}: done", step.id), step.origin);
      use(made.parts.back(), {Use::Kind::part, index_, index, number, bit});
      for (std::size_t field = 0; field < flow_->fields.size(); ++field)
        if (reads_field(parts[bit].when.root, flow_->fields[field])) made.reads_field[field] |= std::uint64_t{1} << bit;
    }
  }

  // A knowledge topic speaks for the flows that its articles name.
  void compile_topics() {
    std::map<std::string, std::vector<std::uint32_t>> flows;
    for (const content::Article& article : library_.articles) {
      const std::uint32_t flow = out_.find_flow(article.flow);
      if (flow == kNone) continue;
      for (const std::string& topic : article.topics)
        if (std::ranges::find(flows[topic], flow) == flows[topic].end()) flows[topic].push_back(flow);
    }
    for (auto& [topic, list] : flows) out_.topics.push_back({topic, std::move(list)});
  }

  const content::PhraseClass* find_class(std::string_view id) const {
    const auto found = std::ranges::find(library_.classes, id, &content::PhraseClass::id);
    return found == library_.classes.end() ? nullptr : &*found;
  }

  // Without the class no words are a correction: a value that comes again merely replaces the older one.
  void add_correction() {
    const content::PhraseClass* words = library_.flows.empty() ? nullptr : find_class(kCorrectionClass);
    if (words == nullptr) return;
    auto parsed = content::parse_condition(fmt::format("customer|rep says \"{{{}}}\"", kCorrectionClass));
    FENSHEN_CHECK(parsed.has_value());
    use(condition(*parsed, "correction", words->origin), {Use::Kind::correction, 0, 0, 0, 0});
  }

  // Words that deny the value right behind them. They are compared with the text before an entity, so they are plain.
  void add_denials() {
    const content::PhraseClass* words = find_class(kDenialClass);
    if (words == nullptr) return;
    for (const std::string& phrase : words->phrases) {
      const auto pattern = content::parse_pattern(phrase);
      if (!pattern) continue;  // the class's own check names it
      for (const content::PatternSequence& sequence : pattern->alternatives) {
        if (sequence.size() != 1 || sequence[0].kind != content::PatternNode::Kind::literal || sequence[0].prefix || out_.denials.size() == kMaxDenials)
          return fail(fmt::format("class {}: «{}»: only plain words joined by |, at most {}", kDenialClass, phrase, kMaxDenials), words->origin);
        out_.denials.push_back(sequence[0].text);
      }
    }
  }

  void add_contact_evidence() {
    for (const content::FlowStep& step : library_.common_steps) {
      if (step.id != kContactStep) continue;
      for (const std::vector<content::EvidencePart>& parts : step.done.any)
        for (const content::EvidencePart& part : parts)
          if (part.field.empty()) use(trigger(part.when, fmt::format("step {}: done", step.id), step.origin), {Use::Kind::contact, 0, 0, 0, 0});
    }
  }

  void use(ConditionId condition, Use what) { out_.uses.add(condition, what); }

  ConditionId condition(const content::Condition& source, const std::string& key, const content::Origin& origin) {
    return taken(signals::add_condition(conditions_, source, key), origin);
  }
  ConditionId trigger(const content::Condition& source, const std::string& key, const content::Origin& origin) {
    return taken(signals::add_trigger(conditions_, source, key), origin);
  }
  ConditionId taken(core::Result<ConditionId> id, const content::Origin& origin) {
    if (id) return *id;
    fail(std::move(id.error().message), origin, id.error().code);
    return kNoCondition;
  }

  void fail(std::string message, const content::Origin& origin, core::Code code = core::Code::invalid) {
    const std::string flow = flow_ == nullptr ? "" : fmt::format("flow {}: ", flow_->id);
    errors_.push_back({code, flow + message, fmt::format("{}:{}", origin.file, origin.line)});
  }

  const content::Library& library_;
  signals::ConditionSetBuilder& conditions_;
  std::vector<core::Error>& errors_;
  FlowSet::Impl& out_;
  const content::Flow* flow_ = nullptr;
  std::uint32_t index_ = 0;
};

}  // namespace

std::uint32_t FlowSet::Impl::find_flow(std::string_view code) const {
  const auto found = std::ranges::find(codes, code);
  return found == codes.end() ? kNone : static_cast<std::uint32_t>(found - codes.begin());
}

std::shared_ptr<const FlowSet> FlowSet::compile(const content::Library& library, signals::ConditionSetBuilder& conditions,
                                                std::vector<core::Error>& errors) {
  auto impl = std::make_unique<Impl>();
  Compiler(library, conditions, errors, *impl).run();
  return std::shared_ptr<const FlowSet>(new FlowSet(std::move(impl)));
}

FlowSet::FlowSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FlowSet::~FlowSet() = default;

}  // namespace fenshen::flow
