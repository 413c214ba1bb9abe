#include "text/numerals.h"

#include <gtest/gtest.h>

#include <random>

#include "text/fold.h"

namespace fenshen::text {
namespace {

struct Found {
  std::u32string text;
  std::vector<Number> numbers;
};

Found find(std::string_view text) {
  std::vector<char32_t> folded;
  std::vector<std::uint32_t> offset;
  std::vector<CharClass> classes;
  fold(text, folded, offset, classes);
  Found out{{folded.begin(), folded.end()}, {}};
  find_numbers(folded, classes, out.numbers);
  return out;
}

// "三万五=35000 十=10"; "?" where there is no value. Nested figures are left out.
std::string describe(std::string_view text) {
  const Found found = find(text);
  std::string out;
  for (const Number& number : found.numbers) {
    if (number.nested) continue;
    if (!out.empty()) out += ' ';
    out += to_utf8(found.text.substr(number.begin, number.end - number.begin)) + "=";
    if (number.has_value) append_decimal(out, number.micros);
    else out += "?";
  }
  return out;
}

TEST(Numerals, Table) {
  const struct { const char* in; const char* out; } cases[] = {
      {"4417", "4417=4417"},
      {"1,200元", "1,200=1200"},
      {"62,000.50", "62,000.50=62000.5"},
      {"1,2,3", "1=1 2=2 3=3"},
      {"3.5%", "3.5=3.5"},
      {"1.2w", "1.2w=12000"},
      {"3k", "3k=3000"},
      {"1w3", "1w3=13000"},
      {"20w", "20w=200000"},
      {"5kg", "5=5"},
      {"5 万", "5万=50000"},
      {"3万5", "3万5=35000"},
      {"3万500", "3万500=30500"},
      {"3千5百", "3千5百=3500"},
      {"62 thousand", "62 thousand=62000"},
      {"1.5 million", "1.5 million=1500000"},
      {"三万五", "三万五=35000"},
      {"三万五千", "三万五千=35000"},
      {"三万零五", "三万零五=30005"},
      {"三万零五百", "三万零五百=30500"},
      {"一万八千六百五十", "一万八千六百五十=18650"},
      {"五千零五十", "五千零五十=5050"},
      {"二十万零四百六十六", "二十万零四百六十六=200466"},
      {"十", "十=10"}, {"十二", "十二=12"}, {"二十", "二十=20"}, {"二十五", "二十五=25"},
      {"一百一十五", "一百一十五=115"}, {"一百十五", "一百十五=115"}, {"一百零五", "一百零五=105"}, {"一百五", "一百五=150"},
      {"两百五", "两百五=250"}, {"一千二", "一千二=1200"}, {"两千八", "两千八=2800"}, {"一万二", "一万二=12000"},
      {"两万三千四", "两万三千四=23400"},
      {"一亿两千万", "一亿两千万=120000000"}, {"三万亿", "三万亿=3000000000000"}, {"1.2亿", "1.2亿=120000000"},
      {"壹万贰仟", "壹万贰仟=12000"}, {"壹萬貳仟叁佰", "壹万贰仟叁佰=12300"},
      {"二点三", "二点三=2.3"}, {"十八点二五", "十八点二五=18.25"}, {"零点零二", "零点零二=0.02"}, {"一点二万", "一点二万=12000"},
      {"三点二十", "三=3 二十=20"}, {"下午三点五分", "三=3 五=5"}, {"三点半", "三=3"},
      {"百分之五", "百分之五=5"}, {"百分之十八点二五", "百分之十八点二五=18.25"}, {"百分百", "百分百=100"}, {"百分之百", "百分之百=100"},
      {"万分之五", "万分之五=5"}, {"千分之二", "千分之二=2"},
      {"四四一七", "四四一七=4417"}, {"幺三八六", "幺三八六=1386"}, {"零四二六", "零四二六=426"}, {"一三八零零零零一二三四", "一三八零零零零一二三四=13800001234"},
      {"4 4 1 7", "4 4 1 7=4417"}, {"四 四 一 七", "四四一七=4417"},
      {"三四万", "三四万=?"}, {"五六百", "五六百=?"}, {"两三万", "两三万=?"}, {"两三天", "两三=?"}, {"七八个", "七八=?"}, {"十几万", "十几万=?"},
      {"五百来块", "五百来=500"}, {"三十多万", "三十多万=300000"}, {"一百多块", "一百多=100"}, {"拿三万来存", "三万=30000"}, {"三十余额", "三十=30"},
      {"一万一个月", "一万=10000 一=1"}, {"一百一次", "一百=100 一=1"},
      {"万一", "一=1"}, {"百姓", ""}, {"", ""},
      {"2026.11.21", "2026=2026 11=11 21=21"},
      {"123456789012345678", "123456789012345678=?"},
      {"一千二百三十四万五千六百七十八", "一千二百三十四万五千六百七十八=12345678"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(describe(one.in), one.out) << one.in;
  }
}

TEST(Numerals, RunsAndNesting) {
  Found found = find("尾号4417，百分之五，三万五");
  ASSERT_EQ(found.numbers.size(), 4u);
  EXPECT_EQ(found.numbers[0].run, 4);
  EXPECT_EQ(found.numbers[1].per, 2);
  EXPECT_TRUE(found.numbers[2].nested);
  EXPECT_EQ(found.numbers[3].run, 0);
  EXPECT_TRUE(found.numbers[3].big);
}

std::string say_section(int value, bool inner);

// The full spoken form of a number, as the schoolbook writes it.
std::string say(std::int64_t value) {
  std::string out;
  if (value >= 100'000'000) {
    out += say(value / 100'000'000) + "亿";
    value %= 100'000'000;
    if (value > 0 && value < 10'000'000) out += "零";
  }
  if (value >= 10'000) {
    out += say_section(static_cast<int>(value / 10'000), !out.empty()) + "万";
    value %= 10'000;
    if (value > 0 && value < 1000) out += "零";
  }
  if (value > 0) out += say_section(static_cast<int>(value), !out.empty());
  return out;
}

std::string say_section(int value, bool inner) {
  static const char* const kDigits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  const struct { int unit; const char* name; } units[] = {{1000, "千"}, {100, "百"}, {10, "十"}};
  std::string out;
  bool gap = false;
  for (const auto& [unit, name] : units) {
    const int digit = value / unit;
    value %= unit;
    if (digit == 0) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += "零";
    gap = false;
    if (!(unit == 10 && digit == 1 && out.empty() && !inner)) out += kDigits[digit];
    out += name;
  }
  if (value > 0) out += (gap ? "零" : "") + std::string(kDigits[value]);
  return out;
}

TEST(Numerals, ReadsWhatIsSaid) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 20000; ++round) {
    std::int64_t limit = 10;
    for (std::uint64_t n = random() % 11; n > 0; --n) limit *= 10;
    const auto value = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit)) + 1;
    const std::string text = say(value);
    const Found found = find(text);
    ASSERT_EQ(found.numbers.size(), 1u) << value << " " << text;
    ASSERT_TRUE(found.numbers[0].has_value) << value << " " << text;
    ASSERT_EQ(found.numbers[0].micros, value * kMicro) << text;
  }
}

TEST(Numerals, AnyTextIsCoveredOnceInOrder) {
  std::mt19937 random(5);
  const std::u32string alphabet = U"零一二两三五九十百千万亿点分之几多来余半幺012345,. wk块年个";
  for (int round = 0; round < 20000; ++round) {
    std::u32string text;
    for (std::uint32_t n = random() % 16; n > 0; --n) text.push_back(alphabet[random() % alphabet.size()]);
    const Found found = find(to_utf8(text));
    std::uint32_t end = 0;
    for (const Number& number : found.numbers) {
      ASSERT_LT(number.begin, number.end) << to_utf8(text);
      ASSERT_LE(number.end, found.text.size());
      ASSERT_TRUE(number.nested || number.begin >= end) << to_utf8(text);
      end = number.end;
    }
  }
}

TEST(Numerals, Decimals) {
  const auto text = [](std::int64_t micros) {
    std::string out;
    append_decimal(out, micros);
    return out;
  };
  EXPECT_EQ(text(0), "0");
  EXPECT_EQ(text(46'500'000), "46.5");
  EXPECT_EQ(text(486'230'000), "486.23");
  EXPECT_EQ(text(20'000), "0.02");
  EXPECT_EQ(text(-1'000'001), "-1.000001");
}

}  // namespace
}  // namespace fenshen::text
