#include "knowledge/index.h"

#include <algorithm>

#include "knowledge/internal/fixed.h"
#include "knowledge/internal/index_data.h"

namespace fenshen::knowledge {
namespace {

constexpr std::size_t kMaxTerms = 1000;        // distinct terms of a query that count: some 500 Han characters
constexpr std::uint32_t kNoTerm = 0xFFFFFFFF;
constexpr std::uint32_t kLeastCandidates = 6;    // articles that get a second look; more change nothing measurable
constexpr std::uint32_t kMaxLimit = 100;

// A long turn holds more than the question: each of its terms costs a little, and the best stretch counts.
constexpr std::uint32_t kLongQuery = 21 * 255;  // telling weight from which on a query is long
constexpr std::int32_t kTalkCost = 20;          // 1/kTalkCost of a term's weight

// The best question adds a fifth of its match, more the more of it was said: v (0.3 + v / self) / 5.
constexpr std::uint64_t kEntryShare = 5, kEntryBase = 300;

constexpr std::int32_t kOneWordLess = 60;  // certainty
constexpr std::uint32_t kBlock = 64;       // articles that are passed over together; the stride is a multiple

}  // namespace

std::uint32_t Index::Impl::place_of(std::uint32_t term, std::uint32_t article) const noexcept {
  const Posting& posting = postings[term];
  const std::uint32_t* base = lists.data() + posting.first;
  std::uint32_t size = posting.count;
  while (size > 1) {  // without branches: the last article that is not behind the one looked for
    const std::uint32_t half = size / 2;
    base += base[half] >> 8 <= article ? half : 0;
    size -= half;
  }
  return size == 1 && *base >> 8 == article ? static_cast<std::uint32_t>(base - lists.data()) : kNoTerm;
}

struct Index::Scratch::Impl {
  struct Item {
    std::uint32_t term;     // kNoTerm: not in the index
    std::uint32_t telling;
    std::uint32_t begin, end;  // in the query; empty for a word of all talk
  };
  struct Candidate {
    std::uint32_t article;
    std::uint32_t document;       // score of its document
    std::uint32_t entry = 0;
    std::uint32_t score = 0;
    bool one_word = false;        // all that matches stands in one place
  };
  std::vector<internal::Term> terms;
  std::vector<Item> items;               // distinct terms of the query, in order
  std::vector<std::uint64_t> known_keys; // of items that are not in the index
  std::vector<std::uint64_t> bits;       // term is in the query
  std::vector<std::uint32_t> places;     // of the items in the lists, for one candidate
  std::vector<std::uint32_t> matched;    // weight of its entries
  std::vector<std::uint16_t> sums;
  std::vector<Candidate> best;
  std::uint32_t weight = 0;              // telling weight of the query

  static bool has(const std::vector<std::uint64_t>& set, std::uint32_t term) { return (set[term >> 6] >> (term & 63) & 1) != 0; }
  static void put(std::vector<std::uint64_t>& set, std::uint32_t term) { set[term >> 6] |= std::uint64_t{1} << (term & 63); }
  static void drop(std::vector<std::uint64_t>& set, std::uint32_t term) { set[term >> 6] &= ~(std::uint64_t{1} << (term & 63)); }

