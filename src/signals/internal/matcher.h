// The compiled form of chains and their matching. A chain is looked at only when its anchor, the set of literals that is
// rarest, occurred; then the slots are checked from left to right over the occurrences, carrying all end positions that
// are still possible.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "text/chars.h"

namespace fenshen::signals::internal {

using SetId = std::uint32_t;
using ProgramId = std::uint32_t;
constexpr std::uint32_t kNone = 0xFFFFFFFF;
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

// Where the sets occurred in one utterance. Reset in constant time.
class Occurrences {
 public:
  void reset(std::size_t sets) {
    if (heads_.size() < sets) heads_.resize(sets);
    if (++epoch_ == 0) {
      for (Head& head : heads_) head.epoch = 0;
      epoch_ = 1;
    }
    items_.clear();
    touched_.clear();
  }
  // By begin within one set.
  void add(SetId set, std::uint32_t begin, std::uint32_t end) {
    const auto index = static_cast<std::uint32_t>(items_.size());
    items_.push_back({begin, end, kNone});
    Head& head = heads_[set];
    if (head.epoch != epoch_) {
      head = {epoch_, index, index};
      touched_.push_back(set);
    } else {
      items_[head.last].next = index;
      head.last = index;
    }
  }
  struct Item {
    std::uint32_t begin, end, next;
  };
  bool has(SetId set) const { return heads_[set].epoch == epoch_; }
  std::uint32_t first(SetId set) const { return has(set) ? heads_[set].first : kNone; }
  const Item& operator[](std::uint32_t index) const { return items_[index]; }
  std::span<const SetId> touched() const { return touched_; }

 private:
  struct Head {
    std::uint32_t epoch = 0, first = 0, last = 0;
  };
  std::vector<Head> heads_;
  std::vector<Item> items_;
  std::vector<SetId> touched_;
  std::uint32_t epoch_ = 0;
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
  bool each_match(std::span<const CompiledSlot> slots, const Occurrences& found, const ScannedText& text, Visit&& visit) {
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
  bool each_single(SetId set, const Occurrences& found, Visit& visit) {
    for (std::uint32_t at = found.first(set); at != kNone; at = found[at].next)
      if (visit(Match{found[at].begin, found[at].end})) return true;
    return false;
  }
  // All ends of the first slot at `begin`; moves its cursor behind them.
  void take_starts(const Occurrences& found, std::uint32_t begin) {
    ends_.clear();
    std::uint32_t at = cursors_[0];
    for (; at != kNone && found[at].begin == begin; at = found[at].next) add_end(ends_, found[at].end);
    cursors_[0] = at;
  }
  void advance(std::size_t slot_index, const CompiledSlot& slot, std::uint32_t begin, const Occurrences& found, const ScannedText& text);
  static void add_end(std::vector<std::uint32_t>& ends, std::uint32_t end);

  std::vector<std::uint32_t> cursors_;
  std::vector<std::uint32_t> ends_, next_;
};

}  // namespace fenshen::signals::internal
