// For the tests of this room only: the slow, obvious evaluator. It looks at the whole list of events each time, keeps no
// state between calls, and spells out what each key of a rule means. The truth of a condition at an event is read off its
// tree, without any index.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "rules/internal/testing.h"

namespace fenshen::rules::testing {

// The facts as they stood at one event.
struct Snapshot {
  Moment moment;
  std::map<std::string, std::string> context;
};

class Truths {
 public:
  explicit Truths(const Snapshot& at) : at_(at) {}

  // Whether the tree is true at the event, without asking what made it so.
  bool holds(const content::ConditionNode& node) const {
    using Kind = content::ConditionNode::Kind;
    switch (node.kind) {
      case Kind::all: return std::ranges::all_of(node.children, [&](const auto& child) { return holds(child); });
      case Kind::any: return std::ranges::any_of(node.children, [&](const auto& child) { return holds(child); });
      case Kind::negate: return !holds(node.children[0]);
      case Kind::gives: return speaks(node) && std::ranges::any_of(at_.moment.amounts, [&](const std::string& amount) {
        return std::ranges::all_of(node.compares, [&](const auto& one) { return holds(std::stoi(amount), one); });
      });
      case Kind::says:
      case Kind::matches: return speaks(node) && at_.moment.patterns.contains(node.pattern_text);
      case Kind::speaks: return speaks(node);
      case Kind::start: return std::holds_alternative<conversation::ConversationStarted>(at_.moment.body);
      case Kind::end: return std::holds_alternative<conversation::ConversationEnded>(at_.moment.body);
      case Kind::event: return business() != nullptr && business()->name == node.name && fields_hold(node);
      case Kind::compare: return compare_holds(node.compares[0]);
      default: ADD_FAILURE() << "the reference does not know this atom"; return false;
    }
  }
  // Whether it happened: true, and some atom under an even number of `not` is true.
  bool happened(const content::ConditionNode& node) const { return holds(node) && triggered(node, false); }

 private:
  bool triggered(const content::ConditionNode& node, bool negated) const {
    using Kind = content::ConditionNode::Kind;
    if (node.kind == Kind::compare) return false;
    if (node.children.empty()) return !negated && holds(node);
    return std::ranges::any_of(node.children, [&](const auto& child) { return triggered(child, negated != (node.kind == Kind::negate)); });
  }
  bool speaks(const content::ConditionNode& node) const { return at_.moment.speaks && ((node.speakers >> static_cast<int>(at_.moment.speaker)) & 1) != 0; }
  const conversation::BusinessEvent* business() const { return std::get_if<conversation::BusinessEvent>(&at_.moment.body); }
  std::optional<int> field(const std::string& name) const {
    const std::string* text = business() == nullptr ? nullptr : conversation::find(business()->data, name);
    return text == nullptr ? std::nullopt : std::optional(std::stoi(*text));
  }
  bool fields_hold(const content::ConditionNode& node) const {
    return std::ranges::all_of(node.compares, [&](const content::CompareNode& one) { return holds(field(one.path), one); });
  }
  bool compare_holds(const content::CompareNode& one) const {
    if (one.path == "flow") return std::ranges::find(at_.moment.flows, one.values[0].text) != at_.moment.flows.end();
    if (one.path.starts_with("event.")) return holds(field(one.path.substr(6)), one);
    const auto found = at_.context.find(one.path);
    return holds(found == at_.context.end() || found->second.empty() ? std::nullopt : std::optional(std::stoi(found->second)), one);
  }
  // The generator compares whole numbers only.
  static bool holds(std::optional<int> left, const content::CompareNode& one) {
    if (one.op == content::Comparison::missing) return !left;
    if (one.op == content::Comparison::present) return left.has_value();
    if (!left) return false;
    const int right = std::stoi(one.values[0].text);
    switch (one.op) {
      case content::Comparison::equal: return *left == right;
      case content::Comparison::not_equal: return *left != right;
      case content::Comparison::greater_equal: return *left >= right;
      case content::Comparison::less: return *left < right;
      default: ADD_FAILURE() << "the reference does not know this comparison"; return false;
    }
  }

  const Snapshot& at_;
};

class Reference {
 public:
  // `events` without ticks; `now`: how far time has been advanced.
  // `calendar` days worked or not, against their weekday. `instance`: what this one is about, where the rule has `each`.
  struct Instance {
    std::string key;
    std::optional<std::size_t> occurrence;  // the event that made it
  };
  Reference(const content::Rule& rule, std::uint32_t index, const std::vector<Snapshot>& events, core::Millis now, const std::map<core::Day, bool>& calendar,
            std::optional<Instance> instance)
      : rule_(rule), index_(index), events_(events), now_(now), calendar_(calendar), instance_(std::move(instance)) {
    if (rule.when) forbidden();
    else obliged();
  }

