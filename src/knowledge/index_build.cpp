#include <algorithm>
#include <bit>
#include <map>
#include <unordered_map>

#include "knowledge/internal/fixed.h"
#include "knowledge/internal/index_data.h"
#include "text/fold.h"

namespace fenshen::knowledge {
namespace {

using internal::Term;
using internal::TermKind;

constexpr std::uint64_t kOne = 1000;
constexpr std::uint64_t kK1 = 900, kB = 700;       // BM25 of an entry, per mille
constexpr std::uint64_t kDocumentHalf = 5;         // questions that hold a term for half its weight
constexpr std::uint32_t kAnswerCounts = 2;         // as so many questions
constexpr std::uint32_t kMaxEntries = 0xFFFF;      // of one article; further ones are left out
constexpr std::size_t kDenseShare = 32;            // terms of more than 1/32 of the articles are rows
constexpr std::size_t kDenseLeast = 256;           // articles below which rows do not pay

struct Draft {
  std::vector<std::uint32_t> terms;  // sorted, unique
  std::uint32_t length = 0;          // characters and words
};

class Builder {
 public:
  explicit Builder(Index::Impl& out) : out_(out) {}

  void add_article(const content::Article& article) {
    out_.filters.push_back({article.in_force, article.audience == content::Audience::internal, article.channels});
    out_.first_entry.push_back(static_cast<std::uint32_t>(drafts_.size()));
    std::uint32_t number = 0;
    add_entry(number++, article.title.zh);
    for (const std::string& variant : article.variants_zh) add_entry(number++, variant);
    for (const std::string& variant : article.variants_en) add_entry(number++, variant);
    if (article.title.en != article.title.zh) add_entry(0, article.title.en);
    answers_.push_back(article.answer.zh + '\n' + article.say.zh + '\n' + article.answer.en + '\n' + article.say.en);
  }

  void finish() {
    out_.first_entry.push_back(static_cast<std::uint32_t>(drafts_.size()));
    count_documents();
    weigh_terms();
    for (const Draft& draft : drafts_) weigh_entry(draft);
    build_postings();
    build_slots();
  }

 private:
  void add_entry(std::uint32_t number, std::string_view text) {
    if (drafts_.size() - out_.first_entry.back() >= kMaxEntries) return;
    Draft draft;
    for (const Term& term : terms_of(text)) {
      draft.terms.push_back(intern(term));
      draft.length += term.kind == TermKind::character || term.kind == TermKind::word || term.kind == TermKind::figure;
    }
    if (draft.terms.empty()) return;
    std::ranges::sort(draft.terms);
    draft.terms.erase(std::ranges::unique(draft.terms).begin(), draft.terms.end());
    drafts_.push_back(std::move(draft));
    out_.entry_number.push_back(number);
  }

  const std::vector<Term>& terms_of(std::string_view text) {
    terms_.clear();
    const std::u32string folded = text::fold(text);
    internal::extract_terms(folded, terms_);
    return terms_;
  }

  std::uint32_t intern(const Term& term) {
    const auto [at, added] = ids_.try_emplace(term.key, static_cast<std::uint32_t>(weights_.size()));
    if (added) weights_.push_back(internal::weight_of(term.kind, term.weak));
    return at->second;
  }

  // For each term the articles that hold it, with their questions that do. Words that only answers use are not indexed:
  // nobody asks with them.
  void count_documents() {
    documents_.resize(weights_.size());
    asked_.resize(weights_.size());
    for (std::uint32_t article = 0; article < answers_.size(); ++article) {
      const std::uint32_t first = out_.first_entry[article];
      for (std::uint32_t entry = first; entry < out_.first_entry[article + 1]; ++entry)
        for (const std::uint32_t id : drafts_[entry].terms) holder(id, article).entries.push_back(static_cast<std::uint16_t>(entry - first));
      std::vector<std::uint32_t> in_answer;
      for (const Term& term : terms_of(answers_[article]))
        if (const auto known = ids_.find(term.key); known != ids_.end()) in_answer.push_back(known->second);
      for (const std::uint32_t id : in_answer) holder(id, article).in_answer = true;
    }
    for (std::size_t id = 0; id < documents_.size(); ++id)
      asked_[id] = static_cast<std::uint32_t>(std::ranges::count_if(documents_[id], [](const Holder& one) { return !one.entries.empty(); }));
  }

