#include "content/mutate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>
#include <utility>

#include "content/internal/condition_words.h"

namespace fenshen::content {
namespace {

using Kind = ConditionNode::Kind;
using Op = MutationOperator;

constexpr std::uint32_t kDefaultCooldownTurns = 3;
constexpr core::Millis kSecond = 1000;

bool is_branch(const ConditionNode& node) { return node.kind == Kind::all || node.kind == Kind::any || node.kind == Kind::negate; }

void replace_all(ConditionNode& node, const std::string& text, const ConditionNode& by) {
  if (to_text(node) == text) {
    node = by;
    return;
  }
  for (ConditionNode& child : node.children) replace_all(child, text, by);
}

// The mutant must still be a rule: what has to happen must be able to.
bool is_valid(const Rule& rule) {
  bool valid = true;
  each_condition(rule, [&](const Condition& condition, std::string_view key) {
    if (only_negated_triggers(condition.root) || (key != "applies" && !has_trigger(condition.root))) valid = false;
  });
  return valid;
}

std::string join(const std::vector<std::string>& parts, std::size_t without) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (i != without) text += (text.empty() ? "" : "|") + parts[i];
  return text;
}

// "R2" by 1 is "R3", "0.2" by 1 is "0.3"; nullopt if it holds no figure at its end.
std::optional<std::string> shifted(const std::string& text, std::int64_t by) {
  std::size_t digits = text.size();
  while (digits > 0 && text[digits - 1] >= '0' && text[digits - 1] <= '9') --digits;
  if (digits == text.size() || text.size() - digits > 15) return std::nullopt;
  const std::string_view head = std::string_view(text).substr(0, digits);
  if (head.find('-') != std::string_view::npos) return std::nullopt;  // a date, or below zero
  std::int64_t figure = 0;
  std::from_chars(text.data() + digits, text.data() + text.size(), figure);
  if (figure + by < 0) return std::nullopt;
  const bool padded = text[digits] == '0' || head.ends_with('.');  // 0.10 less one is 0.09, but 10 less one is 9
  return fmt::format("{}{:0{}}", head, figure + by, padded ? text.size() - digits : 1);
}

bool is_ordering(Comparison op) {
  return op == Comparison::less || op == Comparison::less_equal || op == Comparison::greater || op == Comparison::greater_equal;
}

class RuleMutator {
 public:
  explicit RuleMutator(const Rule& rule) : rule_(rule) {}

  std::vector<Mutant> run() {
    each_condition(rule_, [&](const Condition& condition, std::string_view) { visit(condition.root); });
    drop_keys();
    swap_order();
    shift_limits();
    drop_parts();
    flip_effect();
    return std::move(mutants_);
  }

 private:
  void add(Op op, std::string before, std::string after, Rule rule, std::string snippet = {}) {
    if (!is_valid(rule)) return;
    Mutant& mutant = mutants_.emplace_back();
    mutant.name = fmt::format("{}:{}:{}", rule_.id, to_string(op), ++counts_[static_cast<std::size_t>(op)]);
    mutant.op = op;
    mutant.before = std::move(before);
    mutant.after = std::move(after);
    mutant.snippet = snippet.empty() ? mutant.before : std::move(snippet);
    mutant.origin = rule_.origin;
    mutant.rule = std::move(rule);
  }

  // Every copy of `node` becomes `by`.
  void add(Op op, const ConditionNode& node, const ConditionNode& by, std::string before, std::string after, std::string snippet = {}) {
    Rule rule = rule_;
    const std::string text = to_text(node);
    each_condition(rule, [&](Condition& condition, std::string_view) {
      replace_all(condition.root, text, by);
      condition.text = to_text(condition.root);
    });
    add(op, std::move(before), std::move(after), std::move(rule), std::move(snippet));
  }

  void visit(const ConditionNode& node) {
    if (!seen_.insert(to_text(node)).second) return;
    if (is_branch(node)) {
      if (node.kind != Kind::negate) drop_children(node);
      for (const ConditionNode& child : node.children) visit(child);
      return;
    }
    drop_guards(node);
    drop_alternatives(node);
    shift_figures(node);
    change_speaker(node);
  }

