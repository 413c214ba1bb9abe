// From a diagram to a list of steps: first their order, then which gateways stand for `if` and `together`, then where each
// step goes on. What is left of the gateways becomes `next`.
#include "bpmn/internal/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "bpmn/internal/flow_text.h"

namespace fenshen::bpmn {
namespace {

constexpr std::size_t kShapesMax = 4096;
constexpr std::size_t kOptionsMax = 16;
constexpr int kGatewaysInARow = 32;

bool is_step(const Shape& shape) { return shape.element == Element::task || shape.element == Element::call || shape.element == Element::subprocess; }

class Planner {
 public:
  Planner(const Diagram& diagram, const pugi::xml_node& process, const Places& places, std::vector<core::Error>& errors)
      : diagram_(diagram), process_(process), places_(places), errors_(errors) {}

  std::vector<StepPlan> run() {
    const std::size_t before = errors_.size();
    check_shapes();
    if (errors_.size() == before) put_in_order();
    if (errors_.size() == before) find_groups();
    if (errors_.size() == before) find_guards();
    if (errors_.size() == before) follow();
    return errors_.size() == before ? std::move(plans_) : std::vector<StepPlan>();
  }

 private:
  const Shape& shape(int index) const { return diagram_.shapes[static_cast<std::size_t>(index)]; }
  const Line& line(int index) const { return diagram_.lines[static_cast<std::size_t>(index)]; }
  int count() const { return static_cast<int>(order_.size()); }
  void fail(const pugi::xml_node& node, std::string message) { errors_.push_back(mistake(node, places_, std::move(message))); }
  void fail(int index, std::string message) { fail(shape(index).xml, std::move(message)); }

  // --- what is there ---

  void check_shapes() {
    if (diagram_.shapes.size() > kShapesMax) return fail(process_, fmt::format("more than {} elements", kShapesMax));
    std::size_t steps = 0;
    for (int i = 0; i < static_cast<int>(diagram_.shapes.size()); ++i) {
      steps += is_step(shape(i)) ? 1 : 0;
      if (shape(i).element == Element::start && start_ >= 0) fail(i, "a second start event; a flow begins in one place");
      else if (shape(i).element == Element::start) start_ = i;
      if (is_step(shape(i)) && shape(i).out.size() > 1) fail(i, "several sequence flows leave it: use a gateway");
    }
    if (start_ < 0) fail(process_, "has no start event");
    else if (shape(start_).out.size() != 1) fail(start_, "one sequence flow must leave it");
    if (steps == 0) fail(process_, "has no task: a flow needs a step");
    if (steps > kStepsMax) fail(process_, fmt::format("more than {} tasks", kStepsMax));
  }

  // --- order ---

  void put_in_order() {
    std::vector<int> reached = reverse_postorder();
    for (int i = 0; i < static_cast<int>(diagram_.shapes.size()); ++i)
      if (is_step(shape(i)) && std::ranges::find(reached, i) == reached.end()) fail(i, "nothing leads to it from the start event");
    std::vector<int> fresh;
    std::vector<std::pair<int, int>> hinted;
    for (const int i : reached) {
      if (!is_step(shape(i))) continue;
      if (const auto hint = hint_of(i)) hinted.emplace_back(*hint, i);
      else fresh.push_back(i);
    }
    std::ranges::stable_sort(hinted, {}, &std::pair<int, int>::first);
    for (const auto& [hint, i] : hinted) order_.push_back(i);
    // What an editor has added goes behind the step that leads to it.
    for (const int i : fresh) order_.insert(hinted.empty() ? order_.end() : behind_predecessor(i), i);
    for (int i = 0; i < count(); ++i) index_[order_[static_cast<std::size_t>(i)]] = i;
  }

  std::optional<int> hint_of(int index) const {
    const std::string text = own_attribute(shape(index).xml, "order");
    int hint = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hint);
    return text.empty() || error != std::errc{} ? std::nullopt : std::optional(hint);
  }

  std::vector<int>::iterator behind_predecessor(int index) {
    std::set<int> seen;
    std::vector<int> open{index};
    while (!open.empty()) {
      const int at = open.back();
      open.pop_back();
      for (const int in : shape(at).in) {
        const int from = line(in).from;
        if (!seen.insert(from).second) continue;
        if (from == start_) return order_.begin();
        if (const auto place = std::ranges::find(order_, from); place != order_.end()) return place + 1;
        open.push_back(from);
      }
    }
    return order_.end();
  }

