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
constexpr std::string_view kContactStep = "OPEN";
struct ConditionUse {
  ConditionId condition = 0;
  Use use;
};

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
    add_contact_evidence();
    index_uses();
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
    made.owed_after = step_index(step);
    made.first_alternative = static_cast<std::uint32_t>(program.alternatives.size());
    made.alternatives = static_cast<std::uint32_t>(step.done.any.size());
    for (const std::vector<content::Condition>& parts : step.done.any) compile_alternative(parts, step, index, program);
    if (step.only_if) {
      made.only_if = condition(*step.only_if, fmt::format("step {}: if", step.id), step.origin);
      made.latches = made.only_if != kNoCondition && conditions_.traits(made.only_if).triggered;
      if (made.latches) use(made.only_if, {Use::Kind::latch, index_, index, 0, 0});
    }
    program.steps.push_back(std::move(made));
  }

  std::uint32_t step_index(const content::FlowStep& step) {
    if (step.owed_after.empty()) return kNone;
    const auto found = std::ranges::find(flow_->steps, step.owed_after, &content::FlowStep::id);
    if (found != flow_->steps.end()) return static_cast<std::uint32_t>(found - flow_->steps.begin());
    fail(fmt::format("step {}: owed: no step «{}»", step.id, step.owed_after), step.origin);
    return kNone;
  }

  void compile_alternative(const std::vector<content::Condition>& parts, const content::FlowStep& step, std::uint32_t index, FlowProgram& program) {
    const auto number = static_cast<std::uint32_t>(program.alternatives.size());
    Alternative& made = program.alternatives.emplace_back();
    made.reads_field.assign(flow_->fields.size(), 0);
    if (parts.empty() || parts.size() > kMaxParts)
      return fail(fmt::format("step {}: done: from 1 to {} parts, not {}", step.id, kMaxParts, parts.size()), step.origin);
    for (std::uint32_t bit = 0; bit < parts.size(); ++bit) {
      const ConditionId id = trigger(parts[bit], fmt::format("step {}: done", step.id), step.origin);
      use(id, {Use::Kind::part, index_, index, number, bit});
      made.parts.push_back(id);
      made.all |= std::uint64_t{1} << bit;
      for (std::size_t field = 0; field < flow_->fields.size(); ++field)
        if (reads_field(parts[bit].root, flow_->fields[field])) made.reads_field[field] |= std::uint64_t{1} << bit;
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

  void add_correction() {
    if (library_.flows.empty()) return;
    auto parsed = content::parse_condition(fmt::format("customer|rep says \"{}\"", kCorrectionPattern));
    FENSHEN_CHECK(parsed.has_value());
    use(condition(*parsed, "correction", {}), {Use::Kind::correction, 0, 0, 0, 0});
  }

  void add_contact_evidence() {
    for (const content::FlowStep& step : library_.common_steps) {
      if (step.id != kContactStep) continue;
      for (const std::vector<content::Condition>& parts : step.done.any)
        for (const content::Condition& part : parts) use(trigger(part, fmt::format("step {}: done", step.id), step.origin), {Use::Kind::contact, 0, 0, 0, 0});
    }
  }

  void use(ConditionId condition, Use what) {
    if (condition != kNoCondition) uses_.push_back({condition, what});
  }

  ConditionId condition(const content::Condition& source, const std::string& key, const content::Origin& origin) {
    auto id = conditions_.add(source);
    if (id) return *id;
    fail(fmt::format("{}: {}{}", key, id.error().where.empty() ? "" : id.error().where + ": ", id.error().message), origin, id.error().code);
    return kNoCondition;
  }

  ConditionId trigger(const content::Condition& source, const std::string& key, const content::Origin& origin) {
    const ConditionId id = condition(source, key, origin);
    if (id != kNoCondition && !conditions_.traits(id).triggered)
      fail(fmt::format("{}: holds comparisons only; nothing would make it be looked at", key), origin);
    return id;
  }

  void fail(std::string message, const content::Origin& origin, core::Code code = core::Code::invalid) {
    const std::string flow = flow_ == nullptr ? "" : fmt::format("flow {}: ", flow_->id);
    errors_.push_back({code, flow + message, fmt::format("{}:{}", origin.file, origin.line)});
  }

  void index_uses() {
    std::ranges::stable_sort(uses_, {}, &ConditionUse::condition);
    const std::size_t conditions = uses_.empty() ? 0 : uses_.back().condition + std::size_t{1};
    out_.use_first.assign(conditions + 1, 0);
    for (const ConditionUse& one : uses_) ++out_.use_first[one.condition + 1];
    for (std::size_t i = 0; i < conditions; ++i) out_.use_first[i + 1] += out_.use_first[i];
    for (const ConditionUse& one : uses_) out_.uses.push_back(one.use);
  }

  const content::Library& library_;
  signals::ConditionSetBuilder& conditions_;
  std::vector<core::Error>& errors_;
  FlowSet::Impl& out_;
  std::vector<ConditionUse> uses_;
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
