// Retrieval over articles: title and variants are entries that point to their article; the article's score is its best
// entry's. Terms are single characters and lightly weighted bigrams (Han), words and character n-grams (Latin); BM25
// impacts are computed at build time and rounded to 8 bits, queries only add integers. In-force, audience and channel
// filters are applied inside the search. Same snapshot, same query, same order on every machine; ties by article id.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "content/library.h"
#include "core/time.h"

namespace fenshen::knowledge {

struct Match {
  std::uint32_t article = 0;    // into the span given to build
  std::uint32_t entry = 0;      // which of its entries: 0 title, 1… variants (zh, then en)
  std::int32_t score = 0;       // integer BM25
  std::int32_t certainty = 0;   // 0 … 1000: score in relation to what this query could score at best and to the runner-up's article
};

struct Query {
  std::span<const char32_t> folded;  // as in signals::Reading
  core::Day day = 0;
  std::string_view channel;          // empty = any
  bool internal = true;              // may internal articles be returned (a rep sees them, a bot does not)
  std::uint32_t limit = 10;
};

class Index {
 public:
  static std::shared_ptr<const Index> build(std::span<const content::Article> articles);
  ~Index();

  class Scratch {
   public:
    Scratch();
    ~Scratch();
    struct Impl;
    std::unique_ptr<Impl> impl;
  };
  // Best first; empty = nothing found. No allocation once the scratch has grown.
  void search(const Query& query, Scratch& scratch, std::vector<Match>& out) const;
  std::size_t entries() const;

  struct Impl;

 private:
  explicit Index(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fenshen::knowledge
