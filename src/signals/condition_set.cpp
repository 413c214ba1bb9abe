// Evaluation: what happened names the candidates through the indexes; only these are evaluated.
#include "signals/condition_set.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/check.h"
#include "signals/internal/condition_program.h"

namespace fenshen::signals {
namespace {

using content::Comparison;
using Impl = ConditionSet::Impl;
using Kind = content::ConditionNode::Kind;

const conversation::Fields* data_of(const Facts& facts) {
  if (facts.event == nullptr) return nullptr;
  if (const auto* business = std::get_if<conversation::BusinessEvent>(&facts.event->body)) return &business->data;
  if (const auto* act = std::get_if<conversation::ActProposed>(&facts.event->body)) return &act->data;
  return nullptr;
}

class Evaluator {
 public:
  Evaluator(const Impl& set, const Facts& facts) : set_(set), facts_(facts), data_(data_of(facts)) {}

  bool holds(const CompiledNode& node) const {
    switch (node.kind) {
      case Kind::all: return std::ranges::all_of(children(node), [&](const CompiledNode& child) { return holds(child); });
      case Kind::any: return std::ranges::any_of(children(node), [&](const CompiledNode& child) { return holds(child); });
      case Kind::negate: return !holds(set_.nodes[node.first_child]);
      case Kind::compare: return compares_hold(node, {});
      default: {
        Span span;
        return happened(node, span);
      }
    }
  }

  // The first atom, in the order written, that is under no negation and true now.
  bool find_trigger(const CompiledNode& node, bool negated, Span& span) const {
    switch (node.kind) {
      case Kind::negate: negated = !negated; [[fallthrough]];
      case Kind::all:
      case Kind::any: return std::ranges::any_of(children(node), [&](const CompiledNode& child) { return find_trigger(child, negated, span); });
      case Kind::compare: return false;
      default: return !negated && happened(node, span);
    }
  }

  static bool is_atom(Kind kind) { return kind != Kind::all && kind != Kind::any && kind != Kind::negate && kind != Kind::compare; }

  bool happened(const CompiledNode& node, Span& span) const {
    switch (node.kind) {
      case Kind::says:
      case Kind::matches: return said(node, span);
      case Kind::gives: return given(node, span);
      case Kind::speaks: return facts_.reading != nullptr && speaker_in(node);
      case Kind::emotion: return felt(node, span);
      case Kind::event: return business(node);
      case Kind::act: return proposed(node);
      case Kind::start: return facts_.event != nullptr && std::holds_alternative<conversation::ConversationStarted>(facts_.event->body);
      case Kind::end: return facts_.event != nullptr && std::holds_alternative<conversation::ConversationEnded>(facts_.event->body);
      case Kind::step: return derived(Happening::Kind::step_done, node);
      case Kind::enters: return derived(Happening::Kind::flow_entered, node);
      case Kind::intent: return derived(Happening::Kind::intent, node);
      default: return false;
    }
  }

 private:
  std::span<const CompiledNode> children(const CompiledNode& node) const { return {set_.nodes.data() + node.first_child, node.children}; }
  bool speaker_in(const CompiledNode& node) const { return (node.speakers & speaker_bit(facts_.speaker)) != 0; }

  bool said(const CompiledNode& node, Span& span) const {
    if (facts_.reading == nullptr || !speaker_in(node)) return false;
    const auto& hits = facts_.reading->hits;
    const auto found = std::ranges::lower_bound(hits, node.pattern, {}, &Hit::pattern);
    if (found == hits.end() || found->pattern != node.pattern) return false;
    span = found->span;
    return true;
  }

  bool given(const CompiledNode& node, Span& span) const {
    if (facts_.reading == nullptr || !speaker_in(node)) return false;
    for (const Entity& entity : facts_.reading->entities) {
      if (entity.type != node.entity || !compares_hold(node, entity.value)) continue;
      span = entity.span;
      return true;
    }
    return false;
  }

  bool felt(const CompiledNode& node, Span& span) const {
    if (facts_.reading == nullptr || facts_.speaker != conversation::Speaker::customer) return false;
    if (((node.emotions >> static_cast<unsigned>(facts_.reading->emotion)) & 1U) == 0) return false;
    span = facts_.reading->emotion_span;
    return true;
  }

