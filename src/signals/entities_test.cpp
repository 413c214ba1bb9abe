// Entities by table: what is said, what is read. The day of the event is Wednesday, 2026-11-18.
#include <gtest/gtest.h>

#include <random>
#include <span>

#include "signals/lexicon.h"
#include "text/fold.h"

namespace fenshen::signals {
namespace {

const content::Library& bank() {
  static const content::Library library = [] {
    content::Library out;
    const auto add = [&](std::string code, std::string zh, std::string en, std::vector<std::string> aliases) {
      content::Product product;
      product.code = std::move(code);
      product.name = {std::move(zh), std::move(en)};
      product.aliases = std::move(aliases);
      out.products.push_back(std::move(product));
    };
    add("YJ-W2", "稳江固收180天", "Wenjiang Fixed 180", {"稳江固收", "稳江"});
    add("YJ-W3", "江汇混合365天", "Jianghui Mixed 365", {"江汇混合", "江汇", "W3"});
    out.emotions.push_back({"angry", {"气死", "投诉你们", "什么态度"}, {}});
    out.emotions.push_back({"anxious", {"急死", "着急", "怎么办", "吓"}, {}});
    out.emotions.push_back({"calm", {"谢谢", "满意"}, {}});
    out.emotions.push_back({"dissatisfied", {"失望", "太慢"}, {}});
    out.emotions.push_back({"sad", {"难过"}, {}});
    return out;
  }();
  return library;
}

const Lexicon& lexicon() {
  static const std::shared_ptr<const Lexicon> instance = *LexiconBuilder(bank()).build();
  return *instance;
}

Reading read(std::string_view text) {
  Reader reader;
  Reading out;
  reader.read(lexicon(), text, core::to_day({2026, 11, 18}), out);
  return out;
}

std::string describe(std::string_view text) {
  std::string out;
  for (const Entity& entity : read(text).entities) {
    if (!out.empty()) out += ' ';
    out += std::string(to_string(entity.type)) + ":" + entity.value;
  }
  return out;
}

struct Row {
  const char* text;
  const char* entities;
};

void check(std::span<const Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(describe(row.text), row.entities) << row.text;
}

TEST(Entities, Amounts) {
  const Row rows[] = {
      {"刷了四十六块五", "amount:46.5"},
      {"四十六块五呢", "amount:46.5"},
      {"最低还款四百八十六块二毛三", "amount:486.23"},
      {"一共是四千八百六十二块三", "amount:4862.3"},
      {"四百六十六块六毛七", "amount:466.67"},
      {"四十二块五，合计三千一百五十八块五", "amount:42.5 amount:3158.5"},
      {"两块半", "amount:2.5"},
      {"十块零五", "amount:10.05"},
      {"十块零五分", "amount:10.05"},
      {"三块钱", "amount:3"},
      {"3块5毛", "amount:3.5"},
      {"3块5毛2", "amount:3.52"},
      {"12块8", "amount:12.8"},
      {"五毛钱", "amount:0.5"},
      {"两毛五", "amount:0.25"},
      {"五角", "amount:0.5"},
      {"手续费10元", "amount:10"},
      {"手续费10元，补卡工本10元", "amount:10 amount:10"},
      {"1,200.50元", "amount:1200.5"},
      {"５０００元", "amount:5000"},
      {"五百来块", "amount:500"},
      {"三十多万", "amount:300000"},
      {"我转了五万元", "amount:50000"},
      {"五万块", "amount:50000"},
      {"补足四十二万元的担保物", "amount:420000"},
      {"伍万圆整", "amount:50000"},
      {"壹万贰仟元", "amount:12000"},
      {"人民币五万", "currency:CNY amount:50000"},
      {"USD 486.20", "currency:USD amount:486.2"},
      {"usd62,000", "currency:USD amount:62000"},
      {"$500", "currency:USD amount:500"},
      {"¥100", "currency:CNY amount:100"},
      {"￥1,000", "currency:CNY amount:1000"},
      {"500美元", "amount:500 currency:USD"},
      {"五万美元额度", "amount:50000 currency:USD"},
      {"3000欧元", "amount:3000 currency:EUR"},
      {"62,000 dollars", "amount:62000 currency:USD"},
      {"about 1.5 million yuan", "amount:1500000 currency:CNY"},
      {"two hundred dollars", "amount:200 currency:USD"},
      {"sixty-two thousand dollars", "amount:62000 currency:USD"},
      {"I want to send 62000", "amount:62000"},
      {"five thousand", "amount:5000"},
      {"三十万", "amount:300000"},
      {"我四十八万加上利息呢", "amount:480000"},
      {"一万八千六百五十，能处理吗", "amount:18650"},
      {"20w才够", "amount:200000"},
      {"1w出来1w3", "amount:10000 amount:13000"},
      {"真是3.5w", "amount:35000"},
      {"三万五", "amount:35000"},
      {"3k", "amount:3000"},
      {"调到20w 现在才5w", "amount:200000 amount:50000"},
      {"本金两千八，利息三百一十六", "amount:2800 amount:316"},
      {"还了八百", "amount:800"},
      {"还的是八百", "amount:800"},
      {"八百六十四，总利息嘛", "amount:864"},
      {"里面还有87.6", "amount:87.6"},
      {"一笔火锅168", "amount:168"},
      {"转5000给我妈", "amount:5000"},
      {"转账5000", "amount:5000"},
      {"我要借2000", "amount:2000"},
      {"存款余额是12345.67", "amount:12345.67"},
      {"限额调到200000", "amount:200000"},
      {"帮我把额度提到八万", "amount:80000"},
      {"刷五万押金，才三万额度", "amount:50000 amount:30000"},
      {"买二十万", "amount:200000"},
      {"年费六百块", "amount:600"},
      {"扣了三百", "amount:300"},
      {"转错了3500", "amount:3500"},
      {"一亿两千万", "amount:120000000"},
      {"一块去吧", ""},
      {"咱们一块儿办", ""},
      {"有两百万三者呢", "amount:2000000"},
      {"一万多点儿", "amount:10000"},
      {"打110或96110", "number:110 number:96110"},
      {"三角牌放车后面", ""},
      {"一分钱都没出去", ""},
      {"托管费零点零二", "number:0.02"},
      {"不是3500，是350块", "amount:350"},
      {"是不是五万块", "amount:50000"},
      {"不是五万吗", "amount:50000"},
      {"三万人", "number:30000"},
      {"五千步", "number:5000"},
      {"几万块", ""},
      {"万一", ""},
      {"百姓", ""},
      {"第三笔", ""},
      {"工号1027", "number:1027"},
      {"工号九一四", "number:914"},
  };
  check(rows);
}

TEST(Entities, Dates) {
  const Row rows[] = {
      {"2026-11-21", "date:2026-11-21"},
      {"2026/1/5", "date:2026-01-05"},
      {"2026.11.21到期", "date:2026-11-21"},
      {"2026年11月21日", "date:2026-11-21"},
      {"二零二六年三月五号", "date:2026-03-05"},
      {"二〇二七年十二月三十一日", "date:2027-12-31"},
      {"26年3月5号", "date:2026-03-05"},
      {"11月21号", "date:2026-11-21"},
      {"11 月 21 日", "date:2026-11-21"},
      {"十一月二十一号到期", "date:2026-11-21"},
      {"十一月一号的那个账单", "date:2026-11-01"},
      {"8月2日就到期了", "date:2026-08-02"},
      {"一月五号", "date:2027-01-05"},
      {"明年三月十四号到期", "date:2027-03-14"},
      {"去年五月一号", "date:2025-05-01"},
      {"今年12月1日", "date:2026-12-01"},
      {"十二月底", "date:2026-12-31"},
      {"三月份做的", ""},
      {"二月三十号", ""},
      {"二十五号", "date:2026-11-25"},
      {"28号", "date:2026-11-28"},
      {"5号之前", "date:2026-12-05"},
      {"我5号刚还了", "date:2026-11-05"},
      {"上次25号扣了", "date:2026-10-25"},
      {"上个月十号", "date:2026-10-10"},
      {"上个月的十号", "date:2026-10-10"},
      {"下个月5号", "date:2026-12-05"},
      {"这个月30号", "date:2026-11-30"},
      {"本月20日", "date:2026-11-20"},
      {"每月15号", ""},
      {"每个月的十五号", ""},
      {"11月23号到25号", "date:2026-11-23 date:2026-11-25"},
      {"明天", "date:2026-11-19"},
      {"后天上午", "date:2026-11-20"},
      {"大后天", "date:2026-11-21"},
      {"今天就还", "date:2026-11-18"},
      {"今天还有事", ""},
      {"今天怎么样，昨天来过", ""},
      {"是十八号不是八号", "date:2026-11-18"},
      {"前天", "date:2026-11-16"},
      {"大前天", "date:2026-11-15"},
      {"明早转", "date:2026-11-19"},
      {"后天，就是十一月二十号", "date:2026-11-20 date:2026-11-20"},
      {"下周三", "date:2026-11-25"},
      {"那就下周三，二十五号行", "date:2026-11-25 date:2026-11-25"},
      {"下礼拜一", "date:2026-11-23"},
      {"下个星期天", "date:2026-11-29"},
      {"上周五", "date:2026-11-13"},
      {"这周五", "date:2026-11-20"},
      {"本周日", "date:2026-11-22"},
      {"周五还", "date:2026-11-20"},
      {"周一吧", "date:2026-11-23"},
      {"周一刷了", "date:2026-11-16"},
      {"每周三", ""},
      {"已经预约了周六上午", "date:2026-11-21"},
      {"今天到期", "date:2026-11-18"},
      {"今天到货", ""},
      {"the 16th round", "number:16"},
      {"周一到周五", ""},
      {"月底还清", "date:2026-11-30"},
      {"下个月底", "date:2026-12-31"},
      {"Nov 21", "date:2026-11-21"},
      {"November 21st, 2026", "date:2026-11-21"},
      {"21 November", "date:2026-11-21"},
      {"the 3rd of March 2027", "date:2027-03-03"},
      {"by Jan 5", "date:2027-01-05"},
      {"before the 25th", "date:2026-11-25"},
      {"tomorrow morning", "date:2026-11-19"},
      {"next Monday", "date:2026-11-23"},
      {"on Friday", "date:2026-11-20"},
      {"the day after tomorrow", "date:2026-11-20"},
      {"you may go", ""},
      {"3号楼", "number:3"},
      {"2号线", "number:2"},
  };
  check(rows);
}

TEST(Entities, Identifiers) {
  const Row rows[] = {
      {"尾号4417", "card_tail:4417"},
      {"尾号是四四一七", "card_tail:4417"},
      {"尾号是幺三八六", "card_tail:1386"},
      {"尾号，4417", "card_tail:4417"},
      {"尾号 4 4 1 7", "card_tail:4417"},
      {"用尾号3391那张卡", "card_tail:3391"},
      {"尾号4417和3306", "card_tail:4417 card_tail:3306"},
      {"卡号后四位是4417", "card_tail:4417"},
      {"我那张卡的后四位4417", "card_tail:4417"},
      {"身份证后四位4417", ""},
      {"证件后四位是四四一七", ""},
      {"手机尾号3312", ""},
      {"手机号后四位0038", ""},
      {"四四一七，就它", "card_tail:4417"},
      {"4417这张", "card_tail:4417"},
      {"是4417的卡", "card_tail:4417"},
      {"the card ending in 4417", "card_tail:4417"},
      {"my card ends with 4417", "card_tail:4417"},
      {"last four digits of my card are 4417", "card_tail:4417"},
      {"9999001234567890", "card:9999001234567890"},
      {"9999 0012 3456 7890", "card:9999001234567890"},
      {"9999-0012-3456-7890", "card:9999001234567890"},
      {"卡号是9999001234567890123", "card:9999001234567890123"},
      {"九九九九零零一二三四五六七八九零", "card:9999001234567890"},
      {"九九九九，零零一二，三四五六，七八九零", "card:9999001234567890"},
      {"身份证000000199003077512", "id_number:000000199003077512"},
      {"00000019900307751X", "id_number:00000019900307751X"},
      {"000000 19900307 751x", "id_number:00000019900307751X"},
      {"零零零零零零一九九零零三零七七五一二", "id_number:000000199003077512"},
      {"身份证000000900307751", "id_number:000000900307751"},
      {"13800001234", "phone:138-0000-1234"},
      {"138 0000 1234", "phone:138-0000-1234"},
      {"100-0000-3312", "phone:100-0000-3312"},
      {"幺零零零零零零五二六幺", "phone:100-0000-5261"},
      {"一三八，零零零零，一二三四", "phone:138-0000-1234"},
      {"+86 138 0000 1234", "phone:138-0000-1234"},
      {"0871-60000000", "phone:087160000000"},
      {"电话60001234", "phone:60001234"},
      {"拨打4000000000", "phone:4000000000"},
      {"流水号20261118000012345", "number:20261118000012345"},
      {"密码是123456", ""},
      {"验证码 8812", ""},
  };
  check(rows);
}

TEST(Entities, Others) {
  const Row rows[] = {
      {"百分之五", "percent:5"},
      {"年化百分之十八点二五", "percent:18.25"},
      {"3.5%", "percent:3.5"},
      {"3.5％", "percent:3.5"},
      {"2.3 percent", "percent:2.3"},
      {"日息万分之五", "percent:0.05"},
      {"千分之二", "percent:0.2"},
      {"三个点", "percent:3"},
      {"百分百", "percent:100"},
      {"有效期五天", "duration:5d"},
      {"有效期 5 天", "duration:5d"},
      {"三个月", "duration:3m"},
      {"12个月", "duration:12m"},
      {"两年", "duration:2y"},
      {"一年半", "duration:18m"},
      {"半年", "duration:6m"},
      {"半个月", "duration:15d"},
      {"半小时", "duration:30min"},
      {"三十分钟", "duration:30min"},
      {"24小时", "duration:24h"},
      {"两个工作日", "duration:2d"},
      {"15日内", "duration:15d"},
      {"最晚不超过三十日", "duration:30d"},
      {"两周", "duration:14d"},
      {"三个半月", "duration:3.5m"},
      {"一百八十天", "duration:180d"},
      {"逾期了二十三天", "duration:23d"},
      {"within 15 days", "duration:15d"},
      {"five business days", "duration:5d"},
      {"第九天", ""},
      {"哪一天", ""},
      {"上半年", ""},
      {"两三天", ""},
      {"2026年", ""},
      {"稳江固收怎么样", "product:YJ-W2"},
      {"江汇混合365天", "product:YJ-W3"},
      {"Wenjiang Fixed 180 or 江汇", "product:YJ-W2 product:YJ-W3"},
      {"ＹＪ－Ｗ３", "product:YJ-W3"},
      {"W3怎么样", "product:YJ-W3"},
      {"放1w出来1w3", "amount:10000 amount:13000"},
      {"W33", ""},
      {"换成美元", "currency:USD"},
      {"港币", "currency:HKD"},
      {"分12期", "number:12"},
      {"三笔", "number:3"},
      {"一个", ""},
      {"一下", ""},
      {"C3", ""},
      {"十二月三号转了五万，尾号4417，百分之二", "date:2026-12-03 amount:50000 card_tail:4417 percent:2"},
      {"买稳江固收二十万", "product:YJ-W2 amount:200000"},
  };
  check(rows);
}

TEST(Entities, BareFourDigitsAnswerTheQuestionForTheTail) {
  const auto tails = [](std::string_view text, bool asked) {
    Reader reader;
    Reading out;
    reader.read(lexicon(), text, 0, out, asked);
    std::string all;
    for (const Entity& entity : out.entities)
      if (entity.type == EntityType::card_tail) all += entity.value + " ";
    return all;
  };
  EXPECT_EQ(tails("5183，对，是5183", true), "5183 5183 ");
  EXPECT_EQ(tails("5183，对，是5183", false), "");
  EXPECT_EQ(tails("嗯四四一七", true), "4417 ");
  EXPECT_EQ(tails("2026年的", true), "");
  EXPECT_TRUE(read("卡尾号您还记得不").asks_card_tail);
  EXPECT_TRUE(read("您的卡号后四位是多少").asks_card_tail);
  EXPECT_FALSE(read("身份证后四位是多少").asks_card_tail);
  EXPECT_FALSE(read("尾号4417对吗").asks_card_tail);
}

TEST(Entities, CheckDigitsOnlyLowerConfidence) {
  int right = 0;
  for (char last = '0'; last <= '9'; ++last) {
    const Reading reading = read(std::string("999900000000000008") + last);
    ASSERT_EQ(reading.entities.size(), 1u);
    EXPECT_EQ(reading.entities[0].type, EntityType::card);
    right += reading.entities[0].confidence == 100;
    EXPECT_FALSE(reading.mask.empty());
  }
  EXPECT_EQ(right, 1);
}

TEST(Entities, SpansAreOfTheOriginal) {
  const Reading reading = read("我 想 转 三 万 五，尾号 4417");
  ASSERT_EQ(reading.entities.size(), 2u);
  EXPECT_EQ(reading.entities[0].span, (Span{6, 11}));
  EXPECT_EQ(reading.entities[1].span, (Span{15, 19}));
}

// --- masking ------------------------------------------------------------------------------------------------------------

TEST(Masking, Table) {
  const struct { const char* in; const char* out; } rows[] = {
      {"卡号9999001234567890谢谢", "卡号••••••••••••7890谢谢"},
      {"卡号9999 0012 3456 7890", "卡号•••••••••••••••7890"},
      {"身份证00000019900307751X", "身份证••••••••••••••751X"},
      {"打13800001234", "打•••••••••••"},
      {"密码是123456啊", "密码是••••••啊"},
      {"密码 123456", "密码 ••••••"},
      {"验证码是八八一二三四", "验证码是••••••"},
      {"验证码我念给你啊，881234", "验证码我念给你啊，••••••"},
      {"123456是我的密码", "••••••是我的密码"},
      {"密码是abc123", "密码是••••••"},
      {"my PIN is 4417", "my PIN is ••••"},
      {"the password is hunter2 ok", "the password is ••••••• ok"},
      {"the password is wrong", "the password is wrong"},
      {"密码输错3次", "密码输错3次"},
      {"密码谁都不能告诉", "密码谁都不能告诉"},
      {"我叫李伟", "我叫••"},
      {"我叫李伟，想查余额", "我叫••，想查余额"},
      {"我叫欧阳小明今年三十", "我叫••••今年三十"},
      {"户名：陈桂兰", "户名：•••"},
      {"姓名是王晓的", "姓名是••的"},
      {"姓名、证件后四位报一下", "姓名、证件后四位报一下"},
      {"请提供姓名和身份证号", "请提供姓名和身份证号"},
      {"您叫什么名字", "您叫什么名字"},
      {"我叫什么不重要", "我叫什么不重要"},
      {"My name is Emily Carter and I", "My name is •••••••••••• and I"},
      {"邮箱 li.wei@yunjiang.example 谢谢", "邮箱 ••••••••••••••••••••••• 谢谢"},
      {"@云江银行 你好", "@云江银行 你好"},
      {"转五万", "转五万"},
      {"尾号4417", "尾号4417"},
      {"", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(masked(row.in, read(row.in)), row.out) << row.in;
}

// Cards, identity cards and phones in every way they are written and said: nothing but the last four remains.
TEST(Masking, HidesEveryForm) {
  static const char* const kSpoken[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  std::mt19937 random(3);
  const auto digits = [&](std::string prefix, std::size_t size) {
    while (prefix.size() < size) prefix += static_cast<char>('0' + random() % 10);
    return prefix;
  };
  for (int round = 0; round < 3000; ++round) {
    const int kind = static_cast<int>(random() % 3);
    std::vector<std::size_t> groups;
    std::string number;
    if (kind == 0) {
      number = digits("9999", 16 + random() % 4);
      groups = {4, 4, 4, 4, number.size() - 16};
    } else if (kind == 1) {
      number = digits("000000", 6) + std::to_string(1950 + random() % 60) + "0" + std::to_string(1 + random() % 9) + "1" + std::to_string(random() % 10);
      number = digits(number, 18);
      groups = {6, 8, 4};
    } else {
      number = digits("1" + std::to_string(random() % 10), 11);
      groups = {3, 4, 4};
    }
    const bool spoken = random() % 2 == 0, unit_one = random() % 2 == 0;
    static const char* const kSeparators[] = {"", " ", "-", "，"};
    const std::string separator = kSeparators[random() % (spoken ? 4 : 3)];
    std::string said;
    std::size_t at = 0;
    for (const std::size_t group : groups) {
      if (at > 0 && group > 0) said += separator;
      for (std::size_t i = 0; i < group; ++i, ++at) {
        const int digit = number[at] - '0';
        said += !spoken ? std::string(1, number[at]) : digit == 1 && unit_one ? "幺" : kSpoken[digit];
      }
    }
    static const char* const kBefore[] = {"", "是", "我的号码，", "请记下：", "嗯 "};
    static const char* const kAfter[] = {"", "。", "，对吧", "啊", " 谢谢"};
    const std::string text = kBefore[random() % 5] + said + kAfter[random() % 5];
    const std::string hidden = masked(text, read(text));
    int visible = 0;
    for (const char32_t c : text::to_utf32(hidden)) visible += text::digit_value(text::fold_char(c)) >= 0;
    ASSERT_EQ(visible, kind == 2 ? 0 : 4) << text << " -> " << hidden;
    ASSERT_EQ(text::to_utf32(hidden).size(), text::to_utf32(text).size());
  }
}

// --- emotion, question ----------------------------------------------------------------------------------------------------

TEST(Emotion, Table) {
  const struct { const char* text; Emotion emotion; } rows[] = {
      {"气死我了", Emotion::angry},       {"急死了，气死我了，谢谢", Emotion::angry}, {"怎么办啊", Emotion::anxious}, {"我不着急", Emotion::none},
      {"您别着急", Emotion::none},        {"好的谢谢", Emotion::calm},                {"不满意", Emotion::none},       {"太慢了，难过", Emotion::dissatisfied},
      {"查余额", Emotion::none},
  };
  for (const auto& row : rows) EXPECT_EQ(read(row.text).emotion, row.emotion) << row.text;
  EXPECT_EQ(read("好吧，急死我了").emotion_span, (Span{3, 5}));
}

TEST(Question, Table) {
  const struct { const char* text; bool question; } rows[] = {
      {"怎么挂失", true}, {"能不能退", true}, {"可以吗", true}, {"手续费多少", true}, {"真的？", true}, {"How long does it take", true},
      {"Can I block it", true}, {"好的", false}, {"我叫李伟", false}, {"卡丢了", false}, {"尾号4417", false}, {"", false},
  };
  for (const auto& row : rows) EXPECT_EQ(read(row.text).question, row.question) << row.text;
}

}  // namespace
}  // namespace fenshen::signals
