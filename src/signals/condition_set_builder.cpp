// Conditions to nodes and indexes. What a condition names (classes, entity types, flows, steps, topics) is checked here.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "content/pattern.h"
#include "core/check.h"
#include "signals/internal/condition_program.h"

namespace fenshen::signals {
namespace {

using content::CompareNode;
using content::Comparison;
using content::ConditionNode;
using Kind = ConditionNode::Kind;
using Names = std::set<std::string, std::less<>>;

constexpr std::string_view kEventPrefix = "event.";
constexpr std::string_view kFieldPrefix = "fields.";

std::string at_column(std::uint32_t column) { return column == 0 ? std::string() : fmt::format("column {}", column); }

std::unexpected<core::Error> unknown(std::string_view what, std::string_view name, std::uint32_t column) {
  return core::fail(core::Code::not_found, fmt::format("{} «{}» does not exist", what, name), at_column(column));
}

std::uint8_t emotion_bit(std::string_view name) {
  for (const Emotion emotion : {Emotion::calm, Emotion::dissatisfied, Emotion::angry, Emotion::anxious, Emotion::sad})
    if (to_string(emotion) == name) return static_cast<std::uint8_t>(1U << static_cast<unsigned>(emotion));
  return 0;
}

struct PatternAtom {
  PatternId pattern;
  Waiting waiting;
};

}  // namespace

struct ConditionSetBuilder::Impl {
  Impl(const content::Library& library, LexiconBuilder& lexicon_builder) : lexicon(lexicon_builder) {
    for (const content::PhraseClass& item : library.classes) classes.insert(item.id);
    for (const content::Flow& flow : library.flows) {
      flows.insert(flow.id);
      for (const content::FlowStep& step : flow.steps) steps.insert(flow.id + "." + step.id);
    }
    for (const content::Article& article : library.articles) topics.insert(article.topics.begin(), article.topics.end());
  }

  core::Result<ConditionId> add(const content::Condition& condition);
  core::Status compile(const ConditionNode& source, std::uint32_t at, bool negated);
  core::Status compile_atom(const ConditionNode& source, CompiledNode& node);
  core::Status compile_says(const ConditionNode& source, CompiledNode& node);
  core::Status check_classes(const std::string& pattern, std::uint32_t column) const;
  core::Status compile_compares(const ConditionNode& source, CompiledNode& node);
  core::Result<CompiledCompare> compile_compare(const CompareNode& source, Kind kind);
  core::Result<CompiledOperand> path_operand(const std::string& text, std::uint32_t column);
  core::Status name_of(const ConditionNode& source, const Names& known, std::string_view what, CompiledNode& node);
  std::uint32_t intern(const std::string& name);
  core::Result<PathId> path_id(const std::string& text, std::uint32_t column);
  void wait_for(std::uint32_t root, bool negated, ConditionId condition);
  void wait_for_atom(const CompiledNode& node, ConditionId condition);
  void index_patterns();
  void index_readers();

