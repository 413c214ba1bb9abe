// The compiled index. An article is found by its document: how many of its questions hold a term, its answer counting as
// two. Its best question then adds to the score and names the entry.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "content/library.h"
#include "knowledge/index.h"
#include "knowledge/internal/terms.h"

namespace fenshen::knowledge {

struct Index::Impl {
  struct Slot {
    std::uint64_t key = 0;  // 0 = free
    std::uint32_t term = 0;
  };
  // A common term is a row with one byte for each article; a rare one a list of (article << 8 | impact).
  struct Posting {
    std::uint32_t first = 0;  // in rows (times stride) or in lists
    std::uint32_t count = 0;
    bool dense = false;
  };
  struct ArticleFilter {
    content::InForce in_force;
    bool internal = false;
    std::vector<std::string> channels;
  };

  std::vector<Slot> slots;
  unsigned shift = 63;
  std::vector<Posting> postings;
  std::vector<std::uint8_t> telling;  // 0…255 by term: its idf, kind and weakness included
  std::vector<std::uint8_t> rows;
  std::vector<std::uint32_t> lists;
  std::size_t stride = 0;  // articles, rounded up to whole vectors

  std::vector<ArticleFilter> filters;
  std::vector<std::uint32_t> first_entry;    // article -> its entries, size articles + 1
  std::vector<std::uint32_t> entry_number;   // entry -> number within its article
  std::vector<std::uint32_t> forward_begin;  // entry -> forward, size entries + 1
  std::vector<std::uint32_t> forward;        // term << 9 | impact
  std::vector<std::uint32_t> self_score;     // sum of the impacts of an entry

  std::uint32_t find(std::uint64_t key) const noexcept {
    const std::size_t mask = slots.size() - 1;
    for (std::size_t at = key >> shift;; at = (at + 1) & mask) {
      if (slots[at].key == key) return slots[at].term;
      if (slots[at].key == 0) return 0xFFFFFFFF;
    }
  }
  std::uint32_t impact_of(const Posting& posting, std::uint32_t article) const noexcept;
};

namespace internal {

constexpr unsigned kImpactBits = 9;  // of an entry's term: at most 255 × 1.9
constexpr std::uint32_t kImpactMask = (1u << kImpactBits) - 1;

// Weight of a kind of term, per mille; tuned on questions held out of our own articles.
constexpr std::uint32_t weight_of(TermKind kind, bool weak) noexcept {
  switch (kind) {
    case TermKind::character: return weak ? 150 : 1000;
    case TermKind::pair: return weak ? 120 : 500;
    case TermKind::word: return weak ? 200 : 1000;
    case TermKind::gram3: return 150;
    case TermKind::gram4: return 200;
    case TermKind::figure: return 500;
  }
  return 0;
}

// sums[i] += row[i], at most 65535; count is a multiple of 64, both are as long as that.
void add_row(const std::uint8_t* row, std::uint16_t* sums, std::size_t count) noexcept;

}  // namespace internal
}  // namespace fenshen::knowledge
