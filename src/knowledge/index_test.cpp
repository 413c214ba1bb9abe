// The index against a plain reading of its own description: maps, no packed postings, no candidates kept by threshold.
#include "knowledge/index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <new>
#include <random>
#include <set>

#include "content/load.h"
#include "knowledge/internal/fixed.h"
#include "knowledge/internal/index_data.h"
#include "knowledge/internal/terms.h"
#include "text/fold.h"

namespace {
std::atomic<std::size_t> allocations{0};
}  // namespace

// Sanitizers bring their own operator new and must keep it.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // g++ 12 does not see that both are replaced

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace fenshen::knowledge {
namespace {

using internal::Term;
using internal::TermKind;

content::Article article(std::string title, std::vector<std::string> variants, std::string answer = {}) {
  content::Article out;
  out.title.zh = std::move(title);
  out.variants_zh = std::move(variants);
  out.answer.zh = std::move(answer);
  return out;
}


Query query_of(core::Day day = 0, std::string_view channel = {}, bool internal = true, std::uint32_t limit = 10) {
  Query query;
  query.day = day;
  query.channel = channel;
  query.internal = internal;
  query.limit = limit;
  return query;
}

std::vector<Match> search(const Index& index, std::string_view text, Query query = query_of()) {
  const std::u32string folded = text::fold(text);
  query.folded = {folded.data(), folded.size()};
  Index::Scratch scratch;
  std::vector<Match> out;
  index.search(query, scratch, out);
  return out;
}

std::vector<content::Article> few() {
  return {article("怎么临时挂失", {"卡丢了怎么办", "银行卡不见了", "I lost my card"}, "电话或网点均可办理"),
          article("信用卡年费怎么减免", {"年费能免吗", "为什么扣我年费"}, "刷满六笔免年费"),
          article("转账限额怎么调", {"一天最多转多少", "转账额度不够用"}, "手机银行可调")};
}

TEST(Index, FindsTheArticle) {
  const auto articles = few();
  const auto index = Index::build(articles);
  const struct { const char* text; std::uint32_t article; std::uint32_t entry; } cases[] = {
      {"我的银行卡不见了", 0, 2}, {"卡丢了", 0, 1}, {"年费可以免掉吗", 1, 1}, {"转账的额度不够", 2, 2}, {"lost my card", 0, 3}, {"挂失", 0, 0}};
  for (const auto& one : cases) {
    const auto matches = search(*index, one.text);
    ASSERT_FALSE(matches.empty()) << one.text;
    EXPECT_EQ(matches[0].article, one.article) << one.text;
    EXPECT_EQ(matches[0].entry, one.entry) << one.text;
  }
  EXPECT_TRUE(search(*index, "").empty());
  EXPECT_TRUE(search(*index, "xyz 乒乓").empty());
  EXPECT_TRUE(Index::build({})->entries() == 0);
  EXPECT_TRUE(search(*Index::build({}), "挂失").empty());
}

TEST(Index, FiltersInside) {
  auto articles = few();
  articles.push_back(articles[0]);
  articles[0].in_force.to = 100;
  articles[3].in_force.from = 100;
  articles[1].audience = content::Audience::internal;
  articles[2].channels = {"voice"};
  const auto index = Index::build(articles);
  const auto first = [&](std::string_view text, Query query) {
    const auto matches = search(*index, text, query);
    return matches.empty() ? -1 : static_cast<int>(matches[0].article);
  };
  EXPECT_EQ(first("挂失", query_of(99)), 0);
  EXPECT_EQ(first("挂失", query_of(100)), 3);
  EXPECT_EQ(first("年费", query_of()), 1);
  EXPECT_EQ(first("年费", query_of(0, {}, false)), -1);
  EXPECT_EQ(first("限额", query_of(0, "chat")), -1);
  EXPECT_EQ(first("限额", query_of(0, "voice")), 2);
  EXPECT_EQ(first("限额", query_of()), 2);
}

TEST(Index, TiesByPlaceAndLimit) {
  std::vector<content::Article> articles(30, article("怎么挂失", {"卡丢了"}));
  for (int i = 0; i < 30; ++i) articles.push_back(article("年费减免", {}));
  const auto index = Index::build(articles);
  auto matches = search(*index, "卡丢了怎么挂失", query_of(0, {}, true, 5));
  ASSERT_EQ(matches.size(), 5u);
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ(matches[i].article, i);
  EXPECT_EQ(search(*index, "卡丢了", query_of(0, {}, true, 0)).size(), 0u);
  EXPECT_EQ(search(*index, "卡丢了", query_of(0, {}, true, 1000)).size(), 30u);
}

TEST(Terms, Table) {
  const auto describe = [](std::string_view text) {
    const std::u32string folded = text::fold(text);
    std::vector<Term> terms;
    internal::extract_terms({folded.data(), folded.size()}, terms);
    std::string out;
    for (const Term& term : terms) {
      constexpr std::string_view kKinds = "cpwghf";
      out += kKinds[static_cast<std::size_t>(term.kind)];
      out += std::to_string(term.at);
      if (term.weak) out += '-';
      out += ' ';
    }
    return out;
  };
  EXPECT_EQ(describe("挂失"), "c0 p0 c1 ");
  EXPECT_EQ(describe("我的卡"), "c0- p0- c1- p1 c2 ");
  EXPECT_EQ(describe("挂,失"), "c0 c2 ");
  EXPECT_EQ(describe("the card"), "w0- w4 g4 g5 h4 ");
  EXPECT_EQ(describe("5天"), "f0 c1 ");
}

// --- the reference ---------------------------------------------------------------------------------------------------

class Reference {
 public:
  explicit Reference(std::span<const content::Article> articles) : articles_(articles) {
    for (const content::Article& one : articles) {
      Document document;
      std::vector<std::pair<std::uint32_t, std::string>> texts{{0, one.title.zh}};
      for (const auto& v : one.variants_zh) texts.emplace_back(texts.size(), v);
      for (const auto& v : one.variants_en) texts.emplace_back(texts.size(), v);
      if (one.title.en != one.title.zh) texts.emplace_back(0, one.title.en);
      for (const auto& [number, text] : texts) {
        Entry entry{number, {}, 0};
        for (const Term& term : terms(text)) {
          ++entry.counts[term.key];
          kinds_[term.key] = term;
          entry.length += term.kind == TermKind::character || term.kind == TermKind::word || term.kind == TermKind::figure;
        }
        if (entry.counts.empty()) continue;
        for (const auto& [key, n] : entry.counts) ++document.counts[key];
        total_length_ += entry.length;
        ++entries_;
        document.entries.push_back(std::move(entry));
      }
      for (const auto& [key, n] : document.counts) ++asked_[key];
      documents_.push_back(std::move(document));
    }
    for (std::size_t i = 0; i < articles.size(); ++i) {
      std::set<std::uint64_t> said;
      for (const std::string* text : {&articles[i].answer.zh, &articles[i].say.zh, &articles[i].answer.en, &articles[i].say.en})
        for (const Term& term : terms(*text)) said.insert(term.key);
      for (const std::uint64_t key : said)
        if (asked_.contains(key)) documents_[i].counts[key] += 2;
    }
  }

  std::vector<Match> search(std::string_view text, const Query& query) const {
    struct Scored {
      std::uint32_t article, document, entry, score;
    };
    std::vector<std::pair<std::uint64_t, std::uint32_t>> items;  // key, telling weight
    std::set<std::uint64_t> seen;
    std::uint32_t weight = 0;
    for (const Term& term : terms(text)) {
      if (items.size() >= 1000) break;
      if (!seen.insert(term.key).second) continue;
      const bool known = asked_.contains(term.key);
      items.emplace_back(term.key, known ? rounded(term.key)
                                         : 255 * internal::weight_of(term.kind, term.weak) / 2000);
      weight += items.back().second;
    }
    std::vector<Scored> all;
    for (std::uint32_t a = 0; a < documents_.size(); ++a) {
      if (!passes(articles_[a], query)) continue;
      std::uint32_t sum = 0;
      for (const auto& [key, w] : items) sum += impact(a, key);
      if (sum > 0) all.push_back({a, sum, 0, 0});
    }
    std::ranges::stable_sort(all, [](const Scored& x, const Scored& y) { return x.document > y.document; });
    const std::size_t wanted = std::max<std::size_t>(6, std::min<std::size_t>(query.limit, 100) + 2);
    if (all.size() > wanted) all.resize(wanted);
    for (Scored& one : all) {
      std::size_t begin = 0, end = items.size();
      if (weight > 21 * 255) {
        std::int32_t most = 0;
        begin = end = 0;
        for (std::size_t last = 0; last < items.size(); ++last) {  // every stretch; of the best the first to end, then the shortest
          std::int32_t sum = 0;
          for (std::size_t i = last + 1; i-- > 0;) {
            const std::size_t k = i;
            sum += static_cast<std::int32_t>(impact(one.article, items[k].first)) * 20 - static_cast<std::int32_t>(items[k].second);
            if (sum > most) most = sum, begin = i, end = last + 1;
          }
        }
        one.document = static_cast<std::uint32_t>(most) / 20;
      }
      std::uint64_t bonus = 0;
      one.entry = documents_[one.article].entries.front().number;
      for (const Entry& entry : documents_[one.article].entries) {
        std::uint64_t sum = 0, self = 0;
        for (const auto& [key, n] : entry.counts) {
          self += rounded(key);
          for (std::size_t i = begin; i < end; ++i) sum += items[i].first == key && impact(one.article, key) > 0 ? rounded(key) : 0;
        }
        if (sum == 0) continue;
        const std::uint64_t norm = 900 * (300 + 700 * entry.length * 1000 / (total_length_ * 1000 / entries_)) / 1000;
        const std::uint64_t worth = sum * (1000 * 1900 / (1000 + norm)) / 1000 * (300 + sum * 1000 / self);
        if (worth > bonus) bonus = worth, one.entry = entry.number;
      }
      one.score = one.document * 16 + static_cast<std::uint32_t>(bonus * 16 / 5000);
    }
    std::ranges::sort(all, [](const Scored& x, const Scored& y) { return x.score != y.score ? x.score > y.score : x.article < y.article; });
    std::vector<Match> out;
    for (const Scored& one : all)
      if (out.size() < query.limit && one.score > 0) out.push_back({one.article, one.entry, static_cast<std::int32_t>(one.score), 0});
    return out;
  }

 private:
  struct Entry {
    std::uint32_t number;
    std::map<std::uint64_t, std::uint32_t> counts;
    std::uint64_t length;
  };
  struct Document {
    std::map<std::uint64_t, std::uint32_t> counts;
    std::vector<Entry> entries;
  };

  static std::vector<Term> terms(std::string_view text) {
    const std::u32string folded = text::fold(text);
    std::vector<Term> out;
    internal::extract_terms({folded.data(), folded.size()}, out);
    return out;
  }
  static bool passes(const content::Article& a, const Query& q) {
    return (q.internal || a.audience != content::Audience::internal) && a.in_force.covers(q.day) &&
           (q.channel.empty() || a.channels.empty() || std::ranges::count(a.channels, q.channel) > 0);
  }
  std::uint64_t telling(std::uint64_t key) const {
    const std::uint64_t n = asked_.at(key), count = articles_.size();
    const Term& term = kinds_.at(key);
    return internal::log2_fixed(((2 * count + 2) << 16) / (2 * n + 1)) * std::uint64_t{internal::weight_of(term.kind, term.weak)} * 255 /
           internal::log2_fixed((2 * count + 2) << 16);
  }
  std::uint32_t rounded(std::uint64_t key) const { return static_cast<std::uint32_t>(std::min<std::uint64_t>(255, (telling(key) + 500) / 1000)); }
  std::uint32_t impact(std::uint32_t a, std::uint64_t key) const {
    const auto at = documents_[a].counts.find(key);
    return at == documents_[a].counts.end() ? 0 : static_cast<std::uint32_t>((telling(key) * at->second / (at->second + 5) + 500) / 1000);
  }

  std::span<const content::Article> articles_;
  std::vector<Document> documents_;
  std::map<std::uint64_t, std::uint32_t> asked_;
  std::map<std::uint64_t, Term> kinds_;
  std::uint64_t total_length_ = 0, entries_ = 0;
};

TEST(Index, AgreesWithTheReference) {
  const std::u32string alphabet = U"卡丢失钱转账限额度年费贷款利息还款怎么办能不我的了吗多少天可以，。 ab";
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    const auto text = [&](std::uint32_t most) {
      std::u32string out;
      for (std::uint32_t n = 1 + random() % most; n > 0; --n) {
        // Some characters are much more common than others.
        const auto a = random() % alphabet.size(), b = random() % alphabet.size();
        out.push_back(alphabet[std::min(a, b)]);
      }
      return text::to_utf8(out);
    };
    std::vector<content::Article> articles;
    const std::uint32_t count = seed % 3 == 0 ? 400 : 1 + random() % 60;  // rows only pay from 256 on
    for (std::uint32_t i = 0; i < count; ++i) {
      std::vector<std::string> variants;
      for (std::uint32_t n = random() % 6; n > 0; --n) variants.push_back(text(12));
      articles.push_back(article(text(8), std::move(variants), text(20)));
      if (random() % 5 == 0) articles.back().in_force.from = static_cast<core::Day>(random() % 10);
      if (random() % 5 == 0) articles.back().audience = content::Audience::internal;
      if (random() % 5 == 0) articles.back().channels = {"voice"};
    }
    const auto index = Index::build(articles);
    const Reference reference(articles);
    Index::Scratch scratch;
    std::vector<Match> got;
    for (int round = 0; round < 40; ++round) {
      const std::string asked = text(round % 4 == 0 ? 120 : 15);
      Query query = query_of(static_cast<core::Day>(random() % 10), random() % 2 ? "chat" : "", random() % 2 == 0, 1 + static_cast<std::uint32_t>(random() % 12));
      const std::u32string folded = text::fold(asked);
      query.folded = {folded.data(), folded.size()};
      index->search(query, scratch, got);
      const auto expected = reference.search(asked, query);
      ASSERT_EQ(got.size(), expected.size()) << "seed " << seed << " round " << round << " " << asked;
      for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_EQ(got[i].article, expected[i].article) << "seed " << seed << " round " << round << " at " << i << " " << asked;
        ASSERT_EQ(got[i].score, expected[i].score) << "seed " << seed << " round " << round << " at " << i << " " << asked;
        ASSERT_EQ(got[i].entry, expected[i].entry) << "seed " << seed << " round " << round << " at " << i << " " << asked;
        ASSERT_GE(got[i].certainty, 0);
        ASSERT_LE(got[i].certainty, 1000);
      }
    }
  }
}