  void drop_children(const ConditionNode& node) {
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      ConditionNode rest = node;
      rest.children.erase(rest.children.begin() + static_cast<std::ptrdiff_t>(i));
      if (rest.children.size() == 1) rest = ConditionNode(rest.children.front());
      const Op op = node.kind == Kind::all ? Op::drop_guard : Op::drop_alternative;
      add(op, node, rest, fmt::format("{}{}", node.kind == Kind::all ? "and " : "or ", to_text(node.children[i])), "", "\n");
    }
  }

  void drop_guards(const ConditionNode& node) {
    for (std::string ConditionNode::*text : {&ConditionNode::unless_text, &ConditionNode::unless_before_text}) {
      if ((node.*text).empty()) continue;
      ConditionNode bare = node;
      (bare.*text).clear();
      const char* key = text == &ConditionNode::unless_text ? "unless" : "unless_before";
      add(Op::drop_guard, node, bare, fmt::format("{} \"{}\"", key, node.*text), "");
    }
    for (std::size_t i = 0; i < kGuards.size(); ++i) {
      if (((node.guards >> i) & 1U) == 0) continue;
      ConditionNode bare = node;
      bare.guards = static_cast<std::uint8_t>(bare.guards & ~(1U << i));
      add(Op::drop_guard, node, bare, fmt::format("unless {}", kGuards[i].name), "", std::string(kGuards[i].name));
    }
    if (node.kind == Kind::compare) return;
    for (std::size_t i = 0; i < node.compares.size(); ++i) {
      ConditionNode bare = node;
      bare.compares.erase(bare.compares.begin() + static_cast<std::ptrdiff_t>(i));
      add(Op::drop_guard, node, bare, to_text(node), to_text(bare));
    }
  }

  void drop_alternatives(const ConditionNode& node) {
    for (std::string ConditionNode::*text : {&ConditionNode::pattern_text, &ConditionNode::unless_text, &ConditionNode::unless_before_text}) {
      if (node.kind == Kind::matches && text == &ConditionNode::pattern_text) continue;  // bars of a regular expression are its own
      const std::vector<std::string> parts = split_alternatives(node.*text);
      for (std::size_t i = 0; parts.size() > 1 && i < parts.size(); ++i) {
        ConditionNode fewer = node;
        fewer.*text = join(parts, i);
        const char* where = text == &ConditionNode::pattern_text ? "says" : text == &ConditionNode::unless_text ? "unless" : "unless_before";
        add(Op::drop_alternative, node, fewer, fmt::format("{} …|{}|…", where, parts[i]), "", parts[i]);
      }
    }
    for (std::size_t i = 0; node.names.size() > 1 && i < node.names.size(); ++i) {
      ConditionNode fewer = node;
      fewer.names.erase(fewer.names.begin() + static_cast<std::ptrdiff_t>(i));
      add(Op::drop_alternative, node, fewer, to_text(node), to_text(fewer), node.names[i]);
    }
    for (std::size_t c = 0; c < node.compares.size(); ++c)
      for (std::size_t i = 0; node.compares[c].values.size() > 1 && i < node.compares[c].values.size(); ++i) {
        ConditionNode fewer = node;
        auto& values = fewer.compares[c].values;
        values.erase(values.begin() + static_cast<std::ptrdiff_t>(i));
        add(Op::drop_alternative, node, fewer, to_text(node), to_text(fewer), node.compares[c].values[i].text);
      }
  }

  void shift_figures(const ConditionNode& node) {
    for (std::size_t c = 0; c < node.compares.size(); ++c) {
      const CompareNode& compare = node.compares[c];
      if (!is_ordering(compare.op) || compare.values.size() != 1 || compare.values.front().is_path) continue;
      for (const std::int64_t by : {-1, 1}) {
        const auto text = shifted(compare.values.front().text, by);
        if (!text) continue;
        ConditionNode moved = node;
        moved.compares[c].values.front().text = *text;
        add(Op::shift_limit, node, moved, to_text(node), to_text(moved), compare.path);
      }
    }
  }

