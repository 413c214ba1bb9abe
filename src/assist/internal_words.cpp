#include "assist/internal/internal_words.h"

#include <algorithm>

#include "core/hash.h"
#include "text/chars.h"
#include "text/fold.h"

namespace fenshen::assist {
namespace {

constexpr std::size_t kGram = 8;
constexpr std::size_t kHanRun = 10, kLatinRun = 24;

// What is read aloud: letters, figures and Han characters, with where each stood. Blanks and punctuation may differ.
struct Letters {
  std::vector<char32_t> chars;
  std::vector<std::uint32_t> places;
  std::uint32_t length = 0;

  explicit Letters(std::string_view text) {
    std::vector<char32_t> folded;
    std::vector<std::uint32_t> offset;
    std::vector<text::CharClass> classes;
    length = text::fold(text, folded, offset, classes);
    for (std::size_t i = 0; i < folded.size(); ++i) {
      if ((classes[i] & (text::kHan | text::kLetter | text::kDigit | text::kNumeral)) == 0) continue;
      chars.push_back(folded[i]);
      places.push_back(offset[i]);
    }
  }
};

bool is_han(char32_t c) { return (text::class_of(c) & (text::kHan | text::kNumeral)) != 0; }

std::uint64_t gram_at(const std::vector<char32_t>& chars, std::size_t at) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (std::size_t i = 0; i < kGram; ++i) hash = core::hash_combine(hash, chars[at + i]);
  return hash;
}

void add_grams(std::string_view text, std::vector<std::uint64_t>& out) {
  const Letters letters(text);
  for (std::size_t i = 0; i + kGram <= letters.chars.size(); ++i) out.push_back(gram_at(letters.chars, i));
}

void add_grams(const content::Localized& text, std::vector<std::uint64_t>& out) {
  add_grams(text.zh, out);
  add_grams(text.en, out);
}

void add_article(const content::Article& article, std::vector<std::uint64_t>& out) {
  add_grams(article.title, out);
  add_grams(article.answer, out);
  for (const content::Fact& fact : article.facts) {
    add_grams(fact.label, out);
    add_grams(fact.value, out);
  }
}

// All that may be said to a customer.
std::vector<std::uint64_t> public_grams(const content::Library& library) {
  std::vector<std::uint64_t> grams;
  for (const content::Article& article : library.articles) {
    add_grams(article.say, grams);  // what the rep says, of an internal one too
    if (article.audience == content::Audience::internal) continue;
    add_article(article, grams);
    for (const std::string& variant : article.variants_zh) add_grams(variant, grams);
    for (const std::string& variant : article.variants_en) add_grams(variant, grams);
  }
  for (const content::Rule& rule : library.rules) {
    add_grams(rule.wording, grams);
    add_grams(rule.alternative, grams);
  }
  for (const content::Flow& flow : library.flows)
    for (const content::FlowStep& step : flow.steps) {
      add_grams(step.say, grams);
      add_grams(step.customer_say, grams);
    }
  std::ranges::sort(grams);
  return grams;
}

}  // namespace

InternalWords::InternalWords(const content::Library& library) {
  for (std::uint32_t i = 0; i < library.articles.size(); ++i) {
    if (library.articles[i].audience != content::Audience::internal) continue;
    std::vector<std::uint64_t> grams;
    add_article(library.articles[i], grams);
    for (const std::uint64_t gram : grams) grams_.emplace_back(gram, i);
  }
  if (grams_.empty()) return;
  const auto known = public_grams(library);
  std::erase_if(grams_, [&](const auto& gram) { return std::ranges::binary_search(known, gram.first); });
  std::ranges::sort(grams_);
  grams_.erase(std::ranges::unique(grams_).begin(), grams_.end());
}

std::optional<InternalWords::Match> InternalWords::find(std::string_view text, core::Day day, const content::Library& library) const {
  if (grams_.empty()) return std::nullopt;
  const Letters letters(text);
  std::optional<Match> best;
  std::size_t best_length = 0;
  struct Run {
    std::uint32_t article;
    std::size_t begin, next;  // next gram that would go on
  };
  std::vector<Run> runs;
  for (std::size_t i = 0; i + kGram <= letters.chars.size(); ++i) {
    const std::uint64_t gram = gram_at(letters.chars, i);
    for (auto found = std::ranges::lower_bound(grams_, std::pair{gram, std::uint32_t{0}}); found != grams_.end() && found->first == gram; ++found) {
      if (!library.articles[found->second].in_force.covers(day)) continue;
      auto run = std::ranges::find(runs, found->second, &Run::article);
      if (run == runs.end()) run = runs.insert(run, {found->second, i, i});
      if (run->next != i) run->begin = i;
      run->next = i + 1;
      const std::size_t length = run->next - run->begin + kGram - 1;
      const bool han = std::any_of(letters.chars.begin() + static_cast<std::ptrdiff_t>(run->begin),
                                   letters.chars.begin() + static_cast<std::ptrdiff_t>(run->begin + length), is_han);
      if (length < (han ? kHanRun : kLatinRun) || length <= best_length) continue;
      best_length = length;
      best = Match{found->second, {letters.places[run->begin], letters.places[run->begin + length - 1] + 1}};
    }
  }
  return best;
}

bool is_said_by(const content::Article& article, std::string_view text) {
  const auto letters = Letters(text).chars;
  if (letters.empty()) return true;
  const auto in = [&](std::string_view say) {
    const auto all = Letters(say).chars;
    return std::search(all.begin(), all.end(), letters.begin(), letters.end()) != all.end();
  };
  return in(article.say.zh) || in(article.say.en);
}

}  // namespace fenshen::assist