  // The values that an event has for `each`, in the order in which it names them.
  static std::vector<std::string> keys_of(const content::Rule& rule, const Snapshot& at) {
    using Of = content::Each::Of;
    std::vector<std::string> keys;
    if (rule.each.of == Of::entity) keys = at.moment.amounts;
    if (rule.each.of == Of::path) {
      if (const auto found = at.context.find(rule.each.name); found != at.context.end()) keys.push_back(found->second);
    }
    if (rule.each.of == Of::event_field) {
      if (const auto* business = std::get_if<conversation::BusinessEvent>(&at.moment.body))
        if (const std::string* value = conversation::find(business->data, rule.each.name)) keys.push_back(*value);
    }
    std::vector<std::string> unique;
    for (const std::string& key : keys)
      if (!key.empty() && std::ranges::find(unique, key) == unique.end()) unique.push_back(key);
    return unique;
  }

  // All instances of a rule, in the order of their making.
  static std::vector<std::optional<Instance>> instances_of(const content::Rule& rule, const std::vector<Snapshot>& events) {
    if (rule.each.of == content::Each::Of::none) return {std::nullopt};
    std::vector<std::optional<Instance>> instances;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const Truths truths(events[i]);
      const auto happened = [&](const std::optional<content::Condition>& one) { return one && truths.happened(one->root); };
      if (rule.each.of == content::Each::Of::occurrence) {
        if (happened(rule.after)) instances.push_back(Instance{std::to_string(events[i].moment.seq), i});
        continue;
      }
      const bool part = std::ranges::any_of(rule.require, [&](const auto& one) { return truths.happened(one.when.root); });
      if (!happened(rule.after) && !happened(rule.when) && !part) continue;
      for (const std::string& key : keys_of(rule, events[i]))
        if (std::ranges::none_of(instances, [&](const auto& one) { return one->key == key; })) instances.push_back(Instance{key, {}});
    }
    return instances;
  }

  // Sorted by when it is told: {event index, phase (0 time, 1 overdue turns, 2 the rest), due or turn}, then rule id by the caller.
  struct Told {
    std::size_t event = 0;
    int phase = 2;
    core::Millis due = 0;
    Verdict verdict;
  };
  std::vector<Told> told;
  std::optional<Owed> open;

 private:
  bool at(const std::optional<content::Condition>& condition, std::size_t i) const {
    if (!condition || !Truths(events_[i]).happened(condition->root)) return false;
    const bool after = rule_.after && &*condition == &*rule_.after, when = rule_.when && &*condition == &*rule_.when;
    return after || when ? concerns(i, after) : concerns_all(i);
  }
  bool part(std::size_t p, std::size_t i) const { return Truths(events_[i]).happened(rule_.require[p].when.root) && concerns(i, false); }
  // after, when and parts concern the instances whose value the event has; until, by and warn also all where it has none.
  bool concerns(std::size_t i, bool after) const {
    if (!instance_) return true;
    if (instance_->occurrence) return after ? i == *instance_->occurrence : i >= *instance_->occurrence;
    const auto keys = keys_of(rule_, events_[i]);
    return std::ranges::find(keys, instance_->key) != keys.end();
  }
  bool concerns_all(std::size_t i) const { return !instance_ || instance_->occurrence || keys_of(rule_, events_[i]).empty() || concerns(i, false); }
  bool since_after() const { return rule_.since_after || (instance_ && instance_->occurrence); }