  void change_speaker(const ConditionNode& node) {
    if (node.speakers == 0) return;
    const std::uint8_t customer = speaker_bit(conversation::Speaker::customer), rep = speaker_bit(conversation::Speaker::rep);
    ConditionNode other = node;
    other.speakers = node.speakers == customer ? rep : customer;
    add(Op::change_speaker, node, other, to_text(node), to_text(other), node.pattern_text);
  }

  template <typename Change>
  void with(Op op, std::string before, std::string after, Change change, std::string snippet = {}) {
    Rule rule = rule_;
    change(rule);
    add(op, std::move(before), std::move(after), std::move(rule), std::move(snippet));
  }

  void drop_keys() {
    if (rule_.applies) with(Op::drop_guard, "applies: " + rule_.applies->text, "", [](Rule& r) { r.applies.reset(); }, "applies:");
    if (rule_.until) with(Op::drop_guard, "until: " + rule_.until->text, "", [](Rule& r) { r.until.reset(); }, "until:");
    if (rule_.after && rule_.when)
      with(Op::drop_guard, "after: " + rule_.after->text, "", [](Rule& r) {
        r.after.reset();
        r.until.reset();
        if (r.count < 2) r.within_turns = 0, r.within_millis = 0;
      }, "after:");
  }

  void swap_order() {
    if (rule_.after && rule_.when && rule_.after->text != rule_.when->text)
      with(Op::swap_order, "after … when …", "after and when swapped", [](Rule& r) { std::swap(r.after, r.when); }, "after:");
    if (rule_.require.size() == 1 && rule_.by && rule_.by->at)
      with(Op::swap_order, "require … by …", "require and by swapped", [](Rule& r) { std::swap(r.require.front().when, *r.by->at); }, "require:");
    else if (rule_.require.size() == 1 && rule_.after)
      with(Op::swap_order, "after … require …", "after and require swapped", [](Rule& r) { std::swap(r.require.front().when, *r.after); }, "require:");
    if (!rule_.require.empty() && rule_.after)
      with(Op::swap_order, rule_.since_after ? "since: after" : "since: start", rule_.since_after ? "since: start" : "since: after",
           [](Rule& r) { r.since_after = !r.since_after; }, rule_.since_after ? "since:" : "require:");
    if (rule_.same && rule_.after) with(Op::swap_order, "same: true", "same: false", [](Rule& r) { r.same = false; });
  }

  template <typename Number>
  void shift(const char* key, Number Rule::*member, Number step, Number least) {
    shift(key, [member](Rule& r) -> Number& { return r.*member; }, step, least);
  }
  template <typename Get, typename Number>
    requires std::invocable<Get, Rule&>
  void shift(const char* key, Get get, Number step, Number least) {
    Rule original = rule_;
    const Number value = get(original);
    if (value == 0) return;
    for (const bool more : {false, true}) {
      if (!more && value < least + step) continue;
      const Number moved = more ? value + step : value - step;
      with(Op::shift_limit, fmt::format("{} {}", key, value), fmt::format("{} {}", key, moved), [&](Rule& r) { get(r) = moved; }, fmt::format("{}:", key));
    }
  }

  void shift_limits() {
    shift<std::uint32_t>("within", &Rule::within_turns, 1U, 1U);
    shift<core::Millis>("within", &Rule::within_millis, kSecond, kSecond);
    if (rule_.count > 1) shift<std::uint32_t>("count", &Rule::count, 1U, 1U);
    if (rule_.cooldown_turns != kDefaultCooldownTurns) shift<std::uint32_t>("cooldown", &Rule::cooldown_turns, 1U, 1U);
    shift<core::Millis>("cooldown", &Rule::cooldown_millis, kSecond, kSecond);
    if (!rule_.by) return;
    shift("by", [](Rule& r) -> std::uint32_t& { return r.by->turns; }, 1U, 1U);
    shift("by", [](Rule& r) -> core::Millis& { return r.by->millis; }, kSecond, kSecond);
  }

