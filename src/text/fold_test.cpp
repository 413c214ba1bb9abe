#include "text/fold.h"

#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/uversion.h>

#include <memory>
#include <random>

namespace fenshen::text {
namespace {

std::string folded(std::string_view text) { return to_utf8(fold(text)); }

TEST(Fold, Table) {
  const struct { const char* in; const char* out; } cases[] = {
      {"", ""},
      {"我要挂失", "我要挂失"},
      {"我要掛失", "我要挂失"},
      {"ＡＢＣ１２３", "abc123"},
      {"USD 62,000", "usd 62,000"},
      {"我 要 挂 失", "我要挂失"},
      {"转账 limit 调到 20 w", "转账limit调到20 w"},
      {"尾号 4417", "尾号4417"},
      {"  two   words  ", "two words"},
      {"您好， 请问", "您好,请问"},
      {"a\xE2\x80\x8B" "b", "ab"},           // zero-width space
      {"❤️", "❤"},                            // variation selector
      {"👍🏽", "👍"},                            // skin tone
      {"don’t — “no”", "don't - \"no\""},
      {"第一行 \n 第二行", "第一行\n第二行"},
      {"a\tb", "a b"},
      {"①２③", "123"},
      {"帳號賬戶", "账号账户"},
      {"壹萬貳仟", "壹万贰仟"},
      {"ÄÖ", "äö"},
      {"。｡", "。。"},
  };
  for (const auto& one : cases) EXPECT_EQ(folded(one.in), one.out) << one.in;
}

TEST(Fold, OffsetsLeadBack) {
  std::vector<char32_t> out;
  std::vector<std::uint32_t> offset;
  std::vector<CharClass> classes;
  EXPECT_EQ(fold(" 我 要  ab c ", out, offset, classes), 11u);
  EXPECT_EQ(std::u32string(out.begin(), out.end()), U"我要ab c");
  EXPECT_EQ(offset, (std::vector<std::uint32_t>{1, 3, 6, 7, 8, 9, 11}));
  EXPECT_EQ(classes.size(), out.size());
}

TEST(Fold, IsIdempotentOverTheWholePlane) {
  for (char32_t c = 1; c < 0x11000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    const char32_t once = fold_char(c);
    if (once == 0) continue;
    EXPECT_EQ(fold_char(once), once) << std::hex << static_cast<std::uint32_t>(c);
  }
}

TEST(Fold, IsIdempotentOnRandomText) {
  std::mt19937 random(7);
  const std::u32string alphabet = U" 　我掛ａA1，,.\n\u200B\uFE0F。你😀'";
  for (int round = 0; round < 5000; ++round) {
    std::u32string text;
    for (int i = 0; i < 12; ++i) text.push_back(alphabet[random() % alphabet.size()]);
    const std::string once = folded(to_utf8(text));
    ASSERT_EQ(folded(once), once) << to_utf8(text);
  }
}

TEST(Fold, PieceKeepsBlanksAtItsEnds) {
  EXPECT_EQ(fold_piece("principal is "), U"principal is ");
  EXPECT_EQ(fold_piece(" "), U" ");
  EXPECT_EQ(fold_piece(" Ａ  b "), U" a b ");
}

TEST(Fold, Classes) {
  EXPECT_EQ(class_of(U'我'), kHan);
  EXPECT_EQ(class_of(U'万'), kHan | kNumeral);
  EXPECT_EQ(class_of(U'7'), kDigit);
  EXPECT_EQ(class_of(U'q'), kLetter);
  EXPECT_EQ(class_of(U','), kPunctuation | kClauseEnd);
  EXPECT_EQ(class_of(U'。'), kPunctuation | kClauseEnd | kSentenceEnd);
  EXPECT_EQ(class_of(U'😀'), kPunctuation);
}

// The generated table against its source. Another ICU may know other characters: then only our own version counts.
TEST(FoldTable, AgreesWithIcu) {
  if (U_ICU_VERSION_MAJOR_NUM != 72) GTEST_SKIP() << "table made from ICU 72";
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> simplify(
      icu::Transliterator::createInstance("Traditional-Simplified", UTRANS_FORWARD, status));
  ASSERT_TRUE(U_SUCCESS(status));
  int differ = 0;
  for (UChar32 c = 0x3400; c <= 0x9FFF; ++c) {
    icu::UnicodeString text(c);
    simplify->transliterate(text);
    if (text.countChar32() != 1) continue;
    const auto expected = static_cast<char32_t>(text.char32At(0));
    if (expected != fold_char(static_cast<char32_t>(c)) && expected < 0x10000) {
      ++differ;
      if (differ > 10) ADD_FAILURE() << to_utf8(std::u32string(1, static_cast<char32_t>(c)));
    }
  }
  EXPECT_LE(differ, 10) << "our own additions and broken cycles only";
  for (UChar32 c = 0xC0; c < 0x530; ++c) {
    if (!u_isupper(c)) continue;
    EXPECT_EQ(fold_char(static_cast<char32_t>(c)), static_cast<char32_t>(u_tolower(c))) << std::hex << c;
  }
}

}  // namespace
}  // namespace fenshen::text
