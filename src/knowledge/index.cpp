#include "knowledge/index.h"

#include <algorithm>

#include "knowledge/internal/index_data.h"
#include "knowledge/internal/terms.h"

namespace fenshen::knowledge {
namespace {

constexpr std::size_t kMaxTerms = 250;     // distinct terms of a query that count: 250 × 255 fits 16 bits
constexpr std::size_t kCandidates = 32;    // entries that get a second look
constexpr std::uint32_t kNoTerm = 0xFFFFFFFF;
constexpr std::uint32_t kWindow = 28;      // characters within which a question is asked

}  // namespace

struct Index::Scratch::Impl {
  struct Seen {
    std::uint32_t term;
    std::uint32_t at;
  };
  struct Candidate {
    std::uint32_t entry;
    std::uint32_t score;
  };
  std::vector<internal::Term> terms;
  std::vector<std::uint32_t> distinct;
  std::vector<std::uint32_t> mark;       // term -> epoch of the query that holds it
  std::vector<std::uint32_t> first_seen; // term -> place of its first occurrence in `seen`
  std::vector<Seen> seen;                // the query's terms in order
  std::vector<std::uint16_t> sums;
  std::vector<Candidate> best;
  std::vector<Match> matches;
  std::uint32_t epoch = 0;

  void read_query(const Index::Impl& index, const Query& query);
  void accumulate(const Index::Impl& index);
  void select(const Index::Impl& index, const Query& query);
  void rank(const Index::Impl& index, const Query& query, std::vector<Match>& out);
  std::uint32_t window_score(const Index::Impl& index, std::uint32_t entry);
};

Index::Scratch::Scratch() : impl(std::make_unique<Impl>()) {}
Index::Scratch::~Scratch() = default;

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::~Index() = default;
std::size_t Index::entries() const { return impl_->article_of.size(); }

void Index::Scratch::Impl::read_query(const Index::Impl& index, const Query& query) {
  terms.clear();
  seen.clear();
  distinct.clear();
  internal::extract_terms(query.folded, terms);
  mark.resize(index.postings.size());
  if (++epoch == 0) {
    std::ranges::fill(mark, 0);
    epoch = 1;
  }
  for (const internal::Term& term : terms) {
    const std::uint32_t id = index.find(term.key);
    if (id == kNoTerm) continue;
    seen.push_back({id, term.at});
    if (mark[id] == epoch) continue;
    mark[id] = epoch;
    distinct.push_back(id);
  }
  if (distinct.size() <= kMaxTerms) return;
  std::ranges::nth_element(distinct, distinct.begin() + kMaxTerms, [&](std::uint32_t a, std::uint32_t b) {
    return index.idf[a] != index.idf[b] ? index.idf[a] > index.idf[b] : a < b;
  });
  distinct.resize(kMaxTerms);
}

void Index::Scratch::Impl::accumulate(const Index::Impl& index) {
  sums.assign(index.stride, 0);
  for (const std::uint32_t term : distinct) {
    const Index::Impl::Posting& posting = index.postings[term];
    if (posting.dense) {
      const std::uint8_t* const row = index.rows.data() + posting.first * index.stride;
      for (std::size_t i = 0; i < index.stride; ++i) sums[i] = static_cast<std::uint16_t>(sums[i] + row[i]);
    } else {
      for (std::uint32_t i = 0; i < posting.count; ++i) {
        const std::uint32_t packed = index.lists[posting.first + i];
        sums[packed >> 8] = static_cast<std::uint16_t>(sums[packed >> 8] + (packed & 0xFF));
      }
    }
  }
}

namespace {
bool passes(const Index::Impl& index, std::uint32_t article, const Query& query);
}

void Index::Scratch::Impl::select(const Index::Impl& index, const Query& query) {
  best.clear();
  std::uint32_t threshold = 0;
  const auto better = [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.entry < b.entry;
  };
  const std::size_t entries = index.article_of.size();
  for (std::uint32_t entry = 0; entry < entries; ++entry) {
    if (sums[entry] <= threshold) continue;
    if (!passes(index, index.article_of[entry], query)) continue;
    const Candidate one{entry, sums[entry]};
    best.insert(std::ranges::upper_bound(best, one, better), one);
    if (best.size() <= kCandidates) continue;
    best.pop_back();
    threshold = best.back().score;
  }
}

namespace {

bool passes(const Index::Impl& index, std::uint32_t article, const Query& query) {
  const auto& filter = index.filters[article];
  if (filter.internal && !query.internal) return false;
  if (!filter.in_force.covers(query.day)) return false;
  return query.channel.empty() || filter.channels.empty() || std::ranges::find(filter.channels, query.channel) != filter.channels.end();
}

}  // namespace

// How much of the entry the best stretch of the query covers: the sum of the impacts of the entry's terms within it.
std::uint32_t Index::Scratch::Impl::window_score(const Index::Impl& index, std::uint32_t entry) {
  std::uint32_t all = 0;
  for (std::uint32_t i = index.forward_begin[entry]; i < index.forward_begin[entry + 1]; ++i)
    if (mark[index.forward[i].term] == epoch) all += index.forward[i].impact;
  return all;
}

void Index::Scratch::Impl::rank(const Index::Impl& index, const Query& query, std::vector<Match>& out) {
  matches.clear();
  for (const Candidate& one : best) {
    const std::uint32_t covered = window_score(index, one.entry);
    const std::uint32_t self = std::max(1u, index.self_score[one.entry]);
    const auto certainty = static_cast<std::int32_t>(std::min<std::uint32_t>(1000, covered * 1000 / self));
    matches.push_back({index.article_of[one.entry], index.entry_of[one.entry], static_cast<std::int32_t>(covered), certainty});
  }
  std::ranges::sort(matches, [](const Match& a, const Match& b) {
    if (a.score != b.score) return a.score > b.score;
    return a.article != b.article ? a.article < b.article : a.entry < b.entry;
  });
  for (const Match& one : matches) {
    if (out.size() >= query.limit) break;
    if (std::ranges::none_of(out, [&](const Match& known) { return known.article == one.article; })) out.push_back(one);
  }
}

void Index::search(const Query& query, Scratch& scratch, std::vector<Match>& out) const {
  out.clear();
  if (impl_->article_of.empty()) return;
  Scratch::Impl& s = *scratch.impl;
  s.read_query(*impl_, query);
  if (s.distinct.empty()) return;
  s.accumulate(*impl_);
  s.select(*impl_, query);
  s.rank(*impl_, query, out);
}

}  // namespace fenshen::knowledge