  bool worked(core::Day day) const {
    if (const auto found = calendar_.find(day); found != calendar_.end()) return found->second;
    return (day + 3) % 7 < 5;  // day 0 was a Thursday
  }
  // 0: no time limit.
  core::Millis due_from(core::Millis from) const {
    std::vector<core::Millis> limits;
    if (rule_.by->millis != 0) limits.push_back(from + rule_.by->millis);
    const core::Day day = core::day_of(from, 480);
    const auto midnight_after = [](core::Day last) { return (core::Millis{last} + 1) * 86'400'000 - 480 * 60'000; };
    if (rule_.by->days != 0) limits.push_back(midnight_after(day + static_cast<int>(rule_.by->days)));
    if (rule_.by->workdays != 0) {
      core::Day last = day;
      for (std::uint32_t left = rule_.by->workdays; left > 0;)
        if (worked(++last)) --left;
      limits.push_back(midnight_after(last));
    }
    return limits.empty() ? 0 : *std::ranges::min_element(limits);
  }
  bool applies(std::size_t i) const {
    const bool in_force = rule_.in_force.covers(core::day_of(time(i), 480));
    return in_force && (!rule_.applies || Truths(events_[i]).holds(rule_.applies->root));
  }
  core::Millis time(std::size_t i) const { return events_[i].moment.at; }
  std::uint32_t turn(std::size_t i) const { return events_[i].moment.turn; }
  bool is_end(std::size_t i) const { return std::holds_alternative<conversation::ConversationEnded>(events_[i].moment.body); }

  bool near(std::size_t i, std::size_t j) const {
    if (rule_.within_turns != 0 && turn(i) - turn(j) > rule_.within_turns) return false;
    return rule_.within_millis == 0 || time(i) - time(j) <= rule_.within_millis;
  }

  // --- forbidden ---

  bool after_in_effect(std::size_t i) const {
    for (std::size_t j = 0; j <= i; ++j) {
      if (!at(rule_.after, j) || (j == i && !rule_.same) || !near(i, j)) continue;
      bool ended = false;
      for (std::size_t k = j + 1; k <= i; ++k) ended = ended || at(rule_.until, k);
      if (!ended) return true;
    }
    return false;
  }
  bool occurs(std::size_t i) const { return at(rule_.when, i) && (!rule_.after || after_in_effect(i)) && applies(i); }

  void forbidden() {
    std::size_t count_from = 0;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (at(rule_.until, i)) count_from = i;
      if (!occurs(i)) continue;
      std::uint32_t count = 0;
      for (std::size_t j = count_from; j <= i; ++j) count += occurs(j) && (rule_.after || near(i, j)) ? 1 : 0;
      if (count < rule_.count) continue;
      count_from = i + 1;
      fire(i, 2, time(i), turn(i), events_[i].moment.seq, 0);
    }
  }

  // --- obliged ---

  std::uint64_t met(std::size_t from, std::size_t to) const {
    std::uint64_t bits = 0;
    for (std::size_t p = 0; p < rule_.require.size(); ++p)
      for (std::size_t i = from; i <= to; ++i)
        if (part(p, i)) bits |= std::uint64_t{1} << p;
    return bits;
  }
  std::uint64_t all() const { return (std::uint64_t{1} << rule_.require.size()) - 1; }
  bool ended_before(std::size_t i) const {
    for (std::size_t k = 0; k < i; ++k)
      if (is_end(k)) return true;
    return false;
  }

  void obliged() {
    bool armed_before = false;
    for (std::size_t a = 0; a < events_.size();) {
      if (at(rule_.until, a)) armed_before = false;
      const bool wanted = rule_.after ? at(rule_.after, a) : true;
      if (!wanted || ended_before(a) || (armed_before && (rule_.once || !rule_.after)) || !applies(a)) {
        ++a;
        continue;
      }
      armed_before = true;
      a = follow(a, armed_before);
    }
  }

  // The life of an obligation armed at `a`; returns the event at which the next may arm.
  std::size_t follow(std::size_t a, bool& armed_before) {
    std::size_t since = since_after() ? a : 0;
    if (met(since, a) == all()) return a + 1;
    bool warned = false;
    if (rule_.after && !rule_.warn && !rule_.warn_never) {
      warned = true;
      tell(a, Verdict::Kind::warned, events_[a].moment.seq, met(since, a));
    }
    for (std::size_t i = a; i < events_.size(); ++i) {
      if (i > a) {
        const core::Millis due = due_from(time(a));
        if (due != 0 && due <= time(i)) {
          fire(i, 0, due, turn(i - 1), events_[a].moment.seq, met(since, i - 1));
          return i;
        }
        if (rule_.by->turns != 0 && turn(i) > turn(a) + rule_.by->turns) {
          fire(i, 1, turn(a) + rule_.by->turns + 1, turn(i), events_[a].moment.seq, met(since, i - 1));
          return i;
        }
        if (at(rule_.until, i)) {
          tell(i, Verdict::Kind::met, events_[i].moment.seq, all());
          armed_before = false;
          return i;
        }
        if (met(since, i) == all()) {
          tell(i, Verdict::Kind::met, events_[i].moment.seq, all());
          return i;
        }
      }
      const bool counts = i > a || ((rule_.same || !rule_.after) && by_used_ != i);
      if (counts && at(rule_.by->at, i)) {
        by_used_ = i;
        fire(i, 2, time(i), turn(i), events_[i].moment.seq, met(since, i));
        return i > a ? i : i + 1;
      }
      if (rule_.restart && i > a && at(rule_.after, i) && !ended_before(i)) {
        a = i;
        if (since_after()) since = i;
      }
      if (!warned && at(rule_.warn, i)) {
        warned = true;
        tell(i, Verdict::Kind::warned, events_[i].moment.seq, met(since, i));
      }
      if (is_end(i) && (rule_.by->end || rule_.by->turns != 0 || rule_.by->millis != 0)) {
        fire(i, 2, time(i), turn(i), events_[a].moment.seq, met(since, i));
        return i + 1;
      }
    }
    const std::size_t last = events_.size() - 1;
    const core::Millis due = due_from(time(a));
    if (due != 0 && due <= now_) {
      fire(last + 1, 0, due, turn(last), events_[a].moment.seq, met(since, last));
      return last + 1;
    }
    open = Owed{index_, events_[a].moment.seq, missing(met(since, last)), -1, due, rule_.by->end, instance_ ? instance_->key : ""};
    if (rule_.by->turns != 0) open->turns_left = static_cast<int>(rule_.by->turns) - static_cast<int>(std::min(turn(last) - turn(a), rule_.by->turns));
    return last + 1;
  }

