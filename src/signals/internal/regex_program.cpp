#include "signals/internal/regex_program.h"

#include <algorithm>
#include <utility>

#include "text/fold.h"

namespace fenshen::signals::internal {
namespace {

using content::RegexNode;
using Kind = RegexNode::Kind;

constexpr std::size_t kLiteralsMax = 64;
constexpr std::uint32_t kSingleMax = 8;  // characters of a set that are taken one by one

// The one character of a set, or nullopt.
std::optional<char32_t> single(const RegexNode& node) {
  if (node.kind != Kind::set || node.inverted || node.ranges.size() != 1 || node.ranges[0].first != node.ranges[0].second) return std::nullopt;
  return node.ranges[0].first;
}

// Latin literals of the scan stand at word edges, which a regular expression does not promise.
bool scannable(char32_t c) { return (text::class_of(c) & text::kHan) != 0; }

bool all_of_class(const RegexNode& node, text::CharClass wanted) {
  if (node.inverted) return false;
  for (const auto& [first, last] : node.ranges) {
    if (last - first > 1000) return false;
    for (char32_t c = first; c <= last; ++c)
      if ((text::class_of(c) & wanted) == 0) return false;
  }
  return true;
}

// The better of two needs: literals before kinds of characters, longer before shorter.
std::size_t worth(const RegexNeed& need) {
  if (need.kind != RegexNeed::Kind::literals) return need.kind == RegexNeed::Kind::digit ? 2 : 1;
  const auto shortest = std::ranges::min_element(need.literals, {}, &std::u32string::size);
  return 10 + 10 * shortest->size() - std::min<std::size_t>(need.literals.size() / 8, 9);
}
void keep_better(std::optional<RegexNeed>& best, std::optional<RegexNeed> other) {
  if (other && (!best || worth(*other) > worth(*best))) best = std::move(other);
}

std::optional<RegexNeed> need_of_set(const RegexNode& node) {
  std::uint32_t size = 0;
  for (const auto& [first, last] : node.ranges) size += std::min<std::uint32_t>(last - first + 1, kSingleMax + 1);
  RegexNeed need;
  if (!node.inverted && size <= kSingleMax) {
    for (const auto& [first, last] : node.ranges)
      for (char32_t c = first; c <= last; ++c)
        if (scannable(c)) need.literals.emplace_back(1, c);
    if (need.literals.size() == size) return need;
    need.literals.clear();
  }
  if (all_of_class(node, text::kDigit)) need.kind = RegexNeed::Kind::digit;
  else if (all_of_class(node, text::kLetter)) need.kind = RegexNeed::Kind::letter;
  else return std::nullopt;
  return need;
}

std::optional<RegexNeed> need_of_sequence(const RegexNode& node) {
  std::optional<RegexNeed> best;
  std::u32string run;
  const auto flush = [&] {
    if (run.empty()) return;
    RegexNeed need;
    need.literals.push_back(std::move(run));
    run.clear();
    keep_better(best, std::move(need));
  };
  for (const RegexNode& child : node.children) {
    if (const auto c = single(child); c && scannable(*c)) {
      run.push_back(*c);
      continue;
    }
    flush();
    keep_better(best, need_of(child));
  }
  flush();
  return best;
}

std::optional<RegexNeed> need_of_any(const RegexNode& node) {
  RegexNeed all;
  for (const RegexNode& child : node.children) {
    auto need = need_of(child);
    if (!need) return std::nullopt;
    if (&child == &node.children.front()) all.kind = need->kind;
    if (need->kind != all.kind) return std::nullopt;
    all.literals.insert(all.literals.end(), need->literals.begin(), need->literals.end());
  }
  if (all.literals.size() > kLiteralsMax) return std::nullopt;
  return all;
}

}  // namespace

std::optional<RegexNeed> need_of(const RegexNode& regex) {
  switch (regex.kind) {
    case Kind::set: return need_of_set(regex);
    case Kind::sequence: return need_of_sequence(regex);
    case Kind::any_of: return need_of_any(regex);
    case Kind::repeat: return regex.min == 0 ? std::nullopt : need_of(regex.children[0]);
    default: return std::nullopt;
  }
}

RegexProgram::RegexProgram(const RegexNode& regex) {
  compile(regex);
  emit(State::Kind::done);
}

std::uint32_t RegexProgram::emit(State::Kind kind) {
  states_.emplace_back().kind = kind;
  return static_cast<std::uint32_t>(states_.size() - 1);
}

// Each piece falls through to what is emitted behind it. A split goes to the next state first, then to `first`.
void RegexProgram::compile(const RegexNode& node) {
  const auto here = [&] { return static_cast<std::uint32_t>(states_.size()); };
  switch (node.kind) {
    case Kind::set: {
      const std::uint32_t state = emit(State::Kind::set);
      states_[state].inverted = node.inverted;
      states_[state].first = static_cast<std::uint32_t>(ranges_.size());
      states_[state].count = static_cast<std::uint32_t>(node.ranges.size());
      ranges_.insert(ranges_.end(), node.ranges.begin(), node.ranges.end());
      return;
    }
    case Kind::begin: emit(State::Kind::begin); return;
    case Kind::end: emit(State::Kind::end); return;
    case Kind::sequence:
      for (const RegexNode& child : node.children) compile(child);
      return;
    case Kind::any_of: {
      std::vector<std::uint32_t> exits;
      for (std::size_t i = 0; i < node.children.size(); ++i) {
        const bool last = i + 1 == node.children.size();
        const std::uint32_t split = last ? 0 : emit(State::Kind::split);
        compile(node.children[i]);
        if (last) break;
        exits.push_back(emit(State::Kind::jump));
        states_[split].first = here();
      }
      for (const std::uint32_t exit : exits) states_[exit].first = here();
      return;
    }
    case Kind::repeat: {
      for (std::uint32_t i = 0; i < node.min; ++i) compile(node.children[0]);
      if (node.max == content::kRegexNoLimit) {
        const std::uint32_t split = emit(State::Kind::split);
        compile(node.children[0]);
        const std::uint32_t back = emit(State::Kind::jump);
        states_[back].first = split;
        states_[split].first = here();
        return;
      }
      std::vector<std::uint32_t> splits;
      for (std::uint32_t i = node.min; i < node.max; ++i) {
        splits.push_back(emit(State::Kind::split));
        compile(node.children[0]);
      }
      for (const std::uint32_t split : splits) states_[split].first = here();
      return;
    }
  }
}

// Punctuation and blanks at the edges do not count, as in patterns.
std::pair<std::uint32_t, std::uint32_t> RegexProgram::edges(const ScannedText& text) {
  const auto size = static_cast<std::uint32_t>(text.text.size());
  const auto outside = [&](std::uint32_t i) { return (text.classes[i] & (text::kPunctuation | text::kBlank)) != 0; };
  std::uint32_t low = 0, high = size;
  while (low < size && outside(low)) ++low;
  while (high > 0 && outside(high - 1)) --high;
  return {low, high};
}

void RegexProgram::renew(Scratch& scratch) {
  if (++scratch.epoch != 0) return;
  std::ranges::fill(scratch.marks, 0U);
  scratch.epoch = 1;
}

// Adds the state, or what it leads to without reading.
void RegexProgram::enter(std::uint32_t state, std::uint32_t begin, Place place, Scratch& scratch) const {
  scratch.stack.assign(1, state);
  while (!scratch.stack.empty()) {
    const std::uint32_t at = scratch.stack.back();
    scratch.stack.pop_back();
    if (scratch.marks[at] == scratch.epoch) continue;
    scratch.marks[at] = scratch.epoch;
    const State& one = states_[at];
    switch (one.kind) {
      case State::Kind::set:
      case State::Kind::done: scratch.next.push_back({at, begin}); break;
      case State::Kind::jump: scratch.stack.push_back(one.first); break;
      case State::Kind::split:
        scratch.stack.push_back(one.first);
        scratch.stack.push_back(at + 1);
        break;
      case State::Kind::begin:
        if (place.begins) scratch.stack.push_back(at + 1);
        break;
      case State::Kind::end:
        if (place.ends) scratch.stack.push_back(at + 1);
        break;
    }
  }
}

}  // namespace fenshen::signals::internal