  // A topological order if ways back are left aside; what a gateway names first comes first, its default last.
  std::vector<int> reverse_postorder() const {
    std::vector<int> finished;
    std::vector<bool> seen(diagram_.shapes.size());
    std::vector<std::pair<int, std::vector<int>>> stack;
    const auto enter = [&](int at) {
      seen[static_cast<std::size_t>(at)] = true;
      std::vector<int> ways = ways_of(at);
      stack.emplace_back(at, std::move(ways));
    };
    enter(start_);
    while (!stack.empty()) {
      auto& [at, ways] = stack.back();
      if (ways.empty()) {
        finished.push_back(at);
        stack.pop_back();
        continue;
      }
      const int to = line(ways.back()).to;
      ways.pop_back();  // from the last: what is finished last comes first
      if (!seen[static_cast<std::size_t>(to)]) enter(to);
    }
    std::ranges::reverse(finished);
    return finished;
  }

  // The lines that leave, in their order, the default last.
  std::vector<int> ways_of(int index) const {
    std::vector<int> ways = shape(index).out;
    std::ranges::stable_partition(ways, [&](int way) { return line(way).id != shape(index).default_flow; });
    return ways;
  }

  // --- steps done together ---

  // A gateway that leads under a condition to one step that nothing else leads to; the step, or -1.
  int guarded_step(int gateway) const {
    if (shape(gateway).element != Element::exclusive || shape(gateway).out.size() != 2) return -1;
    const std::vector<int> ways = ways_of(gateway);
    const Line& first = line(ways[0]);
    if (!first.conditional || line(ways[1]).conditional) return -1;
    return is_step(shape(first.to)) && shape(first.to).in.size() == 1 ? first.to : -1;
  }
  int around(int gateway) const { return line(ways_of(gateway)[1]).to; }

  void find_groups() {
    for (int i = 0; i < static_cast<int>(diagram_.shapes.size()); ++i)
      if (shape(i).element == Element::parallel && shape(i).out.size() > 1) find_group(i);
    for (int i = 0; i < static_cast<int>(diagram_.shapes.size()); ++i)
      if (shape(i).element == Element::parallel && shape(i).in.size() > 1 && shape(i).out.size() <= 1 && !merges_.contains(i))
        fail(i, "a parallel gateway that joins no branches of one that forks");
  }

  void find_group(int fork) {
    static constexpr std::string_view kRule = "a parallel gateway maps if each branch is one task and all branches meet in one gateway";
    std::vector<int> members;
    int merge = -1;
    for (const int way : shape(fork).out) {
      const int to = line(way).to;
      const int step = is_step(shape(to)) ? to : guarded_step(to);
      if (line(way).conditional || step < 0 || shape(step).out.size() != 1) return fail(fork, std::string(kRule));
      const int end = line(shape(step).out[0]).to;
      if (shape(end).element != Element::parallel || (merge >= 0 && merge != end) || (step != to && around(to) != end)) return fail(fork, std::string(kRule));
      merge = end;
      members.push_back(index_.at(step));
    }
    std::ranges::sort(members);
    for (std::size_t i = 1; i < members.size(); ++i)
      if (members[i] != members[i - 1] + 1) return fail(fork, "other steps stand between those of its branches");
    if (shape(merge).out.size() != 1 || merges_.contains(merge)) return fail(merge, std::string(kRule));
    merges_.insert(merge);
    std::string name = own_attribute(shape(fork).xml, "together");
    if (name.empty()) name = shape(fork).xml.attribute("name").value();
    if (name.empty()) name = shape(fork).id;
    for (const int member : members) groups_[member] = {name, members.front(), members.back(), merge};
    forks_[fork] = members.front();
  }

  // --- steps under a condition ---

  // From the last step up, so that what follows is known.
  void find_guards() {
    std::vector<std::pair<int, int>> found;  // index of the step, gateway
    for (int i = 0; i < static_cast<int>(diagram_.shapes.size()); ++i)
      if (const int step = guarded_step(i); step >= 0) found.emplace_back(index_.at(step), i);
    std::ranges::sort(found, std::greater{});
    for (const auto& [step, gateway] : found) {
      const auto group = groups_.find(step);
      const int behind = around(gateway);
      const bool fits = group != groups_.end() ? behind == group->second.merge : entry_step(behind, 0) == step + 1;
      if (fits) guards_[gateway] = step;
    }
  }