  void read_query(const Index::Impl& index, const Query& query);
  void accumulate(const Index::Impl& index);
  void select(const Index::Impl& index, const Query& query);
  void second_look(const Index::Impl& index, Candidate& one);
  std::pair<std::size_t, std::size_t> best_stretch(const Index::Impl& index, Candidate& one) const;
  void best_entry(const Index::Impl& index, std::size_t begin, std::size_t end, Candidate& one);
  bool matches_one_word() const;
  void answer(const Index::Impl& index, const Query& query, std::vector<Match>& out) const;
  void clear();
};

Index::Scratch::Scratch() : impl(std::make_unique<Impl>()) {}
Index::Scratch::~Scratch() = default;

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::~Index() = default;
std::size_t Index::entries() const { return impl_->entry_number.size(); }

void Index::Scratch::Impl::read_query(const Index::Impl& index, const Query& query) {
  terms.clear();
  items.clear();
  known_keys.clear();
  weight = 0;
  internal::extract_terms(query.folded, terms);
  const std::size_t words = (index.postings.size() + 63) / 64;
  if (bits.size() < words) bits.resize(words);
  for (const internal::Term& term : terms) {
    if (items.size() >= kMaxTerms) break;
    const std::uint32_t id = index.find(term.key);
    const std::uint32_t end = term.weak ? term.at : term.at + term.size;
    if (id == kNoTerm) {
      // Half the weight of a term that no question holds: names and figures are often such.
      if (std::ranges::find(known_keys, term.key) != known_keys.end()) continue;
      known_keys.push_back(term.key);
      items.push_back({kNoTerm, 255 * internal::weight_of(term.kind, term.weak) / 2000, term.at, end});
    } else {
      if (has(bits, id)) continue;
      put(bits, id);
      items.push_back({id, index.telling[id], term.at, end});
    }
    weight += items.back().telling;
  }
}

void Index::Scratch::Impl::clear() {
  for (const Item& item : items)
    if (item.term != kNoTerm) drop(bits, item.term);
}

void Index::Scratch::Impl::accumulate(const Index::Impl& index) {
  sums.assign(index.stride, 0);
  for (const Item& item : items) {
    if (item.term == kNoTerm) continue;
    const Index::Impl::Posting& posting = index.postings[item.term];
    if (posting.row != Index::Impl::kNoRow) {
      internal::add_row(index.rows.data() + posting.row * index.stride, sums.data(), index.stride);
      continue;
    }
    for (std::uint32_t i = 0; i < posting.count; ++i) {
      const std::uint32_t packed = index.lists[posting.first + i];
      sums[packed >> 8] = static_cast<std::uint16_t>(std::min<std::uint32_t>(0xFFFF, sums[packed >> 8] + (packed & 0xFF)));
    }
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

// The articles with the best documents; a filter is only asked about those that would get in.
void Index::Scratch::Impl::select(const Index::Impl& index, const Query& query) {
  best.clear();
  const std::size_t wanted = std::max(kLeastCandidates, std::min(query.limit, kMaxLimit) + 2);
  const auto better = [](const Candidate& a, const Candidate& b) {
    return a.document != b.document ? a.document > b.document : a.article < b.article;
  };
  std::uint32_t threshold = 0;
  for (std::uint32_t block = 0; block < index.stride; block += kBlock) {
    std::uint16_t most = 0;
    for (std::uint32_t i = 0; i < kBlock; ++i) most = std::max(most, sums[block + i]);
    if (most <= threshold) continue;
    for (std::uint32_t article = block; article < block + kBlock; ++article) {  // behind the last one all sums are 0
      if (sums[article] <= threshold || !passes(index, article, query)) continue;
      const Candidate one{article, sums[article]};
      best.insert(std::ranges::upper_bound(best, one, better), one);
      if (best.size() <= wanted) continue;
      best.pop_back();
      threshold = best.back().document;
    }
  }
}

// The stretch of the query with the greatest sum of impacts less the cost of its terms; its score replaces the document's.
std::pair<std::size_t, std::size_t> Index::Scratch::Impl::best_stretch(const Index::Impl& index, Candidate& one) const {
  std::int32_t most = 0, sum = 0;
  std::size_t begin = 0;
  std::pair<std::size_t, std::size_t> found{0, 0};
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (sum <= 0) {
      sum = 0;
      begin = i;
    }
    const Item& item = items[i];
    if (places[i] != kNoTerm) sum += static_cast<std::int32_t>(index.lists[places[i]] & 0xFF) * kTalkCost;
    sum -= static_cast<std::int32_t>(item.telling);
    if (sum <= most) continue;
    most = sum;
    found = {begin, i + 1};
  }
  one.document = static_cast<std::uint32_t>(most) / kTalkCost;
  return found;
}

void Index::Scratch::Impl::best_entry(const Index::Impl& index, std::size_t begin, std::size_t end, Candidate& one) {
  const std::uint32_t first = index.first_entry[one.article], count = index.first_entry[one.article + 1] - first;
  matched.assign(count, 0);
  for (std::size_t i = begin; i < end; ++i) {
    if (places[i] == kNoTerm) continue;
    for (std::uint32_t k = index.holders_begin[places[i]]; k < index.holders_begin[places[i] + 1]; ++k) matched[index.holders[k]] += items[i].telling;
  }
  std::uint64_t most = 0;
  one.entry = first;
  for (std::uint32_t k = 0; k < count; ++k) {
    if (matched[k] == 0) continue;
    const std::uint64_t value = std::uint64_t{matched[k]} * index.entry_norm[first + k] / 1000;
    const std::uint64_t bonus = value * (kEntryBase + std::uint64_t{matched[k]} * 1000 / index.entry_weight[first + k]);
    if (bonus <= most) continue;
    most = bonus;
    one.entry = first + k;
  }
  one.score = one.document * 16 + static_cast<std::uint32_t>(most * 16 / (1000 * kEntryShare));
}

// Whether all that matches stands in one place: 身份证 alone is rather an identity check than a question about it.
bool Index::Scratch::Impl::matches_one_word() const {
  std::uint32_t end = 0;
  bool any = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& item = items[i];
    if (places[i] == kNoTerm || item.begin == item.end || item.end <= end) continue;
    if (any && item.begin > end) return false;
    any = true;
    end = item.end;
  }
  return true;
}

void Index::Scratch::Impl::second_look(const Index::Impl& index, Candidate& one) {
  places.resize(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) places[i] = items[i].term == kNoTerm ? kNoTerm : index.place_of(items[i].term, one.article);
  one.one_word = matches_one_word();
  std::pair<std::size_t, std::size_t> stretch{0, items.size()};
  if (weight > kLongQuery) stretch = best_stretch(index, one);
  best_entry(index, stretch.first, stretch.second, one);
}

namespace {

// log2(x) in 1/1000, x > 0 in 1/65536.
std::int32_t log2_milli(std::uint64_t x) {
  std::int32_t shift = 0;
  while (x < (1 << 16)) x <<= 1, --shift;
  return static_cast<std::int32_t>(std::uint64_t{internal::log2_fixed(x)} * 1000 >> 16) + shift * 1000;
}

// What the score is worth: doublings of the best score, the distance to the next article, and how much else was said.
// 200 to a doubling; 450 is what one in thirty turns of other trades' small talk reaches.
std::int32_t certainty_of(std::uint32_t score, std::uint32_t next, std::uint32_t weight, bool one_word) {
  if (score == 0) return 0;
  const std::int32_t strength = log2_milli((std::uint64_t{score} << 16) / (16 * 255));
  const auto lead = static_cast<std::int32_t>(next >= score ? 0 : (std::uint64_t{score - next} * 1000 / score));
  const std::int32_t talk = log2_milli((std::uint64_t{std::max(weight, 255u)} << 16) / 255);
  return std::clamp(500 + (strength + lead / 2 - talk / 5) / 5 - (one_word ? kOneWordLess : 0), 0, 1000);
}

}  // namespace

void Index::Scratch::Impl::answer(const Index::Impl& index, const Query& query, std::vector<Match>& out) const {
  const std::uint32_t first = best.empty() ? 0 : best[0].score, second = best.size() < 2 ? 0 : best[1].score;
  for (const Candidate& one : best) {
    if (out.size() >= query.limit || one.score == 0) break;
    const std::uint32_t next = out.empty() ? second : first;
    const std::int32_t certainty = certainty_of(one.score, next, weight, one.one_word);
    out.push_back({one.article, index.entry_number[one.entry], static_cast<std::int32_t>(one.score), certainty});
  }
}

void Index::search(const Query& query, Scratch& scratch, std::vector<Match>& out) const {
  out.clear();
  if (impl_->entry_number.empty() || query.limit == 0) return;
  Scratch::Impl& s = *scratch.impl;
  s.read_query(*impl_, query);
  s.accumulate(*impl_);
  s.select(*impl_, query);
  for (Scratch::Impl::Candidate& one : s.best) s.second_look(*impl_, one);
  std::ranges::sort(s.best, [](const auto& a, const auto& b) { return a.score != b.score ? a.score > b.score : a.article < b.article; });
  s.answer(*impl_, query, out);
  s.clear();
}

}  // namespace fenshen::knowledge
