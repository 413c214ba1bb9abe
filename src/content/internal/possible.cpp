#include "content/internal/possible.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>

#include "content/internal/condition_words.h"

namespace fenshen::content {
namespace {

constexpr std::size_t kMaxWays = 256;

struct Range {
  long long least = std::numeric_limits<long long>::min();
  long long most = std::numeric_limits<long long>::max();
};

// What must hold at one event for one way of becoming true.
struct Way {
  std::string occurrence;  // "an utterance", "event card.loss_temp", "the start" … ; empty: any event
  std::uint8_t speakers = 0xFF;
  std::map<std::string, std::string> equal;
  std::map<std::string, Range> ranges;
  std::set<std::string> steps;
};

std::optional<long long> whole_number(const std::string& text) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

Range limits_of(const std::string& path) {
  if (path == "idv.level" || path == "event idv.passed level") return {0, 4};
  if (path == "hour") return {0, 23};
  if (path == "minute") return {0, 59};
  if (path == "weekday") return {1, 7};
  if (path == "customer.age") return {0, 150};
  if (path == "turn" || path.starts_with("speech.") || path.starts_with("history.")) return {0, std::numeric_limits<long long>::max()};
  return {};
}

class Examiner {
 public:
  explicit Examiner(const KnownValues& known) : known_(known) {}

  Possibility run(const ConditionNode& node) {
    Possibility result;
    const std::vector<Way> ways = expand(node);
    result.possible = too_many_ || !ways.empty();
    if (!result.possible) result.why = why_;
    if (!too_many_)
      for (const Way& way : ways) result.awaited.push_back(way.steps);
    return result;
  }

 private:
  using Kind = ConditionNode::Kind;

  std::vector<Way> expand(const ConditionNode& node) {
    if (too_many_) return {Way{}};
    if (node.kind == Kind::any) {
      std::vector<Way> ways;
      for (const ConditionNode& child : node.children) {
        std::vector<Way> more = expand(child);
        ways.insert(ways.end(), more.begin(), more.end());
      }
      return bounded(std::move(ways));
    }
    if (node.kind == Kind::all) {
      std::vector<Way> ways{Way{}};
      for (const ConditionNode& child : node.children) ways = crossed(ways, expand(child));
      return ways;
    }
    if (node.kind == Kind::negate) return {Way{}};
    Way way = atom(node);
    return crossed({Way{}}, {way});
  }

  std::vector<Way> bounded(std::vector<Way> ways) {
    if (ways.size() > kMaxWays) {
      too_many_ = true;
      ways.resize(1);
    }
    return ways;
  }

  std::vector<Way> crossed(const std::vector<Way>& left, const std::vector<Way>& right) {
    std::vector<Way> ways;
    if (left.size() * right.size() > kMaxWays) {
      too_many_ = true;
      return {Way{}};
    }
    for (const Way& a : left)
      for (const Way& b : right)
        if (auto both = joined(a, b)) ways.push_back(std::move(*both));
    return ways;
  }

  Way atom(const ConditionNode& node) {
    Way way;
    switch (node.kind) {
      case Kind::says:
      case Kind::matches:
      case Kind::speaks:
      case Kind::gives:
        way.occurrence = "an utterance";
        way.speakers = node.speakers;
        break;
      case Kind::intent: way.occurrence = "an utterance"; break;
      case Kind::emotion:
        way.occurrence = "an utterance";
        way.speakers = speaker_bit(conversation::Speaker::customer);
        break;
      case Kind::event:
        way.occurrence = "event " + node.name;
        for (const CompareNode& compare : node.compares) compared(way, way.occurrence + " " + compare.path, compare);
        break;
      case Kind::start: way.occurrence = "the start"; break;
      case Kind::end: way.occurrence = "the end"; break;
      case Kind::act: way.occurrence = "act " + node.name; break;
      case Kind::step: way.steps.insert(node.name); break;
      case Kind::compare:
        for (const CompareNode& compare : node.compares) compared(way, compare.path, compare);
        break;
      default: break;
    }
    return way;
  }

  void compared(Way& way, const std::string& path, const CompareNode& compare) {
    if (path == "flow" || compare.values.size() != 1 || compare.values[0].is_path) return;
    const std::string& value = compare.values[0].text;
    if (compare.op == Comparison::equal) {
      way.equal[path] = value;
      if (const auto number = whole_number(value)) way.ranges[path] = {*number, *number};
    } else if (const auto number = whole_number(value)) {
      if (compare.op == Comparison::greater_equal) way.ranges[path].least = *number;
      if (compare.op == Comparison::greater) way.ranges[path].least = *number + 1;
      if (compare.op == Comparison::less_equal) way.ranges[path].most = *number;
      // Values may have decimals: below 1 there is 0.5, which counts as 0 here, above 0 it counts as 1.
      if (compare.op == Comparison::less) way.ranges[path].most = *number - 1;
    }
  }

  std::optional<Way> joined(const Way& a, const Way& b) {
    Way both = a;
    if (!a.occurrence.empty() && !b.occurrence.empty() && a.occurrence != b.occurrence && !(is_act(a) && is_said(b)) && !(is_said(a) && is_act(b)))
      return refuse(fmt::format("{} and {} are never one event", a.occurrence, b.occurrence));
    if (both.occurrence.empty()) both.occurrence = b.occurrence;
    both.speakers &= b.speakers;
    if (both.speakers == 0) return refuse("one utterance has one speaker");
    for (const auto& [path, value] : b.equal)
      if (const auto [place, fresh] = both.equal.emplace(path, value); !fresh && place->second != value)
        return refuse(fmt::format("{} is not {} and {} at once", path, place->second, value));
    for (const auto& [path, value] : both.equal)
      if (const auto known = known_.find(path); known != known_.end() && !known->second.contains(value))
        return refuse(fmt::format("nothing ever sets {} to «{}»", path, value));
    for (const auto& [path, range] : b.ranges) {
      Range& mine = both.ranges[path];
      mine = {std::max(mine.least, range.least), std::min(mine.most, range.most)};
    }
    for (const auto& [path, range] : both.ranges) {
      const Range limits = limits_of(path);
      if (std::max(range.least, limits.least) > std::min(range.most, limits.most)) return refuse(fmt::format("no value of {} fits", path));
    }
    both.steps.insert(b.steps.begin(), b.steps.end());
    return both;
  }

  // The words of a proposed message are read as if they were said.
  static bool is_act(const Way& way) { return way.occurrence.starts_with("act "); }
  static bool is_said(const Way& way) { return way.occurrence == "an utterance"; }

  std::optional<Way> refuse(std::string why) {
    if (why_.empty()) why_ = std::move(why);
    return std::nullopt;
  }

  const KnownValues& known_;
  std::string why_;
  bool too_many_ = false;
};

}  // namespace

Possibility examine(const ConditionNode& node, const KnownValues& known) { return Examiner(known).run(node); }

}  // namespace fenshen::content
