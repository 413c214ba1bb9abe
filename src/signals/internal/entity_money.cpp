// Amounts: figures with 块, 元 or a currency; figures that can only be money (三十万); figures that the words around make
// money (转五千, 本金两千八). What is measured in something else never is.
#include <algorithm>

#include "signals/internal/entity_reader.h"

namespace fenshen::signals::internal {
namespace {

using text::kMicro;

constexpr std::u32string_view kUnitsOfOtherThings =
    U"天个月年次张笔期位岁号日周点分人倍件种份星小礼季类本户家名句条层遍回步秒米里公斤克股套台辆支只项款楼级页字%‰℃号平集站积瓶杯";
constexpr std::u32string_view kAfterAmount = U"的呢吧啊了多左以吗嘛整够太就,。!?;、 都也还是在到和吖呀哈哦额对咯嘞";

// 转 and 还 speak of money only with the figure right behind them; 额度 and 一共 from farther.
constexpr std::uint32_t kWordReach = 6, kVerbReach = 3;

bool is_letter(const Utterance& u, std::size_t i) { return (u.kind(i) & text::kLetter) != 0; }

}  // namespace

void EntityReader::add_amount(std::uint32_t begin, std::uint32_t end, std::int64_t micros, int confidence) {
  text::append_decimal(add(EntityType::amount, begin, end, confidence).value, micros);
}

bool EntityReader::measured(std::size_t i) const {
  const std::size_t at = u_.skip_blank(number(i).end);
  if (u_.at(at) == U'点' && (number(i).approximate || u_.at(at + 1) == U'儿')) return false;  // 一万多点儿
  if (u_.is_one_of(at, kUnitsOfOtherThings)) return true;
  return u_.starts(at, U"公里") || u_.starts(at, U"工作日") || u_.starts(at, U"自然日") || u_.starts(at, U"交易日");
}

void EntityReader::read_money() {
  for (std::size_t i = 0; i < count(); ++i) {
    const Number& n = number(i);
    if (!free(i) || n.nested || n.per != 0) continue;
    if (n.begin > 0 && (u_.at(n.begin - 1) == U'第' || (is_letter(u_, n.begin - 1) && !cue_ending(CueKind::currency, n.begin)))) continue;
    if (read_with_unit(i) || read_with_currency(i)) use(i);
  }
  for (std::size_t i = 0; i < count(); ++i)
    if (free(i) && !number(i).nested && number(i).per == 0 && read_by_context(i)) use(i);
}

// What follows 块: 五, 五毛, 二毛三, 零五, 半, 钱. Returns the end.
std::uint32_t EntityReader::read_small_change(std::uint32_t at, std::int64_t& micros) {
  if (u_.at(at) == U'半') {
    micros += kMicro / 2;
    ++at;
  } else if (const std::size_t i = number_at(at); i != kNoNumber && number(i).run >= 1 && number(i).run <= 2) {
    const Number& n = number(i);
    const bool dimes = u_.is_one_of(n.end, U"毛角") && n.run == 1;
    const bool cents_only = u_.at(n.end) == U'分';  // 十块零五分
    if (dimes || cents_only || !measured(i)) {
      std::int64_t scale = cents_only && n.run == 1 ? kMicro / 10 : kMicro;
      for (std::uint32_t k = n.begin; k < n.end; ++k) micros += (scale /= 10) * text::digit_value(u_.at(k));
      use(i);
      at = n.end + (cents_only ? 1 : 0);
      if (dimes) {
        ++at;
        const std::size_t cents = number_at(at);
        if (cents != kNoNumber && number(cents).run == 1 && (u_.at(number(cents).end) == U'分' || !measured(cents))) {
          micros += kMicro / 100 * text::digit_value(u_.at(number(cents).begin));
          use(cents);
          at = number(cents).end + (u_.at(number(cents).end) == U'分' ? 1 : 0);
        }
      }
    }
  }
  return u_.at(at) == U'钱' ? at + 1 : at;
}

bool EntityReader::read_with_unit(std::size_t i) {
  const Number& n = number(i);
  const auto at = static_cast<std::uint32_t>(u_.skip_blank(n.end));
  std::int64_t micros = n.micros;
  if (u_.at(at) == U'块' || u_.at(at) == U'元' || u_.at(at) == U'圆' || u_.at(at) == U'蚊') {
    const bool together = u_.at(at) == U'块' && n.micros == kMicro && n.run == 1 && u_.kind(n.begin) != text::kDigit &&
                          !u_.is_one_of(at + 1, U"钱五半零") && number_at(at + 1) == kNoNumber;
    if (together || u_.starts(at, U"元旦") || u_.starts(at, U"元宵")) return false;
    if (!n.has_value) return true;  // 几万块: money, but how much
    const std::uint32_t end = read_small_change(at + 1, micros);
    add_amount(n.begin, u_.at(end) == U'整' ? end + 1 : end, micros, 100);
    return true;
  }
  if (!n.has_value) return false;
  if (u_.is_one_of(at, U"毛角") && small(i, 1, 9)) {  // 两毛五, 五角; but 一毛钱 is no sum, 三角形 no money
    micros = n.micros / 10;
    std::uint32_t end = at + 1;
    const std::size_t cents = number_at(end);
    const bool money = cents != kNoNumber || end == u_.size() || u_.at(end) == U'钱' || u_.is_one_of(end, kAfterAmount);
    if (!money || (u_.at(n.begin) == U'一' && cents == kNoNumber)) return false;
    if (cents != kNoNumber && number(cents).run == 1 && (u_.at(number(cents).end) == U'分' || !measured(cents))) {
      micros += kMicro / 100 * text::digit_value(u_.at(number(cents).begin));
      use(cents);
      end = number(cents).end + (u_.at(number(cents).end) == U'分' ? 1 : 0);
    }
    add_amount(n.begin, u_.at(end) == U'钱' ? end + 1 : end, micros, 90);
    return true;
  }
  if (u_.starts(at, U"分钱") && u_.at(n.begin) != U'一') {
    add_amount(n.begin, at + 2, micros / 100, 100);
    return true;
  }
  return false;
}

bool EntityReader::read_with_currency(std::size_t i) {
  const Number& n = number(i);
  if (!n.has_value) return false;
  const auto at = static_cast<std::uint32_t>(u_.skip_blank(n.end));
  const Cue* behind = nullptr;
  for (const Cue& cue : u_.cues_in(at, at))
    if (cue.kind == CueKind::currency && (behind == nullptr || cue.end > behind->end)) behind = &cue;
  if (behind != nullptr) {
    add_amount(n.begin, behind->end, n.micros, 100);
    return true;
  }
  const bool blank = n.begin > 0 && u_.at(n.begin - 1) == U' ';
  const Cue* before = cue_ending(CueKind::currency, n.begin - (blank ? 1 : 0));
  if (before == nullptr) return false;
  add_amount(before->begin, n.end, n.micros, 100);
  return true;
}

// 打110, 打96110: whoever is called is not paid.
bool EntityReader::is_hotline(std::size_t i, const Cue& verb) const {
  if (u_.at(verb.end - 1) != U'打' || number(i).run < 3) return false;
  const auto begin = number(i).begin;
  return number(i).run == 3 ? u_.at(begin) == U'1' : number(i).run == 5 && u_.is_one_of(begin, U"19");
}

bool EntityReader::read_by_context(std::size_t i) {
  const Number& n = number(i);
  if (!n.has_value || n.micros == 0 || measured(i)) return false;
  const bool in_word = (n.begin > 0 && is_letter(u_, n.begin - 1)) || (is_letter(u_, n.end) && !n.big);
  if (in_word || (n.begin > 0 && u_.is_one_of(n.begin - 1, U"第#*"))) return false;
  if (n.kind == Number::Kind::spoken && n.run > 1) return false;
  if (n.run >= 2 && text::digit_value(u_.at(n.begin)) == 0) return false;
  if (n.run > 8 || taken(n.begin, n.end)) return false;
  if (n.run == 1 && n.kind == Number::Kind::spoken) return false;  // 转一下, 还一次
  if (cue_before(CueKind::not_money, n.begin, 3) != nullptr) return false;
  if (n.big && n.micros >= 1000 * kMicro) {
    add_amount(n.begin, n.end, n.micros, 85);
    return true;
  }
  const Cue* before = cue_before(CueKind::money_before, n.begin, kWordReach);
  if (before != nullptr) {
    const bool verb = before->end - before->begin == 1 && !is_letter(u_, before->begin);
    const bool names_account = n.run == 4 && n.begin > 0 && u_.is_one_of(n.begin - 1, U"给进") ;
    if (names_account || (verb && n.begin - before->end > kVerbReach)) before = nullptr;
  }
  const Cue* after = cue_after(CueKind::money_after, n.end, 1);
  const bool enough = (n.run >= 2 || n.fraction_point || n.run == 0) && n.micros >= kMicro;
  if (before != nullptr && is_hotline(i, *before)) return false;
  if ((before != nullptr || after != nullptr) && enough) {
    add_amount(n.begin, n.end, n.micros, 80);
    return true;
  }
  // 八百, 三百五 said alone
  const bool said = n.big && n.micros >= 100 * kMicro && (n.end == u_.size() || u_.is_one_of(n.end, kAfterAmount));
  if (!said) return false;
  add_amount(n.begin, n.end, n.micros, 70);
  return true;
}

void EntityReader::read_currencies() {
  const Cue* last = nullptr;
  for (const Cue& cue : u_.cues) {
    if (cue.kind != CueKind::currency || (last != nullptr && cue.begin < last->end)) continue;
    const Cue* longest = &cue;
    for (const Cue& other : u_.cues_in(cue.begin, cue.begin))
      if (other.kind == CueKind::currency && other.end > longest->end) longest = &other;
    // pound, won and mop are words of their own: only beside a figure.
    const bool doubtful = is_letter(u_, cue.begin) && (cue.arg == 3 || cue.arg == 10 || cue.arg == 13);
    const std::size_t behind = first_from(longest->begin);
    const bool beside = (behind > 0 && number(behind - 1).end + 1 >= longest->begin) || (behind < count() && number(behind).begin <= longest->end + 1);
    last = longest;
    if (doubtful && !beside) continue;
    add(EntityType::currency, longest->begin, longest->end, 100).value += kCurrencies[longest->arg];
  }
}

}  // namespace fenshen::signals::internal