  bool business(const CompiledNode& node) const {
    if (facts_.event == nullptr) return false;
    const auto* event = std::get_if<conversation::BusinessEvent>(&facts_.event->body);
    return event != nullptr && event->name == set_.names[node.name] && compares_hold(node, {});
  }

  bool proposed(const CompiledNode& node) const {
    if (facts_.event == nullptr) return false;
    const auto* act = std::get_if<conversation::ActProposed>(&facts_.event->body);
    return act != nullptr && act->kind == set_.names[node.name] && compares_hold(node, {});
  }

  bool derived(Happening::Kind kind, const CompiledNode& node) const {
    const std::string& name = set_.names[node.name];
    return std::ranges::any_of(facts_.happenings, [&](const Happening& one) { return one.kind == kind && one.name == name; });
  }

  bool compares_hold(const CompiledNode& node, std::string_view entity) const {
    for (std::uint32_t i = 0; i < node.compares; ++i)
      if (!compare_holds(set_.compares[node.first_compare + i], entity)) return false;
    return true;
  }

  bool compare_holds(const CompiledCompare& compare, std::string_view entity) const {
    if (compare.left.from == CompiledOperand::From::flow) return flow_holds(compare);
    const ValueView left = value_of(compare.left, entity);
    if (compare.op == Comparison::missing) return left.kind == Value::Kind::missing;
    if (compare.op == Comparison::present) return left.kind != Value::Kind::missing;
    if (compare.op != Comparison::in) return compare_values(left, compare.op, value_of(compare.right.front(), entity));
    return std::ranges::any_of(compare.right, [&](const CompiledOperand& one) {
      return compare_values(left, Comparison::equal, value_of(one, entity));
    });
  }

  // True for any flow on the stack; != for none of them.
  bool flow_holds(const CompiledCompare& compare) const {
    if (compare.op == Comparison::missing) return facts_.active_flows.empty();
    if (compare.op == Comparison::present) return !facts_.active_flows.empty();
    const auto on_stack = [&](const CompiledOperand& one) {
      return std::ranges::find(facts_.active_flows, value_of(one, {}).text) != facts_.active_flows.end();
    };
    if (compare.op != Comparison::not_equal) return std::ranges::any_of(compare.right, on_stack);
    const bool missing = facts_.active_flows.empty() || value_of(compare.right.front(), {}).kind == Value::Kind::missing;
    return !missing && !on_stack(compare.right.front());
  }

  ValueView value_of(const CompiledOperand& operand, std::string_view entity) const {
    switch (operand.from) {
      case CompiledOperand::From::constant: return view_of(operand.constant);
      case CompiledOperand::From::context: return facts_.context == nullptr ? ValueView{} : view_of(facts_.context->get(operand.path));
      case CompiledOperand::From::entity: return view_value(entity);
      case CompiledOperand::From::event: {
        const std::string* text = data_ == nullptr ? nullptr : conversation::find(*data_, operand.text);
        return text == nullptr ? ValueView{} : view_value(*text);
      }
      case CompiledOperand::From::flow: return {};  // only on the left: flow_holds
    }
    return {};
  }

  const Impl& set_;
  const Facts& facts_;
  const conversation::Fields* data_;
};

// Gathers candidates once each.
class Gatherer {
 public:
  Gatherer(const Impl& set, const Facts& facts, ConditionSet::Scratch& scratch, const std::vector<Truth>& known)
      : set_(set), facts_(facts), scratch_(scratch) {
    if (scratch.marks.size() < set.roots.size()) scratch.marks.resize(set.roots.size(), 0);
    if (scratch.epoch == std::numeric_limits<std::uint32_t>::max()) {
      std::ranges::fill(scratch.marks, 0U);
      scratch.epoch = 0;
    }
    ++scratch.epoch;
    scratch.candidates.clear();
    for (const Truth& truth : known) scratch.marks[truth.condition] = scratch.epoch;
  }

  void from_event() {
    if (facts_.reading != nullptr) from_reading(*facts_.reading);
    if (facts_.event == nullptr) return;
    if (const auto* business = std::get_if<conversation::BusinessEvent>(&facts_.event->body)) by_name(set_.event_waiting, business->name);
    else if (const auto* act = std::get_if<conversation::ActProposed>(&facts_.event->body)) by_name(set_.act_waiting, act->kind);
    else if (std::holds_alternative<conversation::ConversationStarted>(facts_.event->body)) all(set_.start_waiting);
    else if (std::holds_alternative<conversation::ConversationEnded>(facts_.event->body)) all(set_.end_waiting);
  }

