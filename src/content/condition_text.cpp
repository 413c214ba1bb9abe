// Conditions written back, and what can be told from their shape.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>

#include "content/condition.h"
#include "content/internal/condition_words.h"

namespace fenshen::content {
namespace {

using Kind = ConditionNode::Kind;

std::string_view operator_text(Comparison op) {
  switch (op) {
    case Comparison::in: return "in";
    case Comparison::missing: return "is missing";
    case Comparison::present: return "is present";
    default: return std::ranges::find(kOperators, op, &OperatorName::op)->text;
  }
}

void append_operand(std::string& out, const Operand& operand) {
  if (operand.is_path) {
    out += operand.text;
    return;
  }
  out += '"';
  for (const char c : operand.text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_comparison(std::string& out, const CompareNode& compare, bool with_path) {
  if (with_path) out += compare.path;
  out += fmt::format(" {}", operator_text(compare.op));
  if (compare.values.empty()) return;
  out += compare.op == Comparison::in ? " [" : " ";
  for (std::size_t i = 0; i < compare.values.size(); ++i) {
    if (i != 0) out += ", ";
    append_operand(out, compare.values[i]);
  }
  if (compare.op == Comparison::in) out += ']';
}

void append_speakers(std::string& out, std::uint8_t speakers) {
  bool first = true;
  for (const SpeakerName& speaker : std::span(kSpeakers).first(3)) {
    if ((speakers & speaker.bits) == 0) continue;
    if (!first) out += '|';
    out += speaker.name;
    first = false;
  }
}

void append_node(std::string& out, const ConditionNode& node);

// Parentheses only where reading would need them, so that what is written nests no deeper than what was read.
void append_child(std::string& out, const ConditionNode& parent, const ConditionNode& child) {
  const bool nests = child.kind == Kind::any || (child.kind == Kind::all && parent.kind != Kind::any);
  if (nests) out += '(';
  append_node(out, child);
  if (nests) out += ')';
}

void append_children(std::string& out, const ConditionNode& node) {
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i != 0) out += node.kind == Kind::all ? " and " : " or ";
    append_child(out, node, node.children[i]);
  }
}

void append_says(std::string& out, const ConditionNode& node) {
  append_speakers(out, node.speakers);
  out += fmt::format(" {} \"{}\"", node.kind == Kind::says ? "says" : "matches", node.pattern_text);
  bool first = true;
  for (std::size_t i = 0; i < kGuards.size(); ++i) {
    if (((node.guards >> i) & 1U) == 0) continue;
    out += first ? " unless " : ", ";
    out += kGuards[i].name;
    first = false;
  }
  if (!node.unless_text.empty()) out += fmt::format(" unless \"{}\"", node.unless_text);
  if (!node.unless_before_text.empty()) out += fmt::format(" unless_before \"{}\"", node.unless_before_text);
}

void append_gives(std::string& out, const ConditionNode& node) {
  append_speakers(out, node.speakers);
  out += " gives " + node.name;
  for (const CompareNode& compare : node.compares) append_comparison(out, compare, false);
}

// An event or an act, with what is asked of its data.
void append_event(std::string& out, std::string_view word, const ConditionNode& node) {
  out.append(word).append(node.name);
  for (std::size_t i = 0; i < node.compares.size(); ++i) {
    out += i == 0 ? " where " : ", ";
    append_comparison(out, node.compares[i], true);
  }
}

void append_emotion(std::string& out, const ConditionNode& node) {
  out += "emotion in [";
  for (std::size_t i = 0; i < node.names.size(); ++i) out += (i == 0 ? "" : ", ") + node.names[i];
  out += ']';
}

void append_node(std::string& out, const ConditionNode& node) {
  switch (node.kind) {
    case Kind::all:
    case Kind::any: return append_children(out, node);
    case Kind::negate:
      out += "not ";
      return append_child(out, node, node.children.front());
    case Kind::says:
    case Kind::matches: return append_says(out, node);
    case Kind::gives: return append_gives(out, node);
    case Kind::event: return append_event(out, "event ", node);
    case Kind::step: out += "step " + node.name; return;
    case Kind::enters: out += "enters " + node.name; return;
    case Kind::act: return append_event(out, "act ", node);
    case Kind::intent: out += "intent " + node.name; return;
    case Kind::emotion: return append_emotion(out, node);
    case Kind::speaks:
      append_speakers(out, node.speakers);
      out += " speaks";
      return;
    case Kind::start: out += "start"; return;
    case Kind::end: out += "end"; return;
    case Kind::compare: return append_comparison(out, node.compares.front(), true);
  }
}

struct Census {
  std::size_t positive = 0, negative = 0, comparisons = 0;
};

void count_atoms(const ConditionNode& node, bool negated, Census& census) {
  if (node.kind == Kind::negate) negated = !negated;
  if (node.kind == Kind::all || node.kind == Kind::any || node.kind == Kind::negate) {
    for (const ConditionNode& child : node.children) count_atoms(child, negated, census);
    return;
  }
  if (node.kind == Kind::compare) ++census.comparisons;
  else ++(negated ? census.negative : census.positive);
}

Census census_of(const ConditionNode& node) {
  Census census;
  count_atoms(node, false, census);
  return census;
}

}  // namespace

std::string to_text(const ConditionNode& node) {
  std::string text;
  append_node(text, node);
  return text;
}

bool has_trigger(const ConditionNode& node) { return census_of(node).positive > 0; }

bool only_negated_triggers(const ConditionNode& node) {
  const Census census = census_of(node);
  return census.positive == 0 && census.comparisons == 0 && census.negative > 0;
}

}  // namespace fenshen::content
