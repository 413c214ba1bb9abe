#include "signals/internal/entities.h"

#include <algorithm>

#include "signals/internal/entity_reader.h"

namespace fenshen::signals::internal {
namespace {

using text::kMicro;

// 一下, 一直, 万一: no number at all.
constexpr std::u32string_view kAfterOne = U"下直般定样起些共切旦致律概向再时边并味会步番贯方来面生块遍号站模半";
constexpr std::u32string_view kCounters = U"个次张笔期位份件种项倍名人款套台辆本支只遍条户家类回层页楼等级";

}  // namespace

void read_entities(const Utterance& utterance, const Lexicon& lexicon, EntityScratch& scratch, Reading& out) {
  EntityReader(utterance, lexicon, scratch, out).run();
}

void EntityReader::run() {
  reset();
  out_.asks_card_tail = asks_card_tail();
  for (const Cue& cue : u_.cues) out_.question = out_.question || cue.kind == CueKind::question;
  for (std::size_t i = u_.size(); i > 0 && (u_.kind(i - 1) & (text::kPunctuation | text::kBlank)) != 0; --i)
    out_.question = out_.question || u_.at(i - 1) == U'?';
  if (!u_.cues.empty()) {
    add_english_numbers();
    read_products();
    read_names();
  }
  read_emails();
  if (!s_.numbers.empty()) {
    read_identifiers();
    read_secrets();
    read_dates();
    read_tails();
    read_percents();
    read_durations();
    read_money();
  } else {
    read_secrets();
    read_date_cues();
  }
  for (std::uint32_t i = 0; i < u_.size(); ++i)
    if (u_.at(i) == U'半') read_half(i);
  read_currencies();
  read_numbers();
  finish();
}

void EntityReader::reset() {
  for (Entity& entity : out_.entities)
    if (entity.value.capacity() > 15) s_.spare.push_back(std::move(entity.value));
  out_.entities.clear();
  s_.places.clear();
  s_.covered.assign(u_.size(), 0);
  s_.numbers.assign(u_.numbers.begin(), u_.numbers.end());
  s_.used.assign(s_.numbers.size(), 0);
}

// --- shared ----------------------------------------------------------------------------------------------------------

Entity& EntityReader::add(EntityType type, std::uint32_t begin, std::uint32_t end, int confidence) {
  Entity& entity = out_.entities.emplace_back();
  entity.type = type;
  entity.span = original_span(out_, begin, end);
  entity.confidence = static_cast<std::uint8_t>(confidence);
  if (!s_.spare.empty()) {
    entity.value = std::move(s_.spare.back());
    s_.spare.pop_back();
    entity.value.clear();
  }
  s_.places.push_back({begin, end});
  std::fill(s_.covered.begin() + begin, s_.covered.begin() + end, 1);
  return entity;
}

void EntityReader::mask(std::uint32_t begin, std::uint32_t end) { out_.mask.push_back(original_span(out_, begin, end)); }

bool EntityReader::taken(std::uint32_t begin, std::uint32_t end) const {
  return std::find(s_.covered.begin() + begin, s_.covered.begin() + end, 1) != s_.covered.begin() + end;
}

void EntityReader::use_within(std::uint32_t begin, std::uint32_t end) {
  for (std::size_t i = first_from(begin); i < count() && number(i).end <= end; ++i) use(i);
}

void EntityReader::use(std::size_t i) {
  s_.used[i] = 1;
  if (number(i).per != 0 && i + 1 < count() && number(i + 1).nested) s_.used[i + 1] = 1;
}

// A nested figure begins behind its token, so begins are unique and in order.
std::size_t EntityReader::first_from(std::uint32_t begin) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(s_.numbers, begin, {}, &Number::begin) - s_.numbers.begin());
}

std::size_t EntityReader::number_at(std::uint32_t begin) const {
  const std::size_t i = first_from(begin);
  return free(i) && number(i).begin == begin ? i : kNoNumber;
}

std::size_t EntityReader::number_from(std::uint32_t begin) const {
  std::size_t i = first_from(begin);
  while (i < count() && !free(i) && number(i).begin <= begin + kLongestCue) ++i;
  return free(i) ? i : kNoNumber;
}

std::optional<int> EntityReader::small(std::size_t i, int low, int high) const {
  if (i >= count() || !number(i).has_value || number(i).fraction_point || number(i).per != 0) return std::nullopt;
  const std::int64_t value = number(i).micros / kMicro;
  if (value < low || value > high || number(i).micros % kMicro != 0) return std::nullopt;
  return static_cast<int>(value);
}

