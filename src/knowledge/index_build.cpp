#include <algorithm>
#include <bit>
#include <map>
#include <unordered_map>

#include "knowledge/internal/fixed.h"
#include "knowledge/internal/index_data.h"
#include "knowledge/internal/terms.h"
#include "text/fold.h"

namespace fenshen::knowledge {
namespace {

using internal::Term;
using internal::TermKind;

constexpr std::uint64_t kK1 = 900, kB = 700, kOne = 1000;
constexpr std::size_t kDenseShare = 32;  // terms of more than 1/32 of the entries are rows

// Weights in per mille, tuned on paraphrases held out of our own articles and on BANKING77's training portion.
std::uint64_t weight_of(const Term& term) {
  switch (term.kind) {
    case TermKind::character: return term.weak ? 150 : 1000;
    case TermKind::pair: return term.weak ? 120 : 700;
    case TermKind::word: return term.weak ? 200 : 1000;
    case TermKind::gram3: return 150;
    case TermKind::gram4: return 200;
    case TermKind::figure: return 500;
  }
  return 0;
}

struct Draft {
  std::vector<std::pair<std::uint32_t, std::uint16_t>> terms;  // (term, count), by term
  std::uint32_t length = 0;  // characters and words
};

class Builder {
 public:
  explicit Builder(Index::Impl& out) : out_(out) {}

  void add(std::uint32_t article, std::uint32_t number, std::string_view text) {
    if (text.empty()) return;
    terms_.clear();
    const std::u32string folded = text::fold(text);
    internal::extract_terms(folded, terms_);
    if (terms_.empty()) return;
    std::map<std::uint32_t, std::uint16_t> counts;
    Draft draft;
    for (const Term& term : terms_) {
      const std::uint32_t id = intern(term);
      if (counts[id] < 0xFFFF) ++counts[id];
      draft.length += term.kind == TermKind::character || term.kind == TermKind::word || term.kind == TermKind::figure;
    }
    for (const auto& [id, count] : counts) ++frequency_[id];
    draft.terms.assign(counts.begin(), counts.end());
    drafts_.push_back(std::move(draft));
    out_.article_of.push_back(article);
    out_.entry_of.push_back(number);
  }

  void finish() {
    weigh_terms();
    for (std::size_t entry = 0; entry < drafts_.size(); ++entry) weigh_entry(drafts_[entry]);
    build_postings();
    build_slots();
  }

 private:
  std::uint32_t intern(const Term& term) {
    const auto [at, added] = ids_.try_emplace(term.key, static_cast<std::uint32_t>(weights_.size()));
    if (added) {
      weights_.push_back(weight_of(term));
      frequency_.push_back(0);
    }
    return at->second;
  }

  // idf = log2(1 + (N - n + 0.5) / (n + 0.5)), times the weight of its kind.
  void weigh_terms() {
    const std::uint64_t count = drafts_.size();
    idf_.resize(weights_.size());
    for (std::size_t id = 0; id < weights_.size(); ++id) {
      const std::uint64_t n = frequency_[id];
      const std::uint64_t ratio = (((2 * count + 2) << 16) / (2 * n + 1));
      idf_[id] = internal::log2_fixed(std::max<std::uint64_t>(ratio, 1 << 16)) * weights_[id] / kOne;
    }
    std::uint64_t most = 1, length = 0;
    for (const std::uint64_t idf : idf_) most = std::max(most, idf);
    for (const Draft& draft : drafts_) length += draft.length;
    most_ = most;
    mean_length_ = std::max<std::uint64_t>(1, drafts_.empty() ? 1 : length * kOne / drafts_.size());
    out_.idf.resize(idf_.size());
    for (std::size_t id = 0; id < idf_.size(); ++id) out_.idf[id] = static_cast<std::uint8_t>(std::min<std::uint64_t>(255, (idf_[id] * 255 + most / 2) / most));
  }