  // The step that is reached when this element is; -1 where several may be.
  int entry_step(int index, int depth) const {
    const Shape& at = shape(index);
    if (at.element == Element::end) return count();
    if (is_step(at)) return index_.at(index);
    if (const auto guard = guards_.find(index); guard != guards_.end()) return guard->second;
    if (const auto fork = forks_.find(index); fork != forks_.end()) return fork->second;
    return at.out.size() == 1 && depth < kGatewaysInARow ? entry_step(line(at.out[0]).to, depth + 1) : -1;
  }

  // --- where each goes on ---

  void follow() {
    std::vector<Option> first;
    expand(line(shape(start_).out[0]).to, "", first, 0, start_);
    if (first.size() != 1 || !first[0].condition.empty() || first[0].to != 0)
      fail(start_, "the flow must begin with one task: put a task before the first gateway");
    for (int i = 0; i < count(); ++i) plan(i);
    for (const auto& [gateway, step] : guards_) plans_[static_cast<std::size_t>(step)].condition = line(ways_of(gateway)[0]).condition;
  }

  void plan(int index) {
    StepPlan& plan = plans_.emplace_back();
    plan.shape = order_[static_cast<std::size_t>(index)];
    int from = plan.shape;
    if (const auto group = groups_.find(index); group != groups_.end()) {
      plan.together = group->second.name;
      if (index != group->second.last) return;
      from = group->second.merge;
    }
    const Shape& at = shape(from);
    if (at.out.empty()) {
      plan.next.push_back({"", count()});
    } else {
      if (line(at.out[0]).conditional) fail(line(at.out[0]).xml, "a condition on the only way out");
      expand(line(at.out[0]).to, "", plan.next, 0, from);
    }
    // What comes next anyway needs no word.
    if (!plan.next.empty() && plan.next.back().condition.empty() && plan.next.back().to == index + 1) plan.next.pop_back();
    if (plan.next.size() > kOptionsMax) fail(from, fmt::format("more than {} ways to go on", kOptionsMax));
  }

  static std::string both(const std::string& a, const std::string& b) {
    return a.empty() ? b : b.empty() ? a : fmt::format("({}) and ({})", a, b);
  }

  // The steps that can come after, with what must hold for each; the first that holds is taken.
  void expand(int index, const std::string& condition, std::vector<Option>& out, int depth, int from) {
    if (out.size() > kOptionsMax) return;
    if (const int step = entry_step(index, 0); step >= 0) return out.push_back({condition, step}), void();
    if (depth > kGatewaysInARow) return fail(from, "gateways that lead in a circle without a task");
    const Shape& at = shape(index);
    if (at.out.empty()) return fail(index, "leads nowhere");
    if (at.element == Element::start) return fail(index, "nothing may lead to the start event");
    const std::vector<int> ways = ways_of(index);
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const Line& way = line(ways[i]);
      if (way.condition.empty() && i + 1 < ways.size()) return fail(way.xml, "no condition, and not the gateway's default: which way?");
      expand(way.to, both(condition, way.condition), out, depth + 1, from);
    }
  }

  struct Group {
    std::string name;
    int first = 0, last = 0, merge = 0;
  };

  const Diagram& diagram_;
  pugi::xml_node process_;
  const Places& places_;
  std::vector<core::Error>& errors_;
  int start_ = -1;
  std::vector<int> order_;       // shapes of the steps
  std::map<int, int> index_;     // shape -> place in the order
  std::map<int, Group> groups_;  // by place in the order
  std::map<int, int> forks_;     // shape -> first step of its group
  std::set<int> merges_;
  std::map<int, int> guards_;    // gateway -> step
  std::vector<StepPlan> plans_;
};

}  // namespace

std::vector<StepPlan> plan_steps(const Diagram& diagram, const pugi::xml_node& process, const Places& places, std::vector<core::Error>& errors) {
  return Planner(diagram, process, places, errors).run();
}

}  // namespace fenshen::bpmn
