// What holds of every reading: no allocation on the steady path, the same answer from a used and from a fresh reader,
// valid spans on any text.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <random>

#include "core/time.h"
#include "core/utf8.h"
#include "signals/lexicon.h"
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

namespace fenshen::signals {
namespace {

const Lexicon& lexicon() {
  static const std::shared_ptr<const Lexicon> instance = [] {
    static const content::Library library = [] {
      content::Library out;
      out.classes.push_back({"lost", "", {"(卡|存折)..{4}(丢|没)了", "挂失"}, {}});
      out.emotions.push_back({"angry", {"气死", "投诉"}, {}});
      content::Product product;
      product.code = "YJ-W2-A-LONG-CODE-OF-A-PRODUCT";
      product.name = {"稳江固收", "Wenjiang"};
      out.products.push_back(product);
      return out;
    }();
    LexiconBuilder builder(library);
    for (const char* pattern : {"{lost}", "^好", "吗$", "转..#", "#{4,6}", "guarante*", "保本", "本金..(绝对|肯定)安全", "(我|你)?要..(转|存)", "#(天|年)"})
      EXPECT_TRUE(builder.add(pattern, "不{lost}|可能", "不|没"));
    return *builder.build();
  }();
  return *instance;
}

std::vector<std::string> texts() {
  std::vector<std::string> out = {"",
                                  "我的卡丢了，尾号4417，帮我挂失",
                                  "我叫李伟，身份证00000019900307751X，卡号9999 0012 3456 7890 123，电话幺三八零零零零一二三四",
                                  "明天转三万五，下周三还四百八十六块二毛三，年化百分之五",
                                  "Wenjiang is guaranteed? I want to send sixty-two thousand dollars by Nov 21st",
                                  "气死我了！密码是abc123，邮箱 a.b@yunjiang.example"};
  std::mt19937 random(4);
  static const char* const kPieces[] = {"卡", "丢了", "挂失", "不", "，", "。", " ", "五", "万", "4417", "9999001234567890", "好", "吗", "转", "一", "a", "guaranteed", "稳江固收",
                                        "明天", "号", "年", "月", "块", "半", "密码", "我叫", "李伟", "百分之", "點", "😀", "\xEF\xB8\x8F", "@", ".", "尾号", "到", "周三", "%"};
  for (int i = 0; i < 1500; ++i) {
    std::string text;
    for (std::uint32_t n = random() % 24; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    out.push_back(text);
  }
  return out;
}

TEST(Reader, DoesNotAllocateOnceWarm) {
  const auto all = texts();
  Reader reader;
  Reading reading;
  for (int pass = 0; pass < 3; ++pass)
    for (const std::string& text : all) reader.read(lexicon(), text, 20775, reading);
  const std::size_t before = allocations;
  for (const std::string& text : all) reader.read(lexicon(), text, 20775, reading);
  EXPECT_EQ(allocations - before, 0u);
}

std::string describe(const Reading& reading) {
  std::string out;
  const auto add = [&](std::string_view what, Span span) { out += std::string(what) + std::to_string(span.begin) + "-" + std::to_string(span.end) + " "; };
  for (const Hit& hit : reading.hits) add("h" + std::to_string(hit.pattern) + ":", hit.span);
  for (const Entity& entity : reading.entities) add(std::string(to_string(entity.type)) + "=" + entity.value + ":", entity.span);
  for (const Span& span : reading.mask) add("m", span);
  add(to_string(reading.emotion), reading.emotion_span);
  return out + (reading.question ? "?" : "");
}

TEST(Reader, ReadsTheSameUsedOrFresh) {
  Reader used;
  Reading reading;
  for (const std::string& text : texts()) {
    used.read(lexicon(), text, 20775, reading);
    const std::string got = describe(reading);
    Reader fresh;
    Reading other;
    fresh.read(lexicon(), text, 20775, other);
    ASSERT_EQ(got, describe(other)) << text;
  }
}

TEST(Reader, SpansAreValidAndSorted) {
  Reader reader;
  Reading reading;
  for (const std::string& text : texts()) {
    reader.read(lexicon(), text, 20775, reading);
    const auto size = static_cast<std::uint32_t>(core::count_code_points(text));
    ASSERT_EQ(reading.code_points, size);
    ASSERT_EQ(reading.offset.size(), reading.folded.size() + 1);
    for (std::size_t i = 0; i + 1 < reading.hits.size(); ++i) ASSERT_LT(reading.hits[i].pattern, reading.hits[i + 1].pattern);
    for (const Hit& hit : reading.hits) ASSERT_TRUE(hit.span.begin <= hit.span.end && hit.span.end <= size) << text;
    std::uint32_t begin = 0;
    for (const Entity& entity : reading.entities) {
      ASSERT_TRUE(entity.span.begin < entity.span.end && entity.span.end <= size) << text;
      ASSERT_GE(entity.span.begin, begin) << text;
      ASSERT_FALSE(entity.value.empty()) << text;
      begin = entity.span.begin;
    }
    for (std::size_t i = 0; i + 1 < reading.mask.size(); ++i) ASSERT_LT(reading.mask[i].end, reading.mask[i + 1].begin);
    ASSERT_EQ(core::count_code_points(masked(text, reading)), size);
  }
}

// Texts made to hurt: every word a cue, a number or a literal with a guard. Bounded by CPU time, generously.
TEST(Reader, LongTextsAreNotQuadratic) {
  Reader reader;
  Reading reading;
  for (const char* piece : {"转1", "不挂失", "不要转存", "密码1234是", "尾号4417那张", "周三了5号", "我叫李伟", "may 1 ", "one hundred ", "本金", "本金安", "五", "三万", "$1 ", "a@b.c "}) {
    std::string text;
    while (text.size() < 60000) text += piece;
    const std::int64_t start = core::thread_cpu_ns();
    reader.read(lexicon(), text, 20775, reading);
    EXPECT_LT((core::thread_cpu_ns() - start) / 1'000'000, 600) << piece;
  }
}

// An utterance read whole, and read as its sentences: hits of patterns without gaps, entities and masks of a sentence do
// not depend on the other sentences (but for the edges ^ and $).
TEST(Reader, SentencesDoNotDisturbEachOther) {
  const char* const sentences[] = {"我的卡丢了。", "尾号4417！", "卡号9999001234567890。", "转三万五。", "保本吗？", "明天还四十六块五。", "guaranteed!", "我叫李伟。"};
  Reader reader;
  Reading whole, one;
  for (const char* a : sentences)
    for (const char* b : sentences) {
      reader.read(lexicon(), std::string(a) + b, 20775, whole);
      std::vector<std::string> parts;
      std::uint32_t shift = 0;
      for (const char* sentence : {a, b}) {
        reader.read(lexicon(), sentence, 20775, one);
        for (const Entity& entity : one.entities) parts.push_back(std::string(to_string(entity.type)) + entity.value + std::to_string(entity.span.begin + shift));
        shift += one.code_points;
      }
      std::vector<std::string> got;
      for (const Entity& entity : whole.entities) got.push_back(std::string(to_string(entity.type)) + entity.value + std::to_string(entity.span.begin));
      EXPECT_EQ(got, parts) << a << b;
    }
}

}  // namespace
}  // namespace fenshen::signals