  LexiconBuilder& lexicon;
  Names classes, flows, steps, topics;
  std::unique_ptr<ConditionSet::Impl> made = std::make_unique<ConditionSet::Impl>();
  std::map<std::string, ConditionId> by_text;
  std::vector<PatternAtom> pattern_atoms;
  ConditionTraits current;  // of the condition being compiled
};

core::Result<ConditionId> ConditionSetBuilder::Impl::add(const content::Condition& condition) {
  std::string text = content::to_text(condition.root);
  if (const auto found = by_text.find(text); found != by_text.end()) return found->second;
  if (content::only_negated_triggers(condition.root))
    return core::fail(core::Code::invalid, "consists of negations only: it would say when nothing happens", at_column(condition.root.column));
  current = {};
  current.triggered = content::has_trigger(condition.root);
  const auto root = static_cast<std::uint32_t>(made->nodes.size());
  made->nodes.emplace_back();
  if (auto status = compile(condition.root, root, false); !status) {
    made->nodes.resize(root);  // its compares and names stay: nothing points there
    return std::unexpected(std::move(status.error()));
  }
  std::ranges::sort(current.paths);
  current.paths.erase(std::ranges::unique(current.paths).begin(), current.paths.end());
  const auto id = static_cast<ConditionId>(made->roots.size());
  made->roots.push_back(root);
  made->traits.push_back(std::move(current));
  wait_for(root, false, id);
  by_text.emplace(std::move(text), id);
  return id;
}

core::Status ConditionSetBuilder::Impl::compile(const ConditionNode& source, std::uint32_t at, bool negated) {
  CompiledNode node;
  node.kind = source.kind;
  if (source.kind != Kind::all && source.kind != Kind::any && source.kind != Kind::negate) {
    if (negated && source.kind != Kind::compare) current.every_event = true;
    TRY(compile_atom(source, node));
    made->nodes[at] = node;
    return {};
  }
  node.first_child = static_cast<std::uint32_t>(made->nodes.size());
  node.children = static_cast<std::uint32_t>(source.children.size());
  made->nodes.resize(made->nodes.size() + source.children.size());
  made->nodes[at] = node;
  const bool flips = source.kind == Kind::negate;
  for (std::uint32_t i = 0; i < node.children; ++i) TRY(compile(source.children[i], node.first_child + i, negated != flips));
  return {};
}

core::Status ConditionSetBuilder::Impl::compile_atom(const ConditionNode& source, CompiledNode& node) {
  node.speakers = source.speakers;
  switch (source.kind) {
    case Kind::says:
    case Kind::matches: return compile_says(source, node);
    case Kind::gives:
      if (!parse_entity_type(source.name, node.entity)) return unknown("entity type", source.name, source.column);
      return compile_compares(source, node);
    case Kind::event:
    case Kind::act: {
      node.name = intern(source.name);
      return compile_compares(source, node);
    }
    case Kind::step: return name_of(source, steps, "step", node);
    case Kind::enters: return name_of(source, flows, "flow", node);
    case Kind::intent: return name_of(source, topics, "topic", node);
    case Kind::emotion:
      for (const std::string& name : source.names) node.emotions |= emotion_bit(name);
      return {};
    case Kind::compare: return compile_compares(source, node);
    default: return {};
  }
}

core::Status ConditionSetBuilder::Impl::compile_says(const ConditionNode& source, CompiledNode& node) {
  const bool regex = source.kind == Kind::matches;
  if (!regex) TRY(check_classes(source.pattern_text, source.pattern_column));
  TRY(check_classes(source.unless_text, source.unless_column));
  TRY(check_classes(source.unless_before_text, source.unless_before_column));
  for (std::size_t i = 0; i < content::kGuards.size(); ++i)
    if (((source.guards >> i) & 1U) != 0 && !classes.contains(content::kGuards[i].phrase_class))
      return unknown("class", content::kGuards[i].phrase_class, source.guards_column);
  auto pattern = regex ? lexicon.add_regex(source.pattern_text, source.unless_text, source.unless_before_text, source.guards)
                       : lexicon.add(source.pattern_text, source.unless_text, source.unless_before_text, source.guards);
  if (!pattern) return core::fail(pattern.error().code, pattern.error().message, at_column(source.pattern_column));
  node.pattern = *pattern;
  return {};
}

core::Status ConditionSetBuilder::Impl::check_classes(const std::string& pattern, std::uint32_t column) const {
  if (pattern.empty()) return {};
  const auto parsed = content::parse_pattern(pattern);
  if (!parsed) return core::fail(core::Code::invalid, parsed.error().message, at_column(column));
  for (const std::string& name : content::referenced_classes(*parsed))
    if (!classes.contains(name)) return unknown("class", name, column);
  return {};
}

core::Status ConditionSetBuilder::Impl::compile_compares(const ConditionNode& source, CompiledNode& node) {
  std::vector<CompiledCompare> compiled;
  for (const CompareNode& compare : source.compares) {
    TRY_ASSIGN(auto one, compile_compare(compare, source.kind));
    compiled.push_back(std::move(one));
  }
  node.first_compare = static_cast<std::uint32_t>(made->compares.size());
  node.compares = static_cast<std::uint32_t>(compiled.size());
  std::ranges::move(compiled, std::back_inserter(made->compares));
  return {};
}

core::Result<CompiledCompare> ConditionSetBuilder::Impl::compile_compare(const CompareNode& source, Kind kind) {
  CompiledCompare compare;
  compare.op = source.op;
  if (kind == Kind::gives) compare.left.from = CompiledOperand::From::entity;
  else if (kind == Kind::event || kind == Kind::act) compare.left = {CompiledOperand::From::event, 0, source.path, {}};
  else { TRY_ASSIGN(compare.left, path_operand(source.path, source.column)); }
  for (const content::Operand& value : source.values) {
    if (!value.is_path) {
      Value constant = parse_value(value.text);
      if (is_ordering(source.op) && constant.kind == Value::Kind::text)
        return core::fail(core::Code::invalid, fmt::format("«{}» has no order: a number, a level or a date is needed", value.text),
                          at_column(source.column));
      compare.right.push_back({CompiledOperand::From::constant, 0, {}, std::move(constant)});
      continue;
    }
    TRY_ASSIGN(auto operand, path_operand(value.text, source.column));
    if (operand.from == CompiledOperand::From::flow)
      return core::fail(core::Code::invalid, "flow stands on the left side: there may be several", at_column(source.column));
    compare.right.push_back(std::move(operand));
  }
  return compare;
}

core::Result<CompiledOperand> ConditionSetBuilder::Impl::path_operand(const std::string& text, std::uint32_t column) {
  CompiledOperand operand;
  if (text == "flow") {
    operand.from = CompiledOperand::From::flow;
    current.reads_flow = true;
    return operand;
  }
  if (text.starts_with(kEventPrefix)) {
    operand.from = CompiledOperand::From::event;
    operand.text = text.substr(kEventPrefix.size());
    current.every_event = true;
    return operand;
  }
  operand.from = CompiledOperand::From::context;
  TRY_ASSIGN(operand.path, path_id(text, column));
  current.paths.push_back(operand.path);
  return operand;
}

core::Status ConditionSetBuilder::Impl::name_of(const ConditionNode& source, const Names& known, std::string_view what, CompiledNode& node) {
  if (!known.contains(source.name)) return unknown(what, source.name, source.column);
  node.name = intern(source.name);
  return {};
}

std::uint32_t ConditionSetBuilder::Impl::intern(const std::string& name) {
  made->names.push_back(name);
  return static_cast<std::uint32_t>(made->names.size() - 1);
}

core::Result<PathId> ConditionSetBuilder::Impl::path_id(const std::string& text, std::uint32_t column) {
  if (const auto found = made->path_ids.find(text); found != made->path_ids.end()) return found->second;
  if (made->paths.size() >= std::numeric_limits<PathId>::max())
    return core::fail(core::Code::too_large, "too many different paths in conditions", at_column(column));
  const auto id = static_cast<PathId>(made->paths.size());
  made->paths.push_back(text);
  made->path_ids.emplace(text, id);
  return id;
}

void ConditionSetBuilder::Impl::wait_for(std::uint32_t root, bool negated, ConditionId condition) {
  const CompiledNode& node = made->nodes[root];
  const bool branch = node.kind == Kind::all || node.kind == Kind::any || node.kind == Kind::negate;
  if (!branch) {
    if (!negated) wait_for_atom(node, condition);
    return;
  }
  for (std::uint32_t i = 0; i < node.children; ++i)
    wait_for(node.first_child + i, negated != (node.kind == Kind::negate), condition);
}

void ConditionSetBuilder::Impl::wait_for_atom(const CompiledNode& node, ConditionId condition) {
  const Waiting waiting{condition, node.speakers};
  switch (node.kind) {
    case Kind::says:
    case Kind::matches: pattern_atoms.push_back({node.pattern, waiting}); return;
    case Kind::gives: made->entity_waiting[static_cast<std::size_t>(node.entity)].push_back(waiting); return;
    case Kind::event: made->event_waiting[made->names[node.name]].push_back(waiting); return;
    case Kind::step: made->step_waiting[made->names[node.name]].push_back(waiting); return;
    case Kind::enters: made->flow_waiting[made->names[node.name]].push_back(waiting); return;
    case Kind::intent: made->intent_waiting[made->names[node.name]].push_back(waiting); return;
    case Kind::act: made->act_waiting[made->names[node.name]].push_back(waiting); return;
    case Kind::start: made->start_waiting.push_back(waiting); return;
    case Kind::end: made->end_waiting.push_back(waiting); return;
    case Kind::speaks:
      for (std::size_t i = 0; i < made->speaker_waiting.size(); ++i)
        if ((node.speakers >> i) & 1U) made->speaker_waiting[i].push_back(waiting);
      return;
    case Kind::emotion:
      for (std::size_t i = 0; i < made->emotion_waiting.size(); ++i)
        if ((node.emotions >> i) & 1U) made->emotion_waiting[i].push_back(waiting);
      return;
    default: return;
  }
}

// The waiting lists of all patterns side by side: the scan's hits walk them in order.
void ConditionSetBuilder::Impl::index_patterns() {
  std::ranges::stable_sort(pattern_atoms, {}, &PatternAtom::pattern);
  const std::size_t patterns = pattern_atoms.empty() ? 0 : pattern_atoms.back().pattern + std::size_t{1};
  made->pattern_first.assign(patterns + 1, 0);
  for (const PatternAtom& atom : pattern_atoms) ++made->pattern_first[atom.pattern + 1];
  for (std::size_t i = 0; i < patterns; ++i) made->pattern_first[i + 1] += made->pattern_first[i];
  for (const PatternAtom& atom : pattern_atoms) made->pattern_waiting.push_back(atom.waiting);
}

// Conditions to look at again when a field was captured or a flow entered at the event that triggers them.
void ConditionSetBuilder::Impl::index_readers() {
  for (ConditionId id = 0; id < made->traits.size(); ++id) {
    const ConditionTraits& traits = made->traits[id];
    if (!traits.triggered) continue;
    if (traits.reads_flow) made->flow_readers.push_back({id, 0xFF});
    for (const PathId path : traits.paths)
      if (made->paths[path].starts_with(kFieldPrefix)) made->field_waiting[made->paths[path].substr(kFieldPrefix.size())].push_back({id, 0xFF});
  }
}

ConditionSetBuilder::ConditionSetBuilder(const content::Library& library, LexiconBuilder& lexicon)
    : impl_(std::make_unique<Impl>(library, lexicon)) {}
ConditionSetBuilder::~ConditionSetBuilder() = default;

core::Result<ConditionId> ConditionSetBuilder::add(const content::Condition& condition) { return impl_->add(condition); }

const ConditionTraits& ConditionSetBuilder::traits(ConditionId condition) const {
  FENSHEN_CHECK(condition < impl_->made->traits.size());
  return impl_->made->traits[condition];
}

core::Result<PathId> ConditionSetBuilder::path(const std::string& text) { return impl_->path_id(text, 0); }

std::shared_ptr<const ConditionSet> ConditionSetBuilder::build() {
  impl_->index_patterns();
  impl_->index_readers();
  auto made = std::make_shared<const ConditionSet>(std::move(impl_->made));
  impl_->made = std::make_unique<ConditionSet::Impl>();
  impl_->by_text.clear();
  impl_->pattern_atoms.clear();
  return made;
}

}  // namespace fenshen::signals