  struct Holder {
    std::uint32_t article = 0;
    bool in_answer = false;
    std::vector<std::uint16_t> entries;
  };
  Holder& holder(std::uint32_t id, std::uint32_t article) {
    auto& list = documents_[id];
    if (list.empty() || list.back().article != article) list.push_back({article, false, {}});
    return list.back();
  }

  // idf = log2(1 + (N - n + 0.5) / (n + 0.5)) over articles whose questions hold the term, in relation to that of a term
  // that none holds, times the weight of its kind.
  void weigh_terms() {
    const std::uint64_t count = answers_.size();
    const std::uint64_t most = internal::log2_fixed((2 * count + 2) << 16);
    telling_.resize(weights_.size());
    for (std::size_t id = 0; id < weights_.size(); ++id) {
      const std::uint64_t idf = internal::log2_fixed(((2 * count + 2) << 16) / (2 * asked_[id] + 1));
      telling_[id] = idf * weights_[id] * 255 / most;  // × 1000
      out_.telling.push_back(static_cast<std::uint8_t>(std::min<std::uint64_t>(255, (telling_[id] + kOne / 2) / kOne)));
    }
    std::uint64_t length = 0;
    for (const Draft& draft : drafts_) length += draft.length;
    mean_length_ = std::max<std::uint64_t>(1, drafts_.empty() ? 1 : length * kOne / drafts_.size());
  }

  // (k1 + 1) / (1 + k1 (1 - b + b length / mean)): BM25 of a term that stands once.
  void weigh_entry(const Draft& draft) {
    const std::uint64_t norm = kK1 * (kOne - kB + kB * draft.length * kOne / mean_length_) / kOne;  // × 1000
    out_.entry_norm.push_back(static_cast<std::uint16_t>(kOne * (kK1 + kOne) / (kOne + norm)));
    std::uint32_t weight = 0;
    for (const std::uint32_t id : draft.terms) weight += out_.telling[id];
    out_.entry_weight.push_back(weight);
  }

  void build_postings() {
    const std::size_t articles = answers_.size();
    out_.stride = (articles + 63) / 64 * 64;
    for (std::size_t id = 0; id < documents_.size(); ++id) {
      Index::Impl::Posting posting{.first = static_cast<std::uint32_t>(out_.lists.size())};
      for (const Holder& one : documents_[id]) {
        const std::uint64_t count = one.entries.size() + (one.in_answer ? kAnswerCounts : 0);
        const auto impact = static_cast<std::uint32_t>((telling_[id] * count / (count + kDocumentHalf) + kOne / 2) / kOne);
        if (impact == 0) continue;
        out_.holders_begin.push_back(static_cast<std::uint32_t>(out_.holders.size()));
        out_.holders.insert(out_.holders.end(), one.entries.begin(), one.entries.end());
        out_.lists.push_back(one.article << 8 | impact);
        ++posting.count;
      }
      if (posting.count * kDenseShare > articles && articles >= kDenseLeast) add_row(posting);
      out_.postings.push_back(posting);
    }
    out_.holders_begin.push_back(static_cast<std::uint32_t>(out_.holders.size()));
  }

  void add_row(Index::Impl::Posting& posting) {
    posting.row = static_cast<std::uint32_t>(out_.rows.size() / out_.stride);
    out_.rows.resize(out_.rows.size() + out_.stride);
    std::uint8_t* const row = out_.rows.data() + posting.row * out_.stride;
    for (std::uint32_t i = 0; i < posting.count; ++i) {
      const std::uint32_t packed = out_.lists[posting.first + i];
      row[packed >> 8] = static_cast<std::uint8_t>(packed);
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
  std::vector<std::uint64_t> weights_, telling_;
  std::vector<std::uint32_t> asked_;  // term -> articles whose questions hold it
  std::vector<std::vector<Holder>> documents_;  // by term
  std::vector<Draft> drafts_;
  std::vector<std::string> answers_;
  std::vector<Term> terms_;
  std::uint64_t mean_length_ = 1;
};

}  // namespace

std::shared_ptr<const Index> Index::build(std::span<const content::Article> articles) {
  auto impl = std::make_unique<Impl>();
  Builder builder(*impl);
  for (const content::Article& article : articles) builder.add_article(article);
  builder.finish();
  return std::shared_ptr<const Index>(new Index(std::move(impl)));
}

}  // namespace fenshen::knowledge