// --- quality, on our own articles ----------------------------------------------------------------------------------------

TEST(Index, AnswersQuestionsItHasNotSeen) {
  const std::filesystem::path pack = std::filesystem::path(FENSHEN_SOURCE_DIR) / "packs/yunjiang";
  const auto sources = content::read_packs(std::span(&pack, 1));
  ASSERT_TRUE(sources) << core::describe(sources.error());
  const auto library = content::load(*sources).library;
  const std::vector<content::Article>& articles = library->articles;
  ASSERT_GT(articles.size(), 20u);
  // Every fifth question is kept out and asked.
  std::vector<content::Article> known = articles;
  std::vector<std::pair<std::uint32_t, std::string>> asked;
  std::uint32_t number = 0;
  for (std::uint32_t i = 0; i < known.size(); ++i)
    std::erase_if(known[i].variants_zh, [&](const std::string& text) {
      if (++number % 5 != 0) return false;
      asked.emplace_back(i, text);
      return true;
    });
  const auto index = Index::build(known);
  const core::Day day = core::to_day({2026, 11, 18});
  std::size_t first = 0, third = 0, certain = 0, certain_right = 0;
  for (const auto& [article, text] : asked) {
    const auto matches = search(*index, text, query_of(day));
    for (std::size_t i = 0; i < matches.size() && i < 3; ++i) third += matches[i].article == article;
    if (matches.empty()) continue;
    const bool right = matches[0].article == article;
    first += right;
    certain += matches[0].certainty >= 450;
    certain_right += right && matches[0].certainty >= 450;
  }
  const std::size_t count = asked.size();
  RecordProperty("first", static_cast<int>(first * 1000 / count));
  EXPECT_GT(first * 100, count * 50) << first << " of " << count;
  EXPECT_GT(third * 100, count * 70) << third << " of " << count;
  EXPECT_GT(certain * 100, count * 35) << certain << " of " << count;
  EXPECT_GT(certain_right * 100, certain * 70) << certain_right << " of " << certain;
  // Small talk, identity and thanks are no questions.
  const char* const talk[] = {"好的谢谢", "嗯", "我叫李伟", "身份证后四位是零四二六", "等一下我找找", "您稍等", "喂你好听得见吗", "今天天气真好", "行行行",
                              "我在听", "对就是这个", "没有了谢谢", "尾号4417", "哎呀你说得真清楚", "我儿子在上班", "慢一点说我记一下", "hello can you hear me",
                              "thank you so much", "yes that is right", "不用了再见"};
  for (const char* text : talk) {
    const auto matches = search(*index, text, query_of(day));
    EXPECT_TRUE(matches.empty() || matches[0].certainty < 450) << text << " " << matches[0].certainty;
  }
}

