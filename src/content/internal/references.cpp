#include "content/internal/references.h"

#include <fmt/format.h>

#include <set>
#include <string>

#include "content/internal/flow_check.h"
#include "content/pattern.h"

namespace fenshen::content {
namespace {

using Names = std::set<std::string, std::less<>>;

class Checker {
 public:
  Checker(const Library& library, std::vector<core::Error>& errors) : library_(library), errors_(errors) {
    for (const PhraseClass& item : library.classes) classes_.insert(item.id);
    for (const Flow& item : library.flows) flows_.insert(item.id);
    for (const Rule& item : library.rules) rules_.insert(item.id);
    for (const NotYet& item : library.not_yet) rules_.insert(item.id);
    for (const Leaf& item : library.leaves) leaves_.insert(item.code);
    for (const Article& item : library.articles) topics_.insert(item.topics.begin(), item.topics.end());
  }

  void run() {
    for (const PhraseClass& item : library_.classes)
      for (const std::string& phrase : item.phrases)
        if (auto pattern = parse_pattern(phrase))
          for (const std::string& name : referenced_classes(*pattern)) need(classes_, "class", name, item.origin);
    for (const Article& item : library_.articles) need(flows_, "flow", item.flow, item.origin);
    for (const Flow& item : library_.flows) check(item);
    for (const Leaf& item : library_.leaves) check(item);
    for (const ScoreSheet& item : library_.sheets) check(item);
  }

 private:
  void check(const Flow& flow) {
    need(leaves_, "leaf", flow.leaf, flow.origin);
    for (const FlowStep& step : flow.steps) need(rules_, "rule", step.rule, step.origin);
  }

  void check(const ScoreSheet& sheet) {
    for (const std::string& process : sheet.process) need(flows_, "flow", process, sheet.origin);
    for (const ScoreItem& item : sheet.items) {
      for (const std::string& rule : item.rules)
        if (!rule.ends_with('*') || !any_rule(std::string_view(rule).substr(0, rule.size() - 1))) need(rules_, "rule", rule, item.origin);
      for (const std::string& step : item.steps) check_step(step, item.origin);
    }
  }

  bool any_rule(std::string_view prefix) const {
    const auto found = rules_.lower_bound(prefix);
    return found != rules_.end() && found->starts_with(prefix);
  }

  // A step that need not happen in every run would cost points for nothing.
  void check_step(const std::string& name, const Origin& origin) {
    const auto refuse = [&](core::Code code, std::string message) {
      errors_.push_back({code, std::move(message), fmt::format("{}:{}", origin.file, origin.line)});
    };
    const std::size_t dot = name.find('.');
    for (const Flow& flow : library_.flows)
      for (const FlowStep& step : flow.steps) {
        if (dot == std::string::npos || flow.id != std::string_view(name).substr(0, dot) || step.id != std::string_view(name).substr(dot + 1)) continue;
        if (step.only_if || step.optional) refuse(core::Code::invalid, fmt::format("step «{}» is conditional or optional: name the rule that watches it instead", name));
        return;
      }
    refuse(core::Code::not_found, fmt::format("step «{}» does not exist", name));
  }

  void check(const Leaf& leaf) {
    if (const auto dot = leaf.code.rfind('.'); dot != std::string::npos) need(leaves_, "parent", leaf.code.substr(0, dot), leaf.origin);
    for (const std::string& topic : leaf.topics) need(topics_, "topic", topic, leaf.origin);
  }

  void need(const Names& names, std::string_view what, const std::string& name, const Origin& origin) {
    if (name.empty() || names.contains(name)) return;
    errors_.push_back({core::Code::not_found, fmt::format("{} «{}» does not exist", what, name), fmt::format("{}:{}", origin.file, origin.line)});
  }

  const Library& library_;
  std::vector<core::Error>& errors_;
  Names classes_, flows_, rules_, leaves_, topics_;
};

}  // namespace

void check_references(const Library& library, std::vector<core::Error>& errors) {
  Checker(library, errors).run();
  check_flows(library, errors);
}

}  // namespace fenshen::content
