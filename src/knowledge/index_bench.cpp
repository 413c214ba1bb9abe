// One search. Budget: 12 µs over 10,000 entries, 40 µs over 100,000.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "knowledge/index.h"
#include "text/fold.h"

namespace fenshen::knowledge {
namespace {

// Questions whose characters are as unevenly spread as in Chinese: few common, many rare.
std::string question(std::mt19937& random, std::uint32_t topic) {
  std::u32string out;
  const std::uint32_t size = 6 + random() % 16;
  for (std::uint32_t i = 0; i < size; ++i) {
    const double u = static_cast<double>(random() % 100000) / 100000.0;
    const auto rank = static_cast<std::uint32_t>(3000 * u * u * u);
    out.push_back(random() % 3 == 0 ? U'一' + (topic * 37 + random() % 12) % 3000 : U'一' + rank);
  }
  return text::to_utf8(out);
}

void BM_Search(benchmark::State& state) {
  std::mt19937 random(3);
  std::vector<content::Article> articles;
  for (std::int64_t entries = 0; entries < state.range(0); entries += 8) {
    content::Article one;
    const auto topic = static_cast<std::uint32_t>(articles.size());
    one.title.zh = question(random, topic);
    for (int i = 0; i < 7; ++i) one.variants_zh.push_back(question(random, topic));
    one.answer.zh = question(random, topic) + question(random, topic) + question(random, topic);
    articles.push_back(std::move(one));
  }
  const auto index = Index::build(articles);
  std::vector<std::u32string> questions;
  for (int i = 0; i < 500; ++i) {
    std::string text = question(random, random() % articles.size());
    while (text.size() < 60) text += question(random, random() % articles.size());
    questions.push_back(text::fold(text));
  }
  Index::Scratch scratch;
  std::vector<Match> out;
  std::size_t i = 0;
  for (auto _ : state) {
    Query query;
    query.limit = 3;
    query.folded = {questions[i].data(), questions[i].size()};
    index->search(query, scratch, out);
    benchmark::DoNotOptimize(out.data());
    if (++i == questions.size()) i = 0;
  }
}
BENCHMARK(BM_Search)->Arg(1000)->Arg(10000)->Arg(100000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fenshen::knowledge
