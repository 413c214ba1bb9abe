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
  // The articles that hold a term, as (article << 8 | impact); those of a common term also as a row with one byte for
  // each article.
  struct Posting {
    std::uint32_t first = 0;  // in lists
    std::uint32_t count = 0;
    std::uint32_t row = kNoRow;
  };
  static constexpr std::uint32_t kNoRow = 0xFFFFFFFF;
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
  std::size_t stride = 0;             // articles, rounded up to whole blocks
  std::vector<std::uint32_t> lists;
  std::vector<std::uint32_t> holders_begin;  // place in lists -> holders, one more than lists
  std::vector<std::uint16_t> holders;        // the entries of that article that hold the term, counted within the article

  std::vector<ArticleFilter> filters;
  std::vector<std::uint32_t> first_entry;   // article -> its entries, size articles + 1
  std::vector<std::uint32_t> entry_number;  // entry -> its number in Match
  std::vector<std::uint32_t> entry_weight;  // sum of the telling weights of its terms
  std::vector<std::uint16_t> entry_norm;    // per mille: short entries count for more (BM25)

  std::uint32_t find(std::uint64_t key) const noexcept {
    const std::size_t mask = slots.size() - 1;
    for (std::size_t at = key >> shift;; at = (at + 1) & mask) {
      if (slots[at].key == key) return slots[at].term;
      if (slots[at].key == 0) return 0xFFFFFFFF;
    }
  }
  // Place of (term, article) in lists; 0xFFFFFFFF if the article does not hold the term.
  std::uint32_t place_of(std::uint32_t term, std::uint32_t article) const noexcept;
};

namespace internal {

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