  void drop_parts() {
    for (std::size_t i = 0; rule_.require.size() > 1 && i < rule_.require.size(); ++i)
      with(Op::drop_alternative, "part " + rule_.require[i].name.zh, "",
           [i](Rule& r) { r.require.erase(r.require.begin() + static_cast<std::ptrdiff_t>(i)); }, rule_.require[i].name.zh);
    if (!rule_.by) return;
    const Deadline& by = *rule_.by;
    if ((by.turns != 0) + (by.millis != 0) + by.end + by.at.has_value() < 2) return;
    if (by.turns != 0) with(Op::drop_alternative, fmt::format("by {} turns", by.turns), "", [](Rule& r) { r.by->turns = 0; }, "by:");
    if (by.millis != 0) with(Op::drop_alternative, fmt::format("by {} ms", by.millis), "", [](Rule& r) { r.by->millis = 0; }, "by:");
    // Turns and time end with the conversation anyway.
    if (by.end && by.turns == 0 && by.millis == 0) with(Op::drop_alternative, "by end", "", [](Rule& r) { r.by->end = false; }, "by:");
    if (by.at) with(Op::drop_alternative, "by " + by.at->text, "", [](Rule& r) { r.by->at.reset(); }, "by:");
  }

  void flip_effect() {
    const bool prompt = rule_.card == RuleCard::prompt;
    with(Op::flip_effect, prompt ? "card: prompt" : rule_.card == RuleCard::fraud ? "card: fraud" : "card: violation",
         prompt ? "card: violation" : "card: prompt", [&](Rule& r) { r.card = prompt ? RuleCard::violation : RuleCard::prompt; }, "severity:");
    if (rule_.gate != RuleGate::none)
      with(Op::flip_effect, rule_.gate == RuleGate::block ? "gate: block" : "gate: confirm", "no gate", [](Rule& r) { r.gate = RuleGate::none; }, "gate:");
    if (rule_.require.empty()) return;
    if (rule_.warn || (rule_.after && !rule_.warn_never))
      with(Op::flip_effect, rule_.warn ? "warn: " + rule_.warn->text : "warns when armed", "warn: never", [](Rule& r) {
        r.warn.reset();
        r.warn_never = true;
      }, "require:");
    else if (rule_.after)
      with(Op::flip_effect, "warn: never", "warns when armed", [](Rule& r) { r.warn_never = false; }, "warn:");
  }

  const Rule& rule_;
  std::vector<Mutant> mutants_;
  std::set<std::string> seen_;
  int counts_[std::size(kMutationOperators)] = {};
};

}  // namespace

std::string_view to_string(MutationOperator op) noexcept {
  switch (op) {
    case Op::drop_guard: return "drop-guard";
    case Op::swap_order: return "swap-order";
    case Op::shift_limit: return "shift-limit";
    case Op::drop_alternative: return "drop-alternative";
    case Op::change_speaker: return "change-speaker";
    case Op::flip_effect: return "flip-effect";
  }
  return "drop-guard";
}

std::vector<Mutant> mutants_of(const Rule& rule) { return RuleMutator(rule).run(); }

std::vector<Mutant> mutants_of(const PhraseClass& phrase_class) {
  std::vector<Mutant> mutants;
  if (phrase_class.phrases.size() < 2) return mutants;
  for (std::size_t i = 0; i < phrase_class.phrases.size(); ++i) {
    Mutant& mutant = mutants.emplace_back();
    mutant.name = fmt::format("{}:{}:{}", phrase_class.id, to_string(Op::drop_alternative), i + 1);
    mutant.op = Op::drop_alternative;
    mutant.before = mutant.snippet = phrase_class.phrases[i];
    mutant.origin = phrase_class.origin;
    mutant.phrase_class = phrase_class;
    auto& phrases = mutant.phrase_class->phrases;
    phrases.erase(phrases.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return mutants;
}

std::vector<std::string> split_alternatives(std::string_view pattern) {
  constexpr std::string_view kWideBar = "｜";
  std::vector<std::string> parts;
  if (pattern.empty()) return parts;
  std::string part;
  int depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const bool wide = pattern.substr(i, kWideBar.size()) == kWideBar;
    if (c == '\\' && i + 1 < pattern.size()) {
      part += c;
      part += pattern[++i];
    } else if (depth == 0 && (c == '|' || wide)) {
      parts.push_back(std::move(part));
      part.clear();
      if (wide) i += kWideBar.size() - 1;
    } else {
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      part += c;
    }
  }
  parts.push_back(std::move(part));
  return parts;
}

}  // namespace fenshen::content
