// The compiled form of chains and their matching. A chain is looked at only when its anchor, the set of literals that is
// rarest, occurred; then the slots are checked from left to right over the occurrences, carrying all end positions that
// are still possible.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "signals/internal/occurrences.h"
#include "text/chars.h"

namespace fenshen::signals::internal {

using ProgramId = std::uint32_t;
constexpr std::uint32_t kContiguous = 0xFFFFFFFF;  // as a gap

struct CompiledSlot {
  SetId set;
  std::uint32_t gap;  // most characters between it and the slot before
};

struct CompiledChain {
  ProgramId program;
  std::uint32_t first;  // in slots
  std::uint32_t count;
};

struct Match {
  std::uint32_t begin = 0, end = 0;
  friend auto operator<=>(const Match&, const Match&) = default;
};

// What the matcher reads of one utterance.
struct ScannedText {
  std::span<const char32_t> text;
  std::span<const text::CharClass> classes;
  std::span<const std::uint32_t> sentence;  // of each position and the end: how many sentence ends lie before
  std::span<const std::uint32_t> clause;
};

class Matcher {
 public:
  // Calls visit(Match) for the matches of the chain, leftmost first, then shortest, until it returns true.
  // Returns whether it did.
  template <typename Visit>
  bool each_match(std::span<const CompiledSlot> slots, Occurrences& found, const ScannedText& text, Visit&& visit) {
    if (slots.size() == 1) return each_single(slots[0].set, found, visit);
    for (const CompiledSlot& slot : slots)
      if (!found.has(slot.set)) return false;
    if (cursors_.size() < slots.size()) cursors_.resize(slots.size());
    for (std::size_t i = 0; i < slots.size(); ++i) cursors_[i] = found.first(slots[i].set);
    while (cursors_[0] != kNone) {
      const std::uint32_t begin = found[cursors_[0]].begin;
      take_starts(found, begin);
      for (std::size_t i = 1; i < slots.size() && !ends_.empty(); ++i) advance(i, slots[i], begin, found, text);
      for (const std::uint32_t end : ends_)
        if (visit(Match{begin, end})) return true;
    }
    return false;
  }

 private:
  template <typename Visit>
  bool each_single(SetId set, Occurrences& found, Visit& visit) {
    for (std::uint32_t at = found.first(set); at != kNone; at = found[at].next)
      if (visit(Match{found[at].begin, found[at].end})) return true;
    return false;
  }
  // All ends of the first slot at `begin`; moves its cursor behind them.
  void take_starts(Occurrences& found, std::uint32_t begin) {
    ends_.clear();
    std::uint32_t at = cursors_[0];
    for (; at != kNone && found[at].begin == begin; at = found[at].next) add_end(ends_, found[at].end);
    cursors_[0] = at;
  }
  void advance(std::size_t slot_index, const CompiledSlot& slot, std::uint32_t begin, Occurrences& found, const ScannedText& text);
  static void add_end(std::vector<std::uint32_t>& ends, std::uint32_t end);

  std::vector<std::uint32_t> cursors_;
  std::vector<std::uint32_t> ends_, next_;
};

}  // namespace fenshen::signals::internal
