#include "content/internal/flow_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "content/internal/possible.h"

namespace fenshen::content {
namespace {

constexpr std::string_view kEnd = "end";
constexpr std::size_t kMaxSteps = 255;
constexpr std::size_t kMaxBranches = 16;

// Fields that only take values written in the flow.
KnownValues known_values(const Flow& flow) {
  KnownValues known;
  for (const FlowField& field : flow.fields) {
    if (field.extractions.empty()) continue;
    std::set<std::string> values;
    bool closed = true;
    for (const FlowField::Extraction& one : field.extractions) {
      closed = closed && (one.from == FlowField::From::constant || one.from == FlowField::From::says);
      values.insert(one.value);
    }
    if (closed) known.emplace("fields." + field.name, std::move(values));
  }
  return known;
}

class FlowChecker {
 public:
  FlowChecker(const Flow& flow, const FileContext& file) : flow_(flow), file_(file), known_(known_values(flow)) {}

  void run() {
    if (flow_.steps.empty()) return;
    if (flow_.steps.size() > kMaxSteps) return file_.add(flow_.origin.line, fmt::format("has {} steps; at most {}", flow_.steps.size(), kMaxSteps));
    check_names();
    if (bad_names_) return;
    for (std::size_t i = 0; i < flow_.steps.size(); ++i) check_step(i);
    check_groups();
    check_ways();
    if (flow_.start) check_possible(*flow_.start, flow_.start_line, "start");
  }

 private:
  void add(const FlowStep& step, std::string message) const { file_.add(step.origin.line, fmt::format("step {}: {}", step.id, message)); }

  std::size_t find(std::string_view id) const {
    const auto found = std::ranges::find(flow_.steps, id, &FlowStep::id);
    return static_cast<std::size_t>(found - flow_.steps.begin());
  }
  bool has_field(const std::string& name) const { return std::ranges::find(flow_.fields, name, &FlowField::name) != flow_.fields.end(); }

  void check_names() {
    std::set<std::string_view> ids, fields;
    for (const FlowStep& step : flow_.steps) {
      if (!ids.insert(step.id).second) file_.add(step.origin.line, fmt::format("step {} is there twice", step.id)), bad_names_ = true;
      if (step.id == kEnd) add(step, "«end» is the end of the flow, not a step"), bad_names_ = true;
    }
    for (const FlowField& field : flow_.fields)
      if (!fields.insert(field.name).second) file_.add(field.line, fmt::format("field {} is there twice", field.name));
    for (const FlowStep& step : flow_.steps) {
      if (!step.owed_after.empty() && !ids.contains(step.owed_after)) file_.add(step.origin.line, fmt::format("owed: no step «{}»", step.owed_after));
      if (step.owed_after == step.id) add(step, "owed after itself: it would never be owed");
      if (step.next.size() > kMaxBranches) add(step, fmt::format("next: at most {} options", kMaxBranches));
      for (const FlowBranch& branch : step.next)
        if (branch.to != kEnd && !ids.contains(branch.to)) add(step, fmt::format("next: no step «{}»", branch.to)), bad_names_ = true;
        else if (branch.to == step.id) add(step, "next: leads to itself"), bad_names_ = true;
    }
  }

  void check_step(std::size_t index) const {
    const FlowStep& step = flow_.steps[index];
    if (step.only_if) check_possible(*step.only_if, step.origin.line, fmt::format("step {}: unreachable: if", step.id));
    for (const FlowBranch& branch : step.next)
      if (branch.only_if) check_possible(*branch.only_if, step.origin.line, fmt::format("step {}: next", step.id));
    if (step.call.empty() || !step.done.any.empty()) check_evidence(index);
  }

  void check_possible(const Condition& condition, int line, std::string_view what) const {
    if (const Possibility found = examine(condition.root, known_); !found.possible) file_.add(line, fmt::format("{} can never hold: {}", what, found.why));
  }

