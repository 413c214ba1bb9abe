// The compiled index: impacts of 8 bits by term, and by entry for the second look at the best candidates.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "content/library.h"
#include "knowledge/index.h"

namespace fenshen::knowledge {

struct Index::Impl {
  struct Slot {
    std::uint64_t key = 0;  // 0 = free
    std::uint32_t term = 0;
  };
  // A common term is a row with one byte for each entry; a rare one a list of (entry << 8 | impact).
  struct Posting {
    std::uint32_t first = 0;  // in rows (times stride) or in lists
    std::uint32_t count = 0;
    bool dense = false;
  };
  struct TermImpact {
    std::uint32_t term;
    std::uint8_t impact;
  };
  struct ArticleFilter {
    content::InForce in_force;
    bool internal = false;
    std::vector<std::string> channels;
  };

  std::vector<Slot> slots;
  unsigned shift = 63;
  std::vector<Posting> postings;
  std::vector<std::uint8_t> idf;  // 0…255 by term: how telling it is, kind and weakness included
  std::vector<std::uint8_t> rows;
  std::vector<std::uint32_t> lists;
  std::size_t stride = 0;  // entries, rounded up to whole windows of the accumulator

  std::vector<std::uint32_t> article_of;     // entry -> article
  std::vector<std::uint32_t> entry_of;       // entry -> number within its article
  std::vector<std::uint32_t> forward_begin;  // entry -> forward, size entries + 1
  std::vector<TermImpact> forward;           // by entry: its terms
  std::vector<std::uint32_t> self_score;     // sum of the impacts of an entry
  std::vector<ArticleFilter> filters;

  std::uint32_t find(std::uint64_t key) const noexcept {
    const std::size_t mask = slots.size() - 1;
    for (std::size_t at = key >> shift;; at = (at + 1) & mask) {
      if (slots[at].key == key) return slots[at].term;
      if (slots[at].key == 0) return 0xFFFFFFFF;
    }
  }
};

}  // namespace fenshen::knowledge
