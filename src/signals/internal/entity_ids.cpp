// Numbers that name something: cards, identity cards, phones by their shape; card tails by the words around them. A wrong
// check digit lowers the confidence and hides nothing: recognisers err, and so do people.
#include <algorithm>

#include "signals/internal/entity_reader.h"

namespace fenshen::signals::internal {
namespace {

constexpr std::size_t kMaxGroup = 8;   // digits of a group that may be joined with its neighbours
constexpr std::size_t kMaxDigits = 19;

int at(const char* digits, std::size_t i) { return digits[i] - '0'; }

bool luhn(const char* digits, std::size_t size) {
  int sum = 0;
  for (std::size_t i = 0; i < size; ++i) {
    int value = at(digits, size - 1 - i);
    if (i % 2 == 1) value = value * 2 > 9 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return sum % 10 == 0;
}

bool birth_date(const char* digits, bool with_century) {
  std::size_t i = 6;
  int year = 1900;
  if (with_century) {
    year = at(digits, 6) * 1000 + at(digits, 7) * 100 + at(digits, 8) * 10 + at(digits, 9);
    i = 10;
  } else {
    year += at(digits, 6) * 10 + at(digits, 7);
    i = 8;
  }
  const int month = at(digits, i) * 10 + at(digits, i + 1), day = at(digits, i + 2) * 10 + at(digits, i + 3);
  return year >= 1900 && year <= 2099 && core::is_valid({year, month, day});
}

bool id_check(const char* digits, char last) {
  constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  constexpr char kChecks[] = "10X98765432";
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += at(digits, i) * kWeights[i];
  return kChecks[sum % 11] == last;
}

bool is_separator(char32_t c) { return c == U' ' || c == U'-' || c == U',' || c == U'、' || c == U'·'; }

}  // namespace

void EntityReader::collect_digits(std::size_t first, std::size_t last) {
  digit_count_ = 0;
  for (std::uint32_t k = number(first).begin; k < number(last).end; ++k)
    if (const int digit = text::digit_value(u_.at(k)); digit >= 0 && digit_count_ < sizeof digits_) digits_[digit_count_++] = static_cast<char>('0' + digit);
}

void EntityReader::read_identifiers() {
  for (std::size_t i = 0; i < count();) i = read_identifier(i);
}

// Tries the longest join of groups from i first; returns the number behind what was read.
std::size_t EntityReader::read_identifier(std::size_t i) {
  if (number(i).run < 2 || !free(i)) return i + 1;
  std::size_t last = i, total = number(i).run;
  while (number(last).run <= kMaxGroup && last + 1 < count()) {
    const Number& next = number(last + 1);
    const std::uint32_t end = number(last).end;
    const bool apart = next.begin == end + 1 && is_separator(u_.at(end));
    const bool lone = next.run == 1 && (total < 12 || measured(last + 1));  // the 17th digit of a card, but not "，一个"
    if (!(apart || next.begin == end) || next.run == 0 || lone || next.run > kMaxGroup || total + next.run > kMaxDigits) break;
    total += next.run;
    ++last;
  }
  for (;; --last) {
    if (take_identifier(i, last)) return last + 1;
    if (last == i) return i + 1;
  }
}

bool EntityReader::take_identifier(std::size_t first, std::size_t last) {
  collect_digits(first, last);
  const std::uint32_t begin = number(first).begin, end = number(last).end;
  const std::size_t size = digit_count_;
  if (size < 7 || size > kMaxDigits || size == 9) return false;
  const auto take = [&](EntityType type, std::uint32_t to, int confidence, bool hide) -> Entity& {
    for (std::size_t i = first; i <= last; ++i) use(i);
    if (hide) mask(begin, to);
    return add(type, begin, to, confidence);
  };
  const std::string_view digits(digits_, size);
  const Cue* const id = cue_before(CueKind::id, begin, 12);
  const Cue* const card = cue_before(CueKind::card, begin, 8);
  const bool says_id = id != nullptr && (card == nullptr || id->end > card->end);
  const bool letter = size == 17 && u_.at(end) == U'x' && (u_.kind(end + 1) & text::kLetter) == 0;
  if ((size == 18 || letter) && (birth_date(digits_, true) || says_id)) {
    const bool right = id_check(digits_, letter ? 'X' : digits_[17]);
    std::string& value = take(EntityType::id_number, end + (letter ? 1 : 0), right ? 100 : 80, true).value;
    value += digits;
    if (letter) value += 'X';
    return true;
  }
  if (size == 15 && says_id && birth_date(digits_, false)) {
    take(EntityType::id_number, end, 90, true).value += digits;
    return true;
  }
  const bool plus = begin > 0 && u_.at(begin - 1) == U'+';
  const Cue* const phone = cue_before(CueKind::phone, begin, 8);
  if (size == 11 && digits[0] == '1') {
    std::string& value = take(EntityType::phone, end, digits[1] >= '3' ? 100 : 80, true).value;
    value.append(digits.substr(0, 3)).append("-").append(digits.substr(3, 4)).append("-").append(digits.substr(7));
    return true;
  }
  if (size == 13 && digits.starts_with("861") && (plus || phone != nullptr)) {
    std::string& value = take(EntityType::phone, end, 95, true).value;
    value.append(digits.substr(2, 3)).append("-").append(digits.substr(5, 4)).append("-").append(digits.substr(9));
    return true;
  }
  const bool hotline = size == 10 && (digits.starts_with("400") || digits.starts_with("800")) && (first != last || phone != nullptr);
  if (hotline) {  // a company's number is no personal data
    take(EntityType::phone, end, 60, false).value += digits;
    return true;
  }
  const bool area = size >= 10 && size <= 12 && digits[0] == '0' && digits[1] != '0' && (first != last || phone != nullptr);
  const bool local = size <= 8 && phone != nullptr && phone->end + 4 >= begin;
  if ((plus && size >= 8 && size <= 15) || area || local) {
    take(EntityType::phone, end, 80, true).value += digits;
    return true;
  }
  if (size < 13) return false;
  const Cue* const other = cue_before(CueKind::not_money, begin, 3);
  if (other != nullptr && (card == nullptr || other->end > card->end)) return false;  // 流水号, 合同号
  take(EntityType::card, end, luhn(digits_, size) ? 100 : 80, true).value += digits;
  return true;
}

// --- tails -----------------------------------------------------------------------------------------------------------

// 手机尾号 and 身份证后四位 are not the card's; a bare 后四位 needs a card before it.
bool EntityReader::tail_is_of_card(const Cue& cue) const {
  std::uint32_t nearest = 0;
  CueKind owner = CueKind::question;
  for (const Cue& one : cues_around(cue.begin, cue.end, 10)) {
    if (one.kind != CueKind::card && one.kind != CueKind::id && one.kind != CueKind::phone) continue;
    if (one.end > cue.end || !u_.same_clause(one.begin, cue.begin) || cue.begin > one.end + 10) continue;
    if (one.begin >= cue.begin && one.end < cue.end) continue;
    if (one.end >= nearest) nearest = one.end, owner = one.kind;
  }
  if (owner == CueKind::id || owner == CueKind::phone) return cue.arg == 0 && cue.begin > nearest + 1;
  return cue.arg == 0 || owner == CueKind::card;
}

bool EntityReader::add_tail(std::size_t i, int confidence) {
  if (!free(i) || number(i).run != 4) return false;
  collect_digits(i, i);
  use(i);
  add(EntityType::card_tail, number(i).begin, number(i).end, confidence).value.append(digits_, digit_count_);
  return true;
}

void EntityReader::read_tails() {
  for (const Cue& cue : u_.cues)  // the 四 of 后四位
    if (cue.kind == CueKind::tail) use_within(cue.begin, cue.end);
  for (const Cue& cue : u_.cues) {
    if (cue.kind == CueKind::tail) {
      std::size_t i = number_from(cue.end);
      if (i == kNoNumber || number(i).run != 4 || !u_.same_sentence(cue.begin, number(i).begin)) continue;
      const std::uint32_t begin = number(i).begin;
      const Cue* const named = cue_before(CueKind::card, begin, 8);  // the last four digits of my card are
      const bool owned = named != nullptr && named->begin >= cue.end && begin <= cue.end + 20;
      if (!owned && begin > cue.end + 8) continue;
      if (!owned && !tail_is_of_card(cue)) {
        use(i);
        continue;
      }
      add_tail(i, 100);
      // 尾号4417和3306
      while (i + 1 < count() && number(i + 1).begin == number(i).end + 1 && u_.is_one_of(number(i).end, U"和跟与、,或")) {
        if (!add_tail(++i, 90)) break;
      }
    } else if (cue.kind == CueKind::tail_after) {
      for (std::size_t i = first_from(cue.begin > 12 ? cue.begin - 12 : 0); i < count() && number(i).begin < cue.begin; ++i) {
        const Number& n = number(i);
        if (n.run == 4 && n.end <= cue.begin && cue.begin - n.end <= 2 && u_.at(n.end) != U'年') add_tail(i, 90);
      }
    }
  }
  read_bare_tail();
}

// The tail of a card is named, and no four digits with it: whoever answers with four digits gives it.
bool EntityReader::asks_card_tail() const {
  const bool named = std::ranges::any_of(u_.cues, [&](const Cue& cue) { return cue.kind == CueKind::tail && tail_is_of_card(cue); });
  return named && std::ranges::none_of(u_.numbers, [](const Number& n) { return n.run == 4; });
}

// Four digits and hardly anything else answer the question for the tail.
void EntityReader::read_bare_tail() {
  if (!u_.tail_asked) return;
  for (std::size_t i = 0; i < count(); ++i)
    if (free(i) && number(i).run == 4 && !measured(i)) add_tail(i, 90);
}

}  // namespace fenshen::signals::internal