TEST(Index, DoesNotAllocateOnceWarm) {
  const auto articles = few();
  const auto index = Index::build(articles);
  std::vector<std::u32string> asked;
  for (const char* text : {"年费怎么免", "卡丢了", "转账限额怎么调，我的卡丢了，年费为什么扣", "I lost my card", "乒乓"}) asked.push_back(text::fold(text));
  Index::Scratch scratch;
  std::vector<Match> out;
  std::size_t before = 0;
  for (int pass = 0; pass < 3; ++pass) {
    before = allocations;
    for (const std::u32string& text : asked) {
      Query query = query_of();
      query.folded = {text.data(), text.size()};
      index->search(query, scratch, out);
    }
  }
  EXPECT_EQ(allocations - before, 0u);
}

TEST(Index, SearchDoesNotDependOnTheScratch) {
  const auto articles = few();
  const auto index = Index::build(articles);
  Index::Scratch scratch;
  std::vector<Match> a, b;
  for (const char* text : {"年费怎么免", "卡丢了", "转账限额怎么调，我的卡丢了，年费为什么扣", "卡丢了"}) {
    const std::u32string folded = text::fold(text);
    Query query = query_of();
    query.folded = {folded.data(), folded.size()};
    index->search(query, scratch, a);
    Index::Scratch fresh;
    index->search(query, fresh, b);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].score, b[i].score);
      EXPECT_EQ(a[i].certainty, b[i].certainty);
    }
  }
}

}  // namespace
}  // namespace fenshen::knowledge