  // Some alternative must be possible, and for a gate without what it locks itself.
  void check_evidence(std::size_t index) const {
    const FlowStep& step = flow_.steps[index];
    std::string why;
    bool open = step.done.any.empty();
    for (const std::vector<EvidencePart>& parts : step.done.any) {
      bool all = true;
      for (const EvidencePart& part : parts) all = part_possible(index, part, why) && all;
      open = open || all;
    }
    if (!open) add(step, fmt::format("{}: {}", step.gate ? "a gate that nothing can open" : "evidence that nothing can give", why));
  }

  bool part_possible(std::size_t index, const EvidencePart& part, std::string& why) const {
    const FlowStep& step = flow_.steps[index];
    if (!part.field.empty()) {
      const auto field = std::ranges::find(flow_.fields, part.field, &FlowField::name);
      if (field == flow_.fields.end()) why = fmt::format("no field «{}»", part.field);
      else if (field->extractions.empty()) why = fmt::format("nothing sets field {}", part.field);
      else return true;
      return false;
    }
    const Possibility found = examine(part.when.root, known_);
    if (!found.possible) return why = found.why, false;
    if (found.awaited.empty()) return true;
    for (const std::set<std::string>& steps : found.awaited)
      if (std::ranges::none_of(steps, [&](const std::string& name) { return locked_by(step, index, name); })) return true;
    why = fmt::format("it waits for {}, which it locks", *found.awaited.front().begin());
    return false;
  }

  bool locked_by(const FlowStep& step, std::size_t index, const std::string& name) const {
    if (!name.starts_with(flow_.id + ".")) return false;
    const std::size_t other = find(std::string_view(name).substr(flow_.id.size() + 1));
    return other < flow_.steps.size() && (other == index || (step.gate && other > index && !flow_.steps[other].ungated));
  }

  void check_groups() const {
    std::set<std::string> closed;
    for (std::size_t i = 0; i < flow_.steps.size(); ++i) {
      const FlowStep& step = flow_.steps[i];
      const std::string& before = i == 0 ? std::string() : flow_.steps[i - 1].together;
      if (!before.empty() && before != step.together) closed.insert(before);
      for (const FlowBranch& branch : step.next)
        if (const std::size_t to = find(branch.to); to > 0 && to < flow_.steps.size() && !flow_.steps[to].together.empty() && flow_.steps[to - 1].together == flow_.steps[to].together)
          add(step, fmt::format("next: {} is in the middle of steps done together: name the first of them", branch.to));
      if (step.together.empty()) continue;
      if (closed.contains(step.together)) add(step, fmt::format("together: the steps of «{}» must stand one below the other", step.together));
      const bool last = i + 1 == flow_.steps.size() || flow_.steps[i + 1].together != step.together;
      if (!step.next.empty() && !last) add(step, "next goes with the last step of those done together");
    }
  }

  // Steps that follow this one, the number of steps for the end.
  std::vector<std::size_t> followers(std::size_t index) const {
    const FlowStep& step = flow_.steps[index];
    std::vector<std::size_t> list;
    bool in_order = step.next.empty() || step.only_if || step.optional;
    for (const FlowBranch& branch : step.next) list.push_back(branch.to == kEnd ? flow_.steps.size() : find(branch.to));
    in_order = in_order || step.next.back().only_if;
    if (in_order) list.push_back(index + 1);
    return list;
  }

  void check_ways() const {
    const std::size_t count = flow_.steps.size();
    std::vector<bool> reached(count + 1), ends(count + 1);
    std::vector<std::size_t> open{0};
    reached[0] = true;
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      if (at == count) continue;
      for (const std::size_t next : followers(at))
        if (!reached[next]) reached[next] = true, open.push_back(next);
    }
    ends[count] = true;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < count; ++i)
        if (!ends[i] && std::ranges::any_of(followers(i), [&](std::size_t next) { return ends[next]; })) ends[i] = changed = true;
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (!reached[i]) add(flow_.steps[i], "unreachable: no way leads to it");
      else if (!ends[i]) add(flow_.steps[i], "no way leads from it to the end of the flow");
    }
  }

  const Flow& flow_;
  const FileContext& file_;
  KnownValues known_;
  bool bad_names_ = false;
};

