// Retrieval over articles. Title and variants are entries that point to their article. An article is first found by its
// document (in how many of its entries, and whether in its answer, a term stands: many paraphrases are evidence that no
// single one is); its best entry then adds to the score (BM25) and is named in the match. On a long turn only the best
// stretch of it counts. Terms are single characters and lightly weighted bigrams (Han), words and character n-grams
// (Latin), words of all talk weigh little; impacts are computed at build time and rounded to 8 bits, queries only add
// integers. In-force, audience and channel filters are applied inside the search, to whole articles. Same snapshot, same
// query, same order on every machine; ties by the article's place in the span.
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
  std::int32_t score = 0;       // sum of impacts × 16
  // 0 … 1000: strength of the match (200 to a doubling), the lead over the next article, less for much else said. 450 is
  // reached by 3 % of strangers' turns, and four in five questions that reach it are answered rightly.
  std::int32_t certainty = 0;
};

struct Query {
  std::span<const char32_t> folded;  // as in signals::Reading
  core::Day day = 0;
  std::string_view channel;          // empty = any
  bool internal = true;              // may internal articles be returned (a rep sees them, a bot does not)
  std::uint32_t limit = 10;          // at most 100 are returned
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
