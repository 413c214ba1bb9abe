// Words that the house itself looks for, beside the patterns of the packs: they go into the same dictionary and come out
// of the same scan. Entities, masking and question detection read them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fenshen::signals::internal {

enum class CueKind : std::uint8_t {
  product,       // arg = index
  day,           // 明天: arg = kCueZero + days
  weekday,       // 下周三: arg = kCueZero + 7 * weeks + day (0 = Monday)
  any_weekday,   // 周三, friday: arg = day
  month,         // 下个月: arg = kCueZero + months
  month_end,     // 下个月底: arg = kCueZero + months
  year,          // 明年: arg = kCueZero + years
  month_name,    // november: arg = month
  every,         // 每月: what follows is no date
  past,          // 上次; arg 1 = only behind the date (了)
  currency,      // arg = index of kCurrencies
  tail,          // 尾号: four digits follow. arg 0 = of a card, 1 = of whatever is named before
  tail_after,    // 就它, 这张卡 behind four digits
  card,          // 卡, 账号
  id,            // 身份证
  phone,         // 手机
  secret,        // 密码, 验证码
  name,          // 我叫: arg 0 = Han, 1 = English
  money_before,  // 转, 余额: the figure behind it is money
  money_after,   // the figure before it is money
  not_money,     // 工号, 积分 …: the figure behind it is none
  question,
  english,       // five, thousand: arg = index of kEnglishNumbers
};

constexpr std::uint16_t kCueZero = 100;

struct CueRef {
  CueKind kind;
  std::uint16_t arg;
};

struct CueEntry {
  std::string text;
  CueRef cue;
};

// An occurrence in an utterance.
struct Cue {
  CueKind kind;
  std::uint16_t arg;
  std::uint32_t begin, end;
};

constexpr const char* kCurrencies[] = {"CNY", "USD", "EUR", "GBP", "JPY", "HKD", "AUD", "CAD", "SGD", "CHF", "KRW", "THB", "NZD", "MOP", "TWD"};

// Values of the English number words; hundred and up are factors.
constexpr std::int64_t kEnglishNumbers[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,  14,   15,
                                            16, 17, 18, 19, 20, 30, 40, 50, 60, 70, 80, 90, 100, 1000, 1000000};

const std::vector<CueEntry>& builtin_cues();

}  // namespace fenshen::signals::internal