  // tf (k1 + 1) / (tf + k1 (1 - b + b length / mean)); at most (k1 + 1), reached by no short text.
  void weigh_entry(const Draft& draft) {
    const std::uint64_t norm = kK1 * (kOne - kB + kB * draft.length * kOne / mean_length_) / kOne;  // × 1000
    std::uint32_t self = 0;
    out_.forward_begin.push_back(static_cast<std::uint32_t>(out_.forward.size()));
    for (const auto& [id, count] : draft.terms) {
      const std::uint64_t saturation = std::uint64_t{count} * kOne * (kK1 + kOne) / (count * kOne + norm);  // × 1000
      const std::uint64_t impact = (idf_[id] * saturation * 140 / kOne + most_ / 2) / most_;
      const auto byte = static_cast<std::uint8_t>(std::clamp<std::uint64_t>(impact, 0, 255));
      out_.forward.push_back({id, byte});
      self += byte;
    }
    out_.self_score.push_back(self);
  }

  void build_postings() {
    const std::size_t entries = drafts_.size();
    out_.forward_begin.push_back(static_cast<std::uint32_t>(out_.forward.size()));
    out_.stride = (entries + 63) / 64 * 64;
    std::vector<std::vector<std::uint32_t>> lists(weights_.size());
    for (std::size_t entry = 0; entry < entries; ++entry)
      for (std::uint32_t i = out_.forward_begin[entry]; i < out_.forward_begin[entry + 1]; ++i)
        if (out_.forward[i].impact > 0)
          lists[out_.forward[i].term].push_back(static_cast<std::uint32_t>(entry) << 8 | out_.forward[i].impact);
    for (const auto& list : lists) {
      Index::Impl::Posting posting{.count = static_cast<std::uint32_t>(list.size())};
      posting.dense = list.size() * kDenseShare > entries && entries >= 256;
      if (posting.dense) {
        posting.first = static_cast<std::uint32_t>(out_.rows.size() / out_.stride);
        out_.rows.resize(out_.rows.size() + out_.stride);
        std::uint8_t* const row = out_.rows.data() + posting.first * out_.stride;
        for (const std::uint32_t packed : list) row[packed >> 8] = static_cast<std::uint8_t>(packed);
      } else {
        posting.first = static_cast<std::uint32_t>(out_.lists.size());
        out_.lists.insert(out_.lists.end(), list.begin(), list.end());
      }
      out_.postings.push_back(posting);
    }
  }

  void build_slots() {
    const std::size_t size = std::bit_ceil(std::max<std::size_t>(16, ids_.size() * 2));
    out_.shift = static_cast<unsigned>(64 - std::countr_zero(size));
    out_.slots.resize(size);
    for (const auto& [key, id] : ids_) {
      std::size_t at = key >> out_.shift;
      while (out_.slots[at].key != 0) at = (at + 1) & (size - 1);
      out_.slots[at] = {key, id};
    }
  }

  Index::Impl& out_;
  std::unordered_map<std::uint64_t, std::uint32_t> ids_;
  std::vector<std::uint64_t> weights_, idf_;
  std::vector<std::uint32_t> frequency_;
  std::vector<Draft> drafts_;
  std::vector<Term> terms_;
  std::uint64_t most_ = 1, mean_length_ = 1;
};

}  // namespace

std::shared_ptr<const Index> Index::build(std::span<const content::Article> articles) {
  auto impl = std::make_unique<Impl>();
  Builder builder(*impl);
  for (std::uint32_t i = 0; i < articles.size(); ++i) {
    const content::Article& article = articles[i];
    impl->filters.push_back({article.in_force, article.audience == content::Audience::internal, article.channels});
    std::uint32_t number = 0;
    builder.add(i, number++, article.title.zh);
    for (const std::string& variant : article.variants_zh) builder.add(i, number++, variant);
    for (const std::string& variant : article.variants_en) builder.add(i, number++, variant);
    if (article.title.en != article.title.zh) builder.add(i, 0, article.title.en);
  }
  builder.finish();
  return std::shared_ptr<const Index>(new Index(std::move(impl)));
}

}  // namespace fenshen::knowledge