void paths_of(const ConditionNode& node, std::set<std::string>& paths) {
  for (const CompareNode& compare : node.compares) {
    paths.insert(compare.path);
    for (const Operand& value : compare.values)
      if (value.is_path) paths.insert(value.text);
  }
  for (const ConditionNode& child : node.children) paths_of(child, paths);
}

class LibraryChecker {
 public:
  LibraryChecker(const Library& library, std::vector<core::Error>& errors) : library_(library), errors_(errors) {
    for (const Flow& flow : library.flows)
      for (const FlowField& field : flow.fields) fields_.insert("fields." + field.name);
  }

  void run() {
    for (const Flow& flow : library_.flows) {
      for (const std::string& next : flow.ends)
        if (find(next) == nullptr) add(flow.origin.file, flow.ends_line, fmt::format("ends: flow «{}» does not exist", next), core::Code::not_found);
      for (const FlowStep& step : flow.steps) check(flow, step);
    }
  }

 private:
  const Flow* find(std::string_view id) const {
    const auto found = std::ranges::find(library_.flows, id, &Flow::id);
    return found == library_.flows.end() ? nullptr : &*found;
  }
  void add(const std::string& file, int line, std::string message, core::Code code = core::Code::invalid) {
    errors_.push_back({code, std::move(message), fmt::format("{}:{}", file, line)});
  }

  void check(const Flow& flow, const FlowStep& step) {
    if (step.only_if) check_fields(flow, step, *step.only_if);
    for (const FlowBranch& branch : step.next)
      if (branch.only_if) check_fields(flow, step, *branch.only_if);
    for (const auto& parts : step.done.any)
      for (const EvidencePart& part : parts) check_fields(flow, step, part.when);
    if (step.call.empty()) return;
    if (find(step.call) == nullptr)
      return add(step.origin.file, step.origin.line, fmt::format("step {}: call: flow «{}» does not exist", step.id, step.call), core::Code::not_found);
    std::vector<std::string> way{flow.id};
    if (comes_back(flow.id, step.call, way)) {
      std::string text;
      for (const std::string& id : way) text += id + " → ";
      add(step.origin.file, step.origin.line, fmt::format("step {}: call: a cycle of sub-flows: {}{}", step.id, text, flow.id));
    }
  }

  // Whether the calls of `at` lead back to `to`; `way` then holds them.
  bool comes_back(const std::string& to, const std::string& at, std::vector<std::string>& way) const {
    if (at == to) return true;
    if (std::ranges::find(way, at) != way.end()) return false;
    const Flow* flow = find(at);
    if (flow == nullptr) return false;
    way.push_back(at);
    for (const FlowStep& step : flow->steps)
      if (!step.call.empty() && comes_back(to, step.call, way)) return true;
    way.pop_back();
    return false;
  }

  void check_fields(const Flow& flow, const FlowStep& step, const Condition& condition) {
    std::set<std::string> paths;
    paths_of(condition.root, paths);
    for (const std::string& path : paths)
      if (path.starts_with("fields.") && !fields_.contains(path))
        add(step.origin.file, step.origin.line, fmt::format("flow {}: step {}: no flow captures {}", flow.id, step.id, path), core::Code::not_found);
  }

  const Library& library_;
  std::vector<core::Error>& errors_;
  std::set<std::string> fields_;
};

}  // namespace

void check_flow(const Flow& flow, const FileContext& file) { FlowChecker(flow, file).run(); }
void check_flows(const Library& library, std::vector<core::Error>& errors) { LibraryChecker(library, errors).run(); }

}  // namespace fenshen::content