std::span<const Cue> EntityReader::cues_around(std::uint32_t begin, std::uint32_t end, std::uint32_t reach) const {
  const std::size_t back = kLongestCue + reach;
  return u_.cues_in(begin > back ? begin - back : 0, end + reach);
}

const Cue* EntityReader::cue_before(CueKind kind, std::uint32_t at, std::uint32_t reach) const {
  const Cue* found = nullptr;
  for (const Cue& cue : cues_around(at, at, reach)) {
    if (cue.begin >= at) break;
    if (cue.kind != kind || cue.end > at || at - cue.end > reach || !u_.same_clause(cue.begin, at)) continue;
    if (found == nullptr || cue.end >= found->end) found = &cue;
  }
  return found;
}

const Cue* EntityReader::cue_after(CueKind kind, std::uint32_t at, std::uint32_t reach) const {
  for (const Cue& cue : u_.cues_in(at, at + reach))
    if (cue.kind == kind) return &cue;
  return nullptr;
}

const Cue* EntityReader::cue_ending(CueKind kind, std::uint32_t at) const {
  const Cue* found = nullptr;
  for (const Cue& cue : cues_around(at, at, 0))
    if (cue.kind == kind && cue.end == at && (found == nullptr || cue.begin < found->begin)) found = &cue;
  return found;
}

// --- English number words ----------------------------------------------------------------------------------------------

void EntityReader::add_english_numbers() {
  const std::size_t before = s_.numbers.size();
  for (std::size_t i = 0; i < u_.cues.size();)
    i = u_.cues[i].kind == CueKind::english ? add_english_number(i) : i + 1;
  if (s_.numbers.size() == before) return;
  std::ranges::sort(s_.numbers, {}, [](const Number& n) { return n.begin; });
  s_.used.assign(s_.numbers.size(), 0);
}

// twenty-five, two hundred and fifty, sixty thousand. Returns the cue behind it.
std::size_t EntityReader::add_english_number(std::size_t cue) {
  std::int64_t total = 0, section = 0;
  std::uint32_t end = u_.cues[cue].begin;
  Number number{.begin = end, .kind = Number::Kind::units, .has_value = true};
  std::size_t i = cue;
  for (; i < u_.cues.size(); ++i) {
    const Cue& one = u_.cues[i];
    if (one.kind != CueKind::english) {
      if (one.begin >= end + 5) break;
      continue;
    }
    if (one.begin != number.begin) {
      const bool near = one.begin == end + 1 && (u_.at(end) == U' ' || u_.at(end) == U'-');
      const bool with_and = one.begin == end + 5 && u_.starts(end, U" and ") && section + total >= 100;
      if (!near && !with_and) break;
    }
    const std::int64_t value = kEnglishNumbers[one.arg];
    constexpr std::int64_t kMost = 1'000'000'000'000;
    if (value >= 100 && (total > kMost || std::max<std::int64_t>(1, section) > kMost / value)) break;
    if (value < 100) {
      if (section % 10 != 0 || (section % 100 != 0 && value >= 10)) break;
      section += value;
    } else if (value == 100) {
      section = std::max<std::int64_t>(1, section) * 100;
    } else {
      total += std::max<std::int64_t>(1, section) * value;
      section = 0;
    }
    number.big = number.big || value >= 100;
    end = one.end;
  }
  number.end = end;
  number.micros = (total + section) * kMicro;
  // "a hundred" is a number, "one" mostly a pronoun.
  const auto next = std::ranges::lower_bound(u_.numbers, end, {}, &Number::begin);
  const bool written = next != u_.numbers.begin() && std::prev(next)->end > number.begin;  // 1.5 million
  if (total + section != 1 && end > number.begin && !written) s_.numbers.push_back(number);
  return std::max(i, cue + 1);
}

// --- percent, duration -------------------------------------------------------------------------------------------------

void EntityReader::read_percents() {
  constexpr std::u32string_view kWords[] = {U"%", U" %", U"percent", U" percent", U" per cent", U"个百分点", U"个点", U"pct"};
  for (std::size_t i = 0; i < count(); ++i) {
    const Number& n = number(i);
    if (!free(i) || !n.has_value) continue;
    if (n.per != 0) {
      const std::int64_t divisor = n.per == 2 ? 1 : n.per == 3 ? 10 : 100;
      text::append_decimal(add(EntityType::percent, n.begin, n.end, 100).value, n.micros / divisor);
      use(i);
      continue;
    }
    for (const std::u32string_view word : kWords) {
      if (!u_.starts(n.end, word)) continue;
      text::append_decimal(add(EntityType::percent, n.begin, n.end + static_cast<std::uint32_t>(word.size()), 100).value, n.micros);
      use(i);
      break;
    }
  }
}