  // --- telling ---

  std::vector<std::uint16_t> missing(std::uint64_t bits) const {
    std::vector<std::uint16_t> list;
    for (std::uint16_t p = 0; p < rule_.require.size(); ++p)
      if (((bits >> p) & 1) == 0) list.push_back(p);
    return list;
  }
  Verdict verdict(Verdict::Kind kind, std::uint64_t seq, core::Millis due, std::vector<std::uint16_t> parts) const {
    Verdict made;
    made.kind = kind;
    made.rule = index_;
    made.cause_seq = seq;
    made.due = due;
    made.missing = std::move(parts);
    made.severity = rule_.severity;
    made.instance = instance_ ? instance_->key : "";
    return made;
  }
  void tell(std::size_t event, Verdict::Kind kind, std::uint64_t seq, std::uint64_t bits) {
    told.push_back({event, 2, 0, verdict(kind, seq, time(event), kind == Verdict::Kind::met ? std::vector<std::uint16_t>{} : missing(bits))});
  }
  void fire(std::size_t event, int phase, core::Millis due, std::uint32_t turn_now, std::uint64_t seq, std::uint64_t bits) {
    const core::Millis at = phase == 1 ? time(event) : due;
    for (const auto& [fired_turn, fired_at] : fired_) {
      if (rule_.cooldown_turns != 0 && turn_now - fired_turn <= rule_.cooldown_turns) return;
      if (rule_.cooldown_millis != 0 && at - fired_at <= rule_.cooldown_millis) return;
    }
    fired_.emplace_back(turn_now, at);
    told.push_back({event, phase, due, verdict(Verdict::Kind::broken, seq, at, rule_.when ? std::vector<std::uint16_t>{} : missing(bits))});
  }

  const content::Rule& rule_;
  std::uint32_t index_;
  const std::vector<Snapshot>& events_;
  core::Millis now_;
  const std::map<core::Day, bool>& calendar_;
  std::optional<Instance> instance_;
  std::vector<std::pair<std::uint32_t, core::Millis>> fired_;
  std::optional<std::size_t> by_used_;  // an event is the deadline of one opening only
};

// All rules over all events, in the order in which the engine tells.
inline std::vector<Verdict> evaluate(const std::vector<content::Rule>& rules, const std::vector<Snapshot>& events, core::Millis now, std::vector<Owed>& owed,
                                     const std::map<core::Day, bool>& calendar = {}) {
  struct Placed {
    std::size_t event;
    int phase;
    core::Millis due;
    std::string id;
    std::uint64_t armed;  // deadlines of one rule that fall due together: as they were armed
    std::size_t instance, order;
    Verdict verdict;
  };
  std::vector<Placed> placed;
  std::map<std::pair<std::string, std::size_t>, Owed> open;
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    const auto instances = Reference::instances_of(rules[i], events);
    for (std::size_t n = 0; n < instances.size(); ++n) {
      const Reference reference(rules[i], i, events, now, calendar, instances[n]);
      for (const Reference::Told& one : reference.told)
        placed.push_back({one.event, one.phase, one.phase == 2 ? 0 : one.due, rules[i].id, one.phase == 2 ? 0 : one.verdict.cause_seq, n, placed.size(), one.verdict});
      if (reference.open) open.emplace(std::pair(rules[i].id, n), *reference.open);
    }
  }
  std::ranges::sort(placed, {}, [](const Placed& one) { return std::tie(one.event, one.phase, one.due, one.id, one.armed, one.instance, one.order); });
  std::vector<Verdict> verdicts;
  std::map<std::uint32_t, std::uint32_t> times;
  for (Placed& one : placed) {
    Verdict& verdict = verdicts.emplace_back(std::move(one.verdict));
    if (verdict.kind != Verdict::Kind::broken) continue;
    const content::Effects& effects = rules[verdict.rule].effects;
    verdict.times = ++times[verdict.rule];
    verdict.alert = effects.alert;
    if (effects.escalate.after == 0 || verdict.times < effects.escalate.after) continue;
    if (effects.escalate.severity) verdict.severity = *effects.escalate.severity;
    verdict.alert = verdict.alert || effects.escalate.alert;
  }
  for (auto& [id, one] : open) owed.push_back(std::move(one));
  return verdicts;
}

}  // namespace fenshen::rules::testing
