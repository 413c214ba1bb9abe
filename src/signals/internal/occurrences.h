// Where the sets of literals occurred in one utterance. Most sets are never asked for: a chain is looked at only if its
// anchor occurred. So a literal that occurs is entered at once only into the sets that somebody must hear of (anchors) or
// that have too many members to ask; all other sets are asked when a chain needs them, literal by literal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "signals/internal/lists.h"

namespace fenshen::signals::internal {

using LiteralId = std::uint32_t;
using SetId = std::uint32_t;
constexpr std::uint32_t kNone = 0xFFFFFFFF;

// Which sets a literal is entered into, and which literals an asked set has. Immutable, part of the lexicon.
struct SetTables {
  Lists<SetId> entered;      // literal -> sets
  Lists<LiteralId> members;  // set -> literals; empty for sets that are entered
  std::uint32_t literal_count = 0;
  std::uint32_t set_count = 0;
};

class Occurrences {
 public:
  struct Item {
    std::uint32_t begin, end, next;
  };

  // `tables` outlives the use. Constant time, but for the literals of the utterance before.
  void reset(const SetTables& tables);
  // By begin, then end.
  void add_literal(LiteralId literal, std::uint32_t begin, std::uint32_t end);
  // Of a set that is no set of literals; by begin within one set.
  void add(SetId set, std::uint32_t begin, std::uint32_t end);

  bool has(SetId set) {
    const Head& head = heads_[set];
    return head.epoch == epoch_ ? head.first != kNone : ask(set);
  }
  // The first occurrence (by begin, then end), kNone if there is none; the next one is operator[](…).next.
  std::uint32_t first(SetId set) {
    if (!has(set)) return kNone;
    if (heads_[set].first == kPending) list(set);
    return heads_[set].first;
  }
  const Item& operator[](std::uint32_t index) const { return items_[index]; }
  // The entered sets that occurred.
  std::span<const SetId> touched() const { return touched_; }

 private:
  static constexpr std::uint32_t kPending = kNone - 1;  // occurred, not listed yet
  struct Head {
    std::uint32_t epoch = 0, first = 0, last = 0;
  };
  struct Seen {
    LiteralId literal;
    std::uint32_t begin, end, before;  // before: the occurrence before of the same literal
  };

  bool occurred(LiteralId literal) const { return (bits_[literal >> 6] >> (literal & 63) & 1) != 0; }
  bool ask(SetId set);
  void list(SetId set);

  const SetTables* tables_ = nullptr;
  std::vector<Head> heads_;            // by set
  std::vector<std::uint64_t> bits_;    // by literal: it occurred
  std::vector<std::uint32_t> latest_;  // by literal that occurred: into seen_
  std::vector<Seen> seen_;
  std::vector<Item> items_;
  std::vector<SetId> touched_;
  std::vector<std::uint32_t> order_;
  std::uint32_t epoch_ = 0;
};

}  // namespace fenshen::signals::internal