namespace {

struct DurationUnit {
  std::u32string_view word;
  std::string_view unit;
  int factor;
};

// Longer words before those they begin with.
constexpr DurationUnit kDurations[] = {
    {U"个工作日", "d", 1}, {U"工作日", "d", 1},   {U"个自然日", "d", 1}, {U"自然日", "d", 1}, {U"个交易日", "d", 1}, {U"交易日", "d", 1},
    {U"天", "d", 1},       {U"个月", "m", 1},     {U"年", "y", 1},       {U"周岁", "", 0},    {U"周", "d", 7},       {U"个星期", "d", 7},
    {U"个礼拜", "d", 7},   {U"星期", "d", 7},     {U"礼拜", "d", 7},     {U"个小时", "h", 1}, {U"小时", "h", 1},     {U"个钟头", "h", 1},
    {U"钟头", "h", 1},     {U"分钟", "min", 1},   {U"秒", "s", 1},       {U"个季度", "m", 3}, {U"日内", "d", 1},     {U"日以内", "d", 1},
    {U"日之内", "d", 1},   {U"日", "d", 1},
};
constexpr DurationUnit kEnglishDurations[] = {
    {U"working days", "d", 1}, {U"business days", "d", 1}, {U"business day", "d", 1}, {U"working day", "d", 1}, {U"days", "d", 1},
    {U"day", "d", 1},          {U"weeks", "d", 7},         {U"week", "d", 7},         {U"months", "m", 1},      {U"month", "m", 1},
    {U"years", "y", 1},        {U"year", "y", 1},          {U"hours", "h", 1},        {U"hour", "h", 1},        {U"minutes", "min", 1},
    {U"minute", "min", 1},     {U"seconds", "s", 1}};

}  // namespace

void EntityReader::read_durations() {
  for (std::size_t i = 0; i < count(); ++i) {
    const Number& n = number(i);
    if (!free(i) || n.nested || n.per != 0) continue;
    const std::uint32_t at = static_cast<std::uint32_t>(u_.skip_blank(n.end));
    const DurationUnit* unit = nullptr;
    for (const DurationUnit& one : kDurations)
      if (unit == nullptr && u_.starts(at, one.word)) unit = &one;
    for (const DurationUnit& one : kEnglishDurations)
      if (unit == nullptr && u_.starts_word(at, one.word)) unit = &one;
    std::uint32_t end = unit != nullptr ? at + static_cast<std::uint32_t>(unit->word.size()) : at;
    std::int64_t half = 0;  // 三个半月, 一年半
    if (unit == nullptr && (u_.starts(at, U"个半月") || u_.starts(at, U"个半小时"))) {
      static constexpr DurationUnit kMonth{U"月", "m", 1}, kHour{U"小时", "h", 1};
      unit = u_.starts(at, U"个半月") ? &kMonth : &kHour;
      end = at + 2 + static_cast<std::uint32_t>(unit->word.size());
      half = kMicro / 2;
    }
    if (unit == nullptr) continue;
    const bool ordinal = n.begin > 0 && u_.at(n.begin - 1) == U'第';
    const bool calendar_year = unit->unit == "y" && n.run >= 2 && (n.run == 4 || n.kind == Number::Kind::spoken);
    use(i);
    const bool some_day = n.run == 1 && n.begin > 0 && u_.at(n.begin) == U'一' && u_.is_one_of(n.begin - 1, U"哪某有那这每同当");
    if (ordinal || calendar_year || some_day || unit->factor == 0 || !n.has_value) continue;
    if (unit->unit == "y" && u_.at(end) == U'半') half = kMicro / 2, ++end;
    if (u_.starts(end, U"日内") || unit->word.starts_with(U"日")) end = at + 1;
    std::string& value = add(EntityType::duration, n.begin, end, 100).value;
    const std::int64_t micros = n.micros * unit->factor + half;
    if (half != 0 && unit->unit == "y") {
      text::append_decimal(value, micros * 12);
      value += 'm';
    } else {
      text::append_decimal(value, micros);
      value += unit->unit;
    }
  }
}

// 半年, 半个月, 半小时, 半天 without a figure before.
void EntityReader::read_half(std::size_t at) {
  constexpr struct { std::u32string_view word; std::string_view value; } kHalves[] = {
      {U"半个月", "15d"}, {U"半年", "6m"}, {U"半小时", "30min"}, {U"半个小时", "30min"}, {U"半个钟头", "30min"}, {U"半天", "12h"}};
  const auto begin = static_cast<std::uint32_t>(at);
  if (taken(begin, begin + 1)) return;
  if (begin > 0 && (u_.kind(begin - 1) & text::kNumeral) != 0) return;
  if (begin > 0 && u_.is_one_of(begin - 1, U"上下前后大老")) return;  // 上半年, 大半天
  for (const auto& half : kHalves) {
    if (!u_.starts(at, half.word)) continue;
    add(EntityType::duration, begin, begin + static_cast<std::uint32_t>(half.word.size()), 90).value += half.value;
    return;
  }
}