  void from_happenings() {
    for (const Happening& one : facts_.happenings) {
      switch (one.kind) {
        case Happening::Kind::step_done: by_name(set_.step_waiting, one.name); break;
        case Happening::Kind::intent: by_name(set_.intent_waiting, one.name); break;
        case Happening::Kind::field: by_name(set_.field_waiting, one.name); break;
        case Happening::Kind::flow_entered:
          by_name(set_.flow_waiting, one.name);
          all(set_.flow_readers);
          break;
      }
    }
  }

 private:
  void from_reading(const Reading& reading) {
    const std::uint8_t bit = speaker_bit(facts_.speaker);
    const std::size_t patterns = set_.pattern_first.size() - 1;
    for (const Hit& hit : reading.hits) {
      if (hit.pattern >= patterns) break;  // hits come by pattern id
      for (std::uint32_t i = set_.pattern_first[hit.pattern]; i < set_.pattern_first[hit.pattern + 1]; ++i) add(set_.pattern_waiting[i], bit);
    }
    for (const Entity& entity : reading.entities)
      for (const Waiting& one : set_.entity_waiting[static_cast<std::size_t>(entity.type)]) add(one, bit);
    all(set_.speaker_waiting[static_cast<std::size_t>(facts_.speaker)]);
    if (facts_.speaker == conversation::Speaker::customer) all(set_.emotion_waiting[static_cast<std::size_t>(reading.emotion)]);
  }

  void by_name(const WaitingByName& waiting, std::string_view name) {
    if (const auto found = waiting.find(name); found != waiting.end()) all(found->second);
  }
  void all(const WaitingList& waiting) {
    for (const Waiting& one : waiting) mark(one.condition);
  }
  void add(const Waiting& one, std::uint8_t speaker) {
    if ((one.speakers & speaker) != 0) mark(one.condition);
  }
  void mark(ConditionId condition) {
    if (std::exchange(scratch_.marks[condition], scratch_.epoch) != scratch_.epoch) scratch_.candidates.push_back(condition);
  }

  const Impl& set_;
  const Facts& facts_;
  ConditionSet::Scratch& scratch_;
};

}  // namespace

ConditionSet::ConditionSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ConditionSet::~ConditionSet() = default;

void ConditionSet::happened(const Facts& facts, bool only_happenings, Scratch& scratch, std::vector<Truth>& out) const {
  Gatherer gatherer(*impl_, facts, scratch, out);
  if (!only_happenings) gatherer.from_event();
  gatherer.from_happenings();
  if (scratch.candidates.empty()) return;
  std::ranges::sort(scratch.candidates);
  const Evaluator evaluator(*impl_, facts);
  for (const ConditionId condition : scratch.candidates) {
    const CompiledNode& root = impl_->nodes[impl_->roots[condition]];
    Truth truth{condition, {}};
    const bool is_true = Evaluator::is_atom(root.kind) ? evaluator.happened(root, truth.span)
                                                       : evaluator.holds(root) && evaluator.find_trigger(root, false, truth.span);
    if (is_true) out.push_back(truth);
  }
}

bool ConditionSet::holds(ConditionId condition, const Facts& facts) const {
  FENSHEN_CHECK(condition < impl_->roots.size());
  return Evaluator(*impl_, facts).holds(impl_->nodes[impl_->roots[condition]]);
}

const ConditionTraits& ConditionSet::traits(ConditionId condition) const {
  FENSHEN_CHECK(condition < impl_->traits.size());
  return impl_->traits[condition];
}

bool ConditionSet::find_path(std::string_view text, PathId& path) const {
  const auto found = impl_->path_ids.find(text);
  if (found == impl_->path_ids.end()) return false;
  path = found->second;
  return true;
}

std::span<const std::string> ConditionSet::paths() const { return impl_->paths; }
bool ConditionSet::reads_intents() const { return std::ranges::any_of(impl_->nodes, [](const CompiledNode& node) { return node.kind == Kind::intent; }); }

std::size_t ConditionSet::size() const { return impl_->roots.size(); }

}  // namespace fenshen::signals
