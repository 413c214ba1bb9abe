// Vectorscan as oracle: random patterns over real and made texts; both must name the same patterns for every text, and where
// ours says that a match ends, Vectorscan must have an end too.
#include <gtest/gtest.h>
#include <hs.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "random_pattern.h"
#include "signals/lexicon.h"
#include "text/fold.h"
#include "texts.h"

namespace fenshen::peers {
namespace {

constexpr unsigned kFlags = HS_FLAG_UTF8 | HS_FLAG_DOTALL;

struct Oracle {
  explicit Oracle(const std::vector<PatternPair>& patterns) {
    std::vector<const char*> expressions;
    std::vector<unsigned> flags(patterns.size(), kFlags), ids;
    for (const PatternPair& one : patterns) {
      ids.push_back(static_cast<unsigned>(expressions.size()));
      expressions.push_back(one.regex.c_str());
    }
    hs_compile_error_t* error = nullptr;
    if (hs_compile_multi(expressions.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()), HS_MODE_BLOCK, nullptr,
                         &database, &error) != HS_SUCCESS)
      ADD_FAILURE() << error->message << " in " << patterns[static_cast<std::size_t>(std::max(0, error->expression))].regex;
    else if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS)
      ADD_FAILURE() << "no scratch";
  }
  ~Oracle() {
    hs_free_scratch(scratch);
    hs_free_database(database);
  }
  // Ends in bytes by pattern.
  std::map<unsigned, std::set<unsigned long long>> scan(const std::string& text) {
    std::map<unsigned, std::set<unsigned long long>> ends;
    const auto found = [](unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) {
      (*static_cast<decltype(ends)*>(context))[id].insert(to);
      return 0;
    };
    EXPECT_EQ(hs_scan(database, text.data(), static_cast<unsigned>(text.size()), 0, scratch, found, &ends), HS_SUCCESS);
    return ends;
  }
  hs_database_t* database = nullptr;
  hs_scratch_t* scratch = nullptr;
};

// Compares patterns of one seed over the texts; returns how many (text, pattern) matched.
std::size_t compare(const std::vector<std::u32string>& texts, std::size_t count, unsigned seed) {
  PatternMaker maker(texts, seed);
  std::vector<PatternPair> patterns;
  while (patterns.size() < count) patterns.push_back(maker.next());
  content::Library library;
  signals::LexiconBuilder builder(library);
  std::vector<std::vector<std::size_t>> of_id;  // equal patterns share an id
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const auto id = builder.add(patterns[i].ours);
    EXPECT_TRUE(id) << patterns[i].ours << ": " << id.error().message;
    if (!id) return 0;
    if (*id >= of_id.size()) of_id.resize(*id + 1);
    of_id[*id].push_back(i);
  }
  const auto lexicon = builder.build();
  EXPECT_TRUE(lexicon);
  Oracle oracle(patterns);
  if (!lexicon || oracle.scratch == nullptr) return 0;
  signals::Reader reader;
  signals::Reading reading;
  std::size_t matched = 0;
  for (const std::u32string& text : texts) {
    reader.read(**lexicon, text::to_utf8(text), 0, reading);
    const auto expected = oracle.scan(text::to_utf8(with_sentence_ends(text)));
    std::set<unsigned> got;
    for (const signals::Hit& hit : reading.hits) {
      for (const std::size_t i : of_id[hit.pattern]) got.insert(static_cast<unsigned>(i));
      const auto end = text::to_utf8(with_sentence_ends(text).substr(0, hit.span.end)).size();
      const auto first = static_cast<unsigned>(of_id[hit.pattern].front());
      const auto at = expected.find(first);
      if (at != expected.end()) EXPECT_TRUE(at->second.contains(end)) << patterns[first].ours << " in " << text::to_utf8(text) << ", end " << hit.span.end;
    }
    std::set<unsigned> wanted;
    for (const auto& [id, ends] : expected) wanted.insert(id);
    matched += wanted.size();
    if (got == wanted) continue;
    for (const unsigned id : wanted)
      if (!got.contains(id)) ADD_FAILURE() << "missed " << patterns[id].ours << " in " << text::to_utf8(text);
    for (const unsigned id : got)
      if (!wanted.contains(id)) ADD_FAILURE() << "invented " << patterns[id].ours << " in " << text::to_utf8(text);
    if (::testing::Test::HasFailure()) return matched;
  }
  return matched;
}

TEST(ScannerOracle, MadeTexts) {
  std::size_t matched = 0;
  for (unsigned seed = 1; seed <= 5 && !HasFailure(); ++seed) matched += compare(made_texts(400, seed), 200, seed);
  EXPECT_GT(matched, 5'000U);
}

TEST(ScannerOracle, CorporaTexts) {
  auto texts = corpus_texts();
  if (texts.empty()) {
    std::cout << "SKIPPED: FENSHEN_CORPORA is not set\n";
    GTEST_SKIP();
  }
  std::size_t matched = 0;
  for (unsigned seed = 1; seed <= 3 && !HasFailure(); ++seed) matched += compare(texts, 1'000, seed);
  EXPECT_GT(matched, 20'000U);
}

}  // namespace
}  // namespace fenshen::peers