// --- products, the rest -------------------------------------------------------------------------------------------------

// Leftmost first; of those that begin together the longest.
void EntityReader::read_products() {
  s_.chosen.clear();
  for (const Cue& cue : u_.cues) {
    if (cue.kind != CueKind::product) continue;
    if (!s_.chosen.empty() && s_.chosen.back().begin == cue.begin) {
      if (cue.end > s_.chosen.back().end) s_.chosen.back() = cue;
      continue;
    }
    if (!s_.chosen.empty() && cue.begin < s_.chosen.back().end) continue;
    s_.chosen.push_back(cue);
  }
  const auto alnum = [&](std::uint32_t i) { return (u_.kind(i) & (text::kLetter | text::kDigit)) != 0; };
  for (const Cue& cue : s_.chosen) {
    // 1w3 holds no W3: a code stands free of other letters and digits.
    if (alnum(cue.begin) && cue.begin > 0 && alnum(cue.begin - 1)) continue;
    if (alnum(cue.end - 1) && alnum(cue.end) && (u_.kind(cue.end - 1) & u_.kind(cue.end)) == 0) continue;
    Entity& entity = add(EntityType::product, cue.begin, cue.end, 100);
    entity.value += lexicon_.products[cue.arg].code;
    entity.product = cue.arg;
    use_within(cue.begin, cue.end);
  }
}

void EntityReader::read_numbers() {
  for (std::size_t i = 0; i < count(); ++i) {
    const Number& n = number(i);
    if (!free(i) || n.nested || (!n.has_value && n.run == 0)) continue;
    const bool ordinal = n.begin > 0 && u_.at(n.begin - 1) == U'第';
    const bool in_word = n.begin > 0 && (u_.kind(n.begin - 1) & text::kLetter) != 0;
    if (ordinal || in_word) continue;
    const bool lone = n.end - n.begin == 1 && n.kind != Number::Kind::digits;
    if (lone && (u_.is_one_of(n.end, kAfterOne) || !u_.is_one_of(n.end, kCounters) || u_.at(n.begin) == U'一')) continue;
    const bool word = n.kind == Number::Kind::units && (u_.kind(n.begin) & text::kLetter) != 0;
    if (word && n.micros < 2 * kMicro) continue;
    if (taken(n.begin, n.end)) continue;
    std::string& value = add(EntityType::number, n.begin, n.end, 90).value;
    if (n.run == 0) {
      text::append_decimal(value, n.micros);
      continue;
    }
    for (std::uint32_t k = n.begin; k < n.end; ++k)
      if (const int digit = text::digit_value(u_.at(k)); digit >= 0) value += static_cast<char>('0' + digit);
  }
}

// 不是八号, 不是3500: the figure is taken back. 是不是 asks, 不是…吗 affirms.
bool EntityReader::denied(const Match& place) const {
  const std::uint32_t at = place.begin;
  if (at < 2 || !u_.starts(at - 2, U"不是")) return false;
  return !(at >= 3 && u_.at(at - 3) == U'是') && u_.at(place.end) != U'吗';
}

void EntityReader::finish() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out_.entities.size(); ++i) {
    const EntityType type = out_.entities[i].type;
    const bool figure = type == EntityType::date || type == EntityType::amount || type == EntityType::card_tail || type == EntityType::number;
    if (figure && denied(s_.places[i])) continue;
    if (kept != i) std::swap(out_.entities[kept], out_.entities[i]);
    ++kept;
  }
  while (out_.entities.size() > kept) {
    if (out_.entities.back().value.capacity() > 15) s_.spare.push_back(std::move(out_.entities.back().value));
    out_.entities.pop_back();
  }
  std::ranges::sort(out_.entities, {}, [](const Entity& e) { return std::pair(e.span, e.type); });
  std::ranges::sort(out_.mask);
  std::size_t size = 0;
  for (const Span& span : out_.mask) {
    if (size > 0 && span.begin <= out_.mask[size - 1].end) out_.mask[size - 1].end = std::max(out_.mask[size - 1].end, span.end);
    else out_.mask[size++] = span;
  }
  out_.mask.resize(size);
}

}  // namespace fenshen::signals::internal
