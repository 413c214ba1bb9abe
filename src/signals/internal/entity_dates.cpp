// Dates: written, spoken and relative to the day of the event. Where a year or month is not said, the nearest one that
// makes sense: a bare "5号" is the coming one unless the clause speaks of the past.
#include <algorithm>
#include <cstdlib>

#include "signals/internal/entity_reader.h"

namespace fenshen::signals::internal {
namespace {

constexpr int kCertain = 100, kLikely = 90;

constexpr std::u32string_view kNotADayAfterHao = U"楼线柜窗店门机房院桌文馆库厅仓台码卡令召称";
constexpr std::u32string_view kNotADayAfterRi = U"内以之均游年后前间常化志报记利息限额";

core::CivilDate add_months(core::CivilDate date, int months) {
  const int index = date.year * 12 + date.month - 1 + months;
  return {index / 12, index % 12 + 1, date.day};
}

int last_day(int year, int month) {
  for (int day = 31; day > 28; --day)
    if (core::is_valid({year, month, day})) return day;
  return 28;
}

constexpr std::u32string_view kDue = U"还存转交补缴打前内";

// Monday is 0; 1970-01-01 was a Thursday.
int weekday_of(core::Day day) { return static_cast<int>(((day + 3) % 7 + 7) % 7); }

}  // namespace

bool EntityReader::is_due(std::uint32_t end) const {
  for (std::uint32_t i = end; i < end + 4 && i < u_.size(); ++i) {
    if (u_.starts(i, U"到期") || u_.starts(i, U"到账")) return true;
    if (u_.is_one_of(i, kDue)) return !u_.is_one_of(i + 1, U"有是了过");
  }
  return false;
}

void EntityReader::add_date(std::uint32_t begin, std::uint32_t end, core::Day day, int confidence) {
  Entity& entity = add(EntityType::date, begin, end, confidence);
  const core::CivilDate date = core::to_date(day);
  const auto digits = [&](int value, int width) {
    for (int scale = width == 4 ? 1000 : 10; scale > 0; scale /= 10) entity.value += static_cast<char>('0' + value / scale % 10);
  };
  digits(date.year, 4);
  entity.value += '-';
  digits(date.month, 2);
  entity.value += '-';
  digits(date.day, 2);
}

bool EntityReader::add_civil(std::uint32_t begin, std::uint32_t end, int year, int month, int day) {
  const core::CivilDate date{year, month, day};
  if (year < 1900 || year > 2199 || !core::is_valid(date)) return false;
  add_date(begin, end, core::to_day(date), kCertain);
  return true;
}

int EntityReader::nearest_year(int month, int day) const {
  const int year = core::to_date(u_.day).year;
  int best = year;
  std::int32_t distance = 1 << 20;
  for (const int candidate : {year + 1, year, year - 1}) {  // the future wins ties
    const int valid_day = std::min(day, last_day(candidate, month));
    const std::int32_t apart = std::abs(core::to_day({candidate, month, valid_day}) - u_.day);
    if (apart < distance) best = candidate, distance = apart;
  }
  return best;
}

bool EntityReader::refers_back(std::uint32_t begin, std::uint32_t end) const {
  return std::ranges::any_of(cues_around(begin, end, 8), [&](const Cue& cue) {
    if (cue.kind != CueKind::past || !u_.same_clause(cue.begin, begin)) return false;
    if (cue.arg == 1 && cue.begin < end) return false;  // 预约了周六
    const std::uint32_t distance = cue.end <= begin ? begin - cue.end : cue.begin >= end ? cue.begin - end : 0;
    return distance <= 8;
  });
}

// End of 日 or 号 behind a figure, 0 if none stands there or it means something else.
std::size_t EntityReader::day_mark(std::size_t end) const {
  if (u_.at(end) == U'号') return u_.is_one_of(end + 1, kNotADayAfterHao) ? 0 : end + 1;
  if (u_.at(end) == U'日') return u_.is_one_of(end + 1, kNotADayAfterRi) ? 0 : end + 1;
  return 0;
}

void EntityReader::read_dates() {
  for (std::size_t i = 0; i < count(); ++i) {
    if (!free(i) || number(i).nested) continue;
    if (read_numeric_date(i) || read_year(i) || read_month(i, std::nullopt)) continue;
    if (!read_day_of_month(i)) read_ordinal_day(i);
  }
  for (const Cue& cue : u_.cues)
    if (cue.kind == CueKind::month_name) read_english_date(cue);
  read_date_cues();
}

// 2026-11-21, 2026/11/21, 2026.11.21
bool EntityReader::read_numeric_date(std::size_t i) {
  const Number& n = number(i);
  const auto year = small(i, 1900, 2199);
  if (n.run != 4 || !year || !u_.is_one_of(n.end, U"-/.")) return false;
  const char32_t mark = u_.at(n.end);
  const auto month = small(i + 1, 1, 12);
  if (!month || number(i + 1).begin != n.end + 1 || u_.at(number(i + 1).end) != mark) return false;
  const auto day = small(i + 2, 1, 31);
  if (!day || number(i + 2).begin != number(i + 1).end + 1) return false;
  if (!add_civil(n.begin, number(i + 2).end, *year, *month, *day)) return false;
  for (std::size_t k = i; k <= i + 2; ++k) use(k);
  return true;
}

// 2026年11月21日, 二零二六年三月, 26年3月
bool EntityReader::read_year(std::size_t i) {
  const Number& n = number(i);
  if (u_.at(n.end) != U'年' || n.run < 2 || n.run > 4 || n.run == 3) return false;
  auto year = small(i, n.run == 4 ? 1900 : 10, n.run == 4 ? 2199 : 99);
  if (!year) return false;
  const std::size_t month = number_at(n.end + 1);
  const bool has_month = month != kNoNumber && u_.at(number(month).end) == U'月';
  if (n.run == 2) {
    if (!has_month) return false;  // 20年 is a duration
    year = *year + (*year < 70 ? 2000 : 1900);
  }
  if (has_month && read_month(month, year)) {
    if (!s_.places.empty() && s_.places.back().begin == number(month).begin) {
      s_.places.back().begin = n.begin;
      out_.entities.back().span = original_span(out_, n.begin, s_.places.back().end);
    }
  }
  use(i);
  return true;
}

// 11月21号, 十一月二十一; a month alone is taken without becoming a date.
bool EntityReader::read_month(std::size_t i, std::optional<int> year) {
  const Number& n = number(i);
  const auto month = small(i, 1, 12);
  if (!month || u_.at(n.end) != U'月' || n.approximate) return false;
  use(i);
  const Cue* said = cue_ending(CueKind::year, n.begin);
  const std::uint32_t begin = said != nullptr ? said->begin : n.begin;
  if (!year && said != nullptr) year = core::to_date(u_.day).year + said->arg - kCueZero;
  if (u_.is_one_of(n.end + 1, U"底末")) {
    const int in = year.value_or(nearest_year(*month, 28));
    add_date(begin, n.end + 2, core::to_day({in, *month, last_day(in, *month)}), kLikely);
    return true;
  }
  const std::size_t next = number_at(n.end + 1);
  const auto day = next == kNoNumber ? std::nullopt : small(next, 1, 31);
  if (!day) return true;
  const std::uint32_t day_end = number(next).end;
  const std::size_t mark = day_mark(day_end);
  if (mark == 0 && (measured(next) || u_.at(day_end) == U'日' || u_.at(day_end) == U'号')) return true;
  use(next);
  add_civil(begin, static_cast<std::uint32_t>(mark != 0 ? mark : day_end), year.value_or(nearest_year(*month, *day)), *month, *day);
  return true;
}

// 21号, 下个月5号, 11月3号到5号
bool EntityReader::read_day_of_month(std::size_t i) {
  const Number& n = number(i);
  const auto day = small(i, 1, 31);
  const std::size_t mark = day_mark(n.end);
  if (!day || mark == 0 || n.run > 2) return false;
  if (n.begin >= 2 && u_.at(n.end) == U'日' && (u_.starts(n.begin - 2, U"超过") || u_.starts(n.begin - 2, U"最多") || u_.starts(n.begin - 2, U"至多"))) return false;
  if (n.begin > 0 && (u_.at(n.begin - 1) == U'第' || u_.is_one_of(n.begin - 1, U"楼栋单#座层室线"))) return false;
  use(i);
  const auto end = static_cast<std::uint32_t>(mark);
  if (cue_before(CueKind::every, n.begin, 2) != nullptr) return true;
  if (u_.at(n.end) == U'日' && n.run == 0 && n.kind == Number::Kind::digits) return true;
  const core::CivilDate today = core::to_date(u_.day);
  if (const Cue* month = cue_before(CueKind::month, n.begin, 1)) {
    const core::CivilDate date = add_months(today, month->arg - kCueZero);
    add_civil(month->begin, end, date.year, date.month, *day);
    return true;
  }
  const bool range = n.begin > 0 && (u_.is_one_of(n.begin - 1, U"到至-~")) && !out_.entities.empty() &&
                     out_.entities.back().type == EntityType::date && s_.places.back().end + 1 == n.begin;
  if (range) {
    const core::Day first = core::parse_date(out_.entities.back().value).value_or(u_.day);
    core::CivilDate date = core::to_date(first);
    if (*day < date.day) date = add_months(date, 1);
    add_civil(n.begin, end, date.year, date.month, *day);
    return true;
  }
  const bool back = refers_back(n.begin, end);
  core::CivilDate date = today;
  if (back && *day > today.day) date = add_months(today, -1);
  if (!back && *day < today.day && today.day - *day > 3) date = add_months(today, 1);
  if (!core::is_valid({date.year, date.month, *day})) date = add_months(date, back ? -1 : 1);
  add_civil(n.begin, end, date.year, date.month, *day);
  return true;
}

// the 21st
bool EntityReader::read_ordinal_day(std::size_t i) {
  const Number& n = number(i);
  const auto day = small(i, 1, 31);
  if (!day || n.kind != Number::Kind::digits || n.begin < 4 || !u_.starts(n.begin - 4, U"the ")) return false;
  const bool ordinal = u_.starts_word(n.end, U"st") || u_.starts_word(n.end, U"nd") || u_.starts_word(n.end, U"rd") || u_.starts_word(n.end, U"th");
  if (!ordinal || u_.starts(n.end + 2, U" of ")) return false;
  std::uint32_t word = n.begin - 4;  // "by the 21st", not "the 21st floor"
  while (word > 0 && u_.kind(word - 1) != text::kLetter) --word;
  const std::uint32_t word_end = word;
  while (word > 0 && u_.kind(word - 1) == text::kLetter) --word;
  const std::u32string_view before(u_.scanned.text.data() + word, word_end - word);
  constexpr std::u32string_view kBefore[] = {U"on", U"by", U"before", U"until", U"till", U"after", U"since", U"from", U"is", U"was"};
  if (std::ranges::find(kBefore, before) == std::end(kBefore)) return false;
  const core::CivilDate today = core::to_date(u_.day);
  const bool back = refers_back(n.begin, n.end);
  core::CivilDate date = today;
  if (back && *day > today.day) date = add_months(today, -1);
  if (!back && *day < today.day) date = add_months(today, 1);
  use(i);
  add_civil(n.begin, n.end + 2, date.year, date.month, *day);
  return true;
}

// Nov 21, November 21st, 2026; 21 November; 21st of November
void EntityReader::read_english_date(const Cue& month) {
  const auto behind_ordinal = [&](std::uint32_t at) {
    for (const std::u32string_view mark : {U"st", U"nd", U"rd", U"th"})
      if (u_.starts_word(at, mark)) return at + 2;
    return at;
  };
  const auto take = [&](std::size_t i, std::uint32_t begin, std::uint32_t end) {
    const auto day = small(i, 1, 31);
    if (!day) return false;
    std::uint32_t at = end;
    if (u_.at(at) == U',') ++at;
    at = static_cast<std::uint32_t>(u_.skip_blank(at));
    const std::size_t next = number_at(at);
    const auto year = next != kNoNumber && number(next).run == 4 ? small(next, 1900, 2199) : std::nullopt;
    if (year) end = number(next).end;
    if (!add_civil(begin, end, year.value_or(nearest_year(month.arg, *day)), month.arg, *day)) return false;
    use(i);
    if (year) use(next);
    return true;
  };
  const std::uint32_t after = month.end + (u_.at(month.end) == U'.' ? 2 : 1);
  if (const std::size_t i = number_at(after); i != kNoNumber && u_.at(after - 1) == U' ' && number(i).run <= 2) {
    if (take(i, month.begin, behind_ordinal(number(i).end))) return;
  }
  for (std::size_t i = first_from(month.begin > 8 ? month.begin - 8 : 0); i < count() && number(i).begin < month.begin; ++i) {
    if (!free(i) || number(i).run == 0 || number(i).run > 2) continue;
    const std::uint32_t end = behind_ordinal(number(i).end);
    const std::uint32_t gap = u_.starts(end, U" of ") ? 4 : 1;
    if (end + gap == month.begin && u_.at(end) == U' ' && take(i, number(i).begin, month.end)) return;
  }
}

// 明天, 下周三, 月底; of words that overlap the longest counts.
void EntityReader::read_date_cues() {
  s_.chosen.clear();
  for (const Cue& cue : u_.cues) {
    const bool wanted = cue.kind == CueKind::day || cue.kind == CueKind::weekday || cue.kind == CueKind::any_weekday || cue.kind == CueKind::month_end;
    if (!wanted) continue;
    if (!s_.chosen.empty() && cue.begin < s_.chosen.back().end) {
      if (cue.begin == s_.chosen.back().begin && cue.end > s_.chosen.back().end) s_.chosen.back() = cue;
      continue;
    }
    s_.chosen.push_back(cue);
  }
  for (const Cue& cue : s_.chosen) {
    if (taken(cue.begin, cue.end)) continue;
    const int shift = cue.arg - kCueZero;
    const core::Day monday = u_.day - weekday_of(u_.day);
    switch (cue.kind) {
      case CueKind::day:
        if (cue.begin > 0 && u_.at(cue.begin) == U'后' && (u_.is_one_of(cue.begin - 1, U"天今日月年周然以之") )) break;
        // 今天 and 昨天 colour all talk; a date is given by 今天 only where something is to be done or due.
        if (shift == -1 || (shift == 0 && !is_due(cue.end))) break;
        add_date(cue.begin, cue.end, u_.day + shift, kLikely);
        break;
      case CueKind::weekday: add_date(cue.begin, cue.end, monday + shift, kLikely); break;
      case CueKind::any_weekday: {
        const bool range = u_.is_one_of(cue.end, U"到至-~") || (cue.begin > 0 && u_.is_one_of(cue.begin - 1, U"到至-~每"));
        if (range || cue_before(CueKind::every, cue.begin, 1) != nullptr) break;
        core::Day day = monday + cue.arg;
        if (day < u_.day && !refers_back(cue.begin, cue.end)) day += 7;
        if (day > u_.day && refers_back(cue.begin, cue.end)) day -= 7;
        add_date(cue.begin, cue.end, day, kLikely);
        break;
      }
      default: {
        const core::CivilDate date = add_months(core::to_date(u_.day), shift);
        add_date(cue.begin, cue.end, core::to_day({date.year, date.month, last_day(date.year, date.month)}), kLikely);
      }
    }
  }
}

}  // namespace fenshen::signals::internal
