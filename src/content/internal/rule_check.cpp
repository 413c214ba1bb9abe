#include "content/internal/rule_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "content/internal/possible.h"

namespace fenshen::content {
namespace {

using Kind = ConditionNode::Kind;
using Texts = std::set<std::string>;

const KnownValues& known_values() {
  static const KnownValues known = {
      {"product.class", {"deposit", "wealth", "fund", "insurance", "loan", "card", "trust", "securities", "fx"}},
      {"product.own", {"true", "false"}},
      {"workday", {"true", "false"}},
  };
  return known;
}

// The ways of a condition that are joined by `or` at the top, each written in one way.
Texts ways_of(const ConditionNode& node) {
  if (node.kind != Kind::any) return {to_text(node)};
  Texts texts;
  for (const ConditionNode& child : node.children) texts.insert(to_text(child));
  return texts;
}
bool within(const std::optional<Condition>& part, const std::optional<Condition>& whole) {
  return part && whole && std::ranges::includes(ways_of(whole->root), ways_of(part->root));
}

// «A and not A» somewhere; its text, or empty.
std::string self_denial(const ConditionNode& node) {
  if (node.kind == Kind::all) {
    Texts said;
    for (const ConditionNode& child : node.children)
      if (child.kind != Kind::negate) said.insert(to_text(child));
    for (const ConditionNode& child : node.children)
      if (child.kind == Kind::negate && said.contains(to_text(child.children.front()))) return to_text(child.children.front());
  }
  for (const ConditionNode& child : node.children)
    if (std::string found = self_denial(child); !found.empty()) return found;
  return {};
}

class Check {
 public:
  Check(const Rule& rule, const FileContext& file) : rule_(rule), file_(file) {}

  void run() {
    holds("when", rule_.when);
    holds("after", rule_.after);
    holds("until", rule_.until);
    holds("warn", rule_.warn);
    holds("applies", rule_.applies);
    for (const RequirePart& part : rule_.require) holds(part.name.zh.empty() ? "require" : fmt::format("require «{}»", part.name.zh), part.when);
    if (rule_.by) holds("by", rule_.by->at);
    together();
    rule_.require.empty() ? forbidden() : obliged();
    escalation();
  }

 private:
  void fail(std::string message) {
    file_.add(rule_.origin.line, fmt::format("rule {}: {}", rule_.id, message));
    failed_ = true;
  }

  void holds(std::string_view key, const std::optional<Condition>& condition) {
    if (condition) holds(key, *condition);
  }
  void holds(std::string_view key, const Condition& condition) {
    if (const std::string denied = self_denial(condition.root); !denied.empty()) return fail(fmt::format("{} can never hold: «{}» and not", key, denied));
    if (const Possibility found = examine(condition.root, known_values()); !found.possible) fail(fmt::format("{} can never hold: {}", key, found.why));
  }

  // `applies` is asked at the event at which the rule would fire or arm.
  void together() {
    const std::optional<Condition>& moment = rule_.require.empty() ? rule_.when : rule_.after;
    if (failed_ || !rule_.applies || !moment) return;
    ConditionNode both;
    both.kind = Kind::all;
    both.children = {rule_.applies->root, moment->root};
    const std::string_view key = rule_.require.empty() ? "when" : "after";
    if (const Possibility found = examine(both, known_values()); !found.possible) fail(fmt::format("applies never holds where {} comes: {}", key, found.why));
  }

  void forbidden() {
    if (within(rule_.after, rule_.until)) fail("until is there whenever after is: it ends what begins at the same event");
    else if (rule_.after && within(rule_.when, rule_.until)) fail("can never fire: until comes with when, and ends the effect of after first");
  }

  void obliged() {
    if (within(rule_.after, rule_.until)) return fail("until is there whenever after is: it ends what begins at the same event");
    const std::optional<Condition> only = rule_.require.size() == 1 ? std::optional(rule_.require.front().when) : std::nullopt;
    if (within(rule_.after, only)) fail("is never open: what arms it also meets it");
    const Deadline& by = *rule_.by;
    const bool only_condition = by.at && by.turns == 0 && by.millis == 0 && by.days == 0 && by.workdays == 0 && !by.end;
    if (only_condition && within(by.at, only)) fail("can never be broken: its deadline comes only with what is required");
    if (only_condition && ways_of(by.at->root) == Texts{"start"}) fail("deadline without an end: the start never comes again");
    if (rule_.same && rule_.since_after && within(rule_.after, by.at)) fail("is always broken: its deadline comes with what arms it, and nothing before counts");
  }

  void escalation() {
    const auto& severity = rule_.effects.escalate.severity;
    if (rule_.effects.escalate.after != 0 && severity && *severity <= rule_.severity && !rule_.effects.escalate.alert)
      fail("escalate raises nothing: the rule is as severe already");
  }

  const Rule& rule_;
  const FileContext& file_;
  bool failed_ = false;
};

}  // namespace

void check_rule(const Rule& rule, const FileContext& file) { Check(rule, file).run(); }

}  // namespace fenshen::content
