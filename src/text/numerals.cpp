#include "text/numerals.h"

#include <algorithm>
#include <string_view>

namespace fenshen::text {
namespace {

// Products of units overflow 64 bits before they are refused.
__extension__ using Wide = __int128;
constexpr Wide kMaxMicros = static_cast<Wide>(9'000'000'000'000) * kMicro;
constexpr std::size_t kMaxRunValue = 12;  // digits of a run that still is a value

// What follows a figure as a measure: 三万一个月 is 三万 and 一个月, not 31000.
constexpr std::u32string_view kMeasures = U"个天月年次张笔期位岁号日周点分人倍件种份星小礼季类本户家名句条层遍回步者";
// After these 来 and 余 mean "about"; otherwise they begin another word (拿三万来存, 余额).
constexpr std::u32string_view kAfterAbout = U"块元万亿个天人年岁张次百千斤圆";
constexpr std::u32string_view kTimeOfDay = U"午上早晚晨夜前后";

class Scanner {
 public:
  Scanner(std::span<const char32_t> text, std::span<const CharClass> classes, std::vector<Number>& out)
      : text_(text), classes_(classes), out_(out) {}

  void run() {
    for (std::size_t i = 0; i < text_.size();) {
      if ((classes_[i] & (kDigit | kNumeral)) == 0) {
        ++i;
        continue;
      }
      i = std::max(number_at(i), i + 1);
    }
  }

 private:
  char32_t at(std::size_t i) const { return i < text_.size() ? text_[i] : U'\0'; }
  CharClass kind(std::size_t i) const { return i < text_.size() ? classes_[i] : CharClass{0}; }
  bool ascii_digit(std::size_t i) const { return (kind(i) & kDigit) != 0; }
  bool han_digit(std::size_t i) const { return (kind(i) & kNumeral) != 0 && digit_value(text_[i]) >= 0; }
  bool spoken_digit(std::size_t i) const { return han_digit(i) && at(i) != U'两' && at(i) != U'俩' && at(i) != U'仨'; }
  std::int64_t unit(std::size_t i) const { return (kind(i) & kNumeral) != 0 ? unit_value(text_[i]) : 0; }
  bool is_one_of(std::size_t i, std::u32string_view set) const {
    return i < text_.size() && set.find(text_[i]) != std::u32string_view::npos;
  }
  bool word_at(std::size_t i, std::u32string_view word) const {
    if (i + word.size() > text_.size() || (kind(i + word.size()) & kLetter) != 0) return false;
    return std::equal(word.begin(), word.end(), text_.begin() + static_cast<std::ptrdiff_t>(i));
  }

  // Reads the number that begins at i, appends it and returns its end; i if there is none.
  std::size_t number_at(std::size_t i) {
    if (const std::uint8_t per = per_prefix(i)) return per_at(i, per);
    if (ascii_digit(i)) return digits_at(i);
    if (spoken_digit(i) && spoken_digit(i + 1)) return run_at(i);
    return units_at(i);
  }

  std::uint8_t per_prefix(std::size_t i) const {
    if (at(i + 1) != U'分') return 0;
    const bool whole = at(i) == U'百' && at(i + 2) == U'百';
    if (at(i + 2) != U'之' && !whole) return 0;
    return at(i) == U'百' ? 2 : at(i) == U'千' ? 3 : at(i) == U'万' ? 4 : 0;
  }

  std::size_t per_at(std::size_t i, std::uint8_t per) {
    const std::size_t index = out_.size();
    out_.push_back({.begin = static_cast<std::uint32_t>(i), .kind = Number::Kind::units, .has_value = true, .per = per});
    const bool whole = at(i + 2) == U'百' || at(i + 3) == U'百';  // 百分百, 百分之百
    const std::size_t figure = at(i + 2) == U'之' ? i + 3 : i + 2;
    if (whole) {
      out_[index].end = static_cast<std::uint32_t>(figure + 1);
      out_[index].micros = 100 * kMicro;
      return figure + 1;
    }
    const std::size_t end = (kind(figure) & (kDigit | kNumeral)) != 0 ? number_at(figure) : figure;
    if (out_.size() == index + 1) {  // nothing behind it
      out_.pop_back();
      return i;
    }
    Number& inner = out_[index + 1];
    inner.nested = true;
    Number& outer = out_[index];
    outer.end = static_cast<std::uint32_t>(end);
    outer.micros = inner.micros;
    outer.has_value = inner.has_value;
    outer.fraction_point = inner.fraction_point;
    return end;
  }

  struct Written {
    Wide micros = 0;
    std::size_t end = 0;
    std::size_t digits = 0;
    bool plain = true;  // neither comma nor point
    bool point = false;
    bool fits = true;
  };

  Written read_written(std::size_t i) const {
    Written out;
    Wide whole = 0;
    const auto take = [&](std::size_t k) {
      if (out.digits++ < kMaxRunValue) whole = whole * 10 + static_cast<int>(text_[k] - U'0');
    };
    std::size_t k = i;
    while (ascii_digit(k)) take(k++);
    while (k - i >= 1 && at(k) == U',' && grouped(i, k)) {
      out.plain = false;
      for (int n = 0; n < 3; ++n) take(k + 1 + static_cast<std::size_t>(n));
      k += 4;
    }
    out.fits = out.digits <= kMaxRunValue;
    out.micros = whole * kMicro;
    read_decimals(i, k, out);
    out.end = k;
    return out;
  }

  // A comma that parts thousands: up to three digits before the first, exactly three behind.
  bool grouped(std::size_t begin, std::size_t comma) const {
    std::size_t head = begin;
    while (ascii_digit(head)) ++head;
    return head - begin <= 3 && ascii_digit(comma + 1) && ascii_digit(comma + 2) && ascii_digit(comma + 3) && !ascii_digit(comma + 4);
  }

  void read_decimals(std::size_t begin, std::size_t& k, Written& out) const {
    if (at(k) != U'.' || !ascii_digit(k + 1)) return;
    if (begin >= 2 && at(begin - 1) == U'.' && ascii_digit(begin - 2)) return;  // 1.2.3 and 2026.11.21
    std::size_t end = k + 1;
    while (ascii_digit(end)) ++end;
    if (at(end) == U'.' && ascii_digit(end + 1)) return;
    std::int64_t scale = kMicro;
    for (std::size_t d = k + 1; d < end; ++d) {
      scale /= 10;
      out.micros += scale * static_cast<int>(text_[d] - U'0');
    }
    out.plain = false;
    out.point = true;
    k = end;
  }

  std::size_t digits_at(std::size_t i) {
    if (const std::size_t end = spaced_run(i)) return end;
    const Written written = read_written(i);
    Number number{.begin = static_cast<std::uint32_t>(i), .kind = Number::Kind::digits, .fraction_point = written.point};
    if (unit(written.end) > 0 || letter_unit(written.end) > 0) {
      number.fraction_point = written.point;
      return finish_units(number, i, written);
    }
    std::size_t end = written.end;
    Wide micros = written.micros;
    if (const std::int64_t factor = word_unit(end)) {
      micros *= factor;
      number.big = true;
    } else if (written.plain) {
      if (const std::size_t decimals = point_digits(end)) {
        micros += decimals_value(end + 1, decimals);
        number.fraction_point = true;
        end = decimals;
      } else {
        number.run = static_cast<std::uint16_t>(std::min<std::size_t>(written.digits, 0xFFFF));
      }
    }
    return push(number, end, micros, written.fits);
  }

  // 4 4 1 7: single digits with single blanks between, as recognisers write them.
  std::size_t spaced_run(std::size_t i) {
    std::size_t count = 1;
    std::size_t k = i;
    Wide value = static_cast<int>(text_[i] - U'0');
    while (!ascii_digit(k + 1) && at(k + 1) == U' ' && ascii_digit(k + 2) && !ascii_digit(k + 3)) {
      k += 2;
      if (++count <= kMaxRunValue) value = value * 10 + static_cast<int>(text_[k] - U'0');
    }
    if (count < 4) return 0;
    Number number{.begin = static_cast<std::uint32_t>(i), .run = static_cast<std::uint16_t>(std::min<std::size_t>(count, 0xFFFF))};
    return push(number, k + 1, value * kMicro, count <= kMaxRunValue);
  }

  std::size_t run_at(std::size_t i) {
    std::size_t end = i;
    Wide value = 0;
    while (spoken_digit(end)) {
      if (end - i < kMaxRunValue) value = value * 10 + digit_value(text_[end]);
      ++end;
    }
    const std::size_t count = end - i;
    if (count == 2 && unit(end) > 0 && digit_value(text_[i]) > 0) return vague_units(i, end);  // 三四万
    if (unit(end) > 0 && count > 1 && digit_value(text_[i]) == 0 && count == 2) {               // 零五百
      return units_at(i);
    }
    Number number{.begin = static_cast<std::uint32_t>(i), .run = static_cast<std::uint16_t>(std::min<std::size_t>(count, 0xFFFF)),
                  .kind = Number::Kind::spoken};
    number.approximate = count == 2 && vague_pair(i);
    return push(number, end, value * kMicro, count <= kMaxRunValue && !number.approximate);
  }

  // 两三, 七八, 三五: about that many, not 78.
  bool vague_pair(std::size_t i) const {
    const int a = digit_value(text_[i]), b = digit_value(text_[i + 1]);
    return a > 0 && (b == a + 1 || (a == 3 && b == 5));
  }

  std::size_t vague_units(std::size_t begin, std::size_t k) {
    while (unit(k) > 0) ++k;
    Number number{.begin = static_cast<std::uint32_t>(begin), .kind = Number::Kind::units, .big = true, .approximate = true};
    return push(number, k, 0, false);
  }

  std::size_t units_at(std::size_t i) {
    const std::int64_t first = unit(i);
    if (first > 10) return i;  // 万一, 百姓
    Number number{.begin = static_cast<std::uint32_t>(i), .kind = Number::Kind::units};
    if (first == 10) return finish_units(number, i, {.micros = kMicro, .end = i});
    Written digit{.micros = static_cast<Wide>(digit_value(text_[i])) * kMicro, .end = i + 1, .digits = 1};
    if (han_digit(i) && at(i) == U'两' && spoken_digit(i + 1) && vague_pair(i)) {  // 两三天, 两三万
      if (unit(i + 2) > 0) return vague_units(i, i + 2);
      number.approximate = true;
      return push(number, i + 2, 0, false);
    }
    if (unit(i + 1) > 0 && digit.micros > 0) return finish_units(number, i, digit);
    if (const std::size_t decimals = point_digits(i + 1)) return with_decimals(number, i + 1, decimals, digit.micros);
    if (at(i) != U'两' && at(i) != U'俩' && at(i) != U'仨') {
      number.kind = Number::Kind::spoken;
      number.run = 1;
    }
    return push(number, i + 1, digit.micros, true);
  }

  std::int64_t letter_unit(std::size_t i) const {
    if ((kind(i + 1) & kLetter) != 0) return 0;
    return at(i) == U'w' ? 10'000 : at(i) == U'k' ? 1000 : 0;
  }

  // 62 thousand, 3 million; moves past the word.
  std::int64_t word_unit(std::size_t& end) const {
    const std::size_t word = at(end) == U' ' ? end + 1 : end;
    const struct { std::u32string_view text; std::int64_t factor; } words[] = {
        {U"thousand", 1000}, {U"million", 1'000'000}, {U"billion", 1'000'000'000}, {U"k", 1000}};
    for (const auto& one : words) {
      if (word == end && one.factor == 1000) continue;  // "3k" is a letter unit
      if (!word_at(word, one.text)) continue;
      end = word + one.text.size();
      return one.factor;
    }
    return 0;
  }

  // The grammar of 十百千万亿. `head` is the figure before the first unit (or 一 before a bare 十).
  std::size_t finish_units(Number& number, std::size_t begin, Written head) {
    Wide total = 0, section = 0, current = head.micros;
    bool pending = head.end > begin || unit(begin) == 10;
    bool zero = false, single = head.digits == 1 && head.end == begin + 1, vague = false, have_wan = false;
    std::int64_t last = 1;
    std::size_t last_digit = begin;
    std::size_t k = head.end;
    bool fits = head.fits;
    for (;;) {
      if (const std::int64_t u = unit(k) > 0 ? unit(k) : k == head.end ? letter_unit(k) : 0; u > 0) {
        if (u < 10'000) {
          if (!pending && !(u == 10 && section > 0)) break;
          section += (pending ? current : kMicro) * u;
        } else {
          const Wide part = section + (pending ? current : 0);
          if (part == 0 && total == 0) break;
          if (u == 10'000 && have_wan) break;
          if (u == 10'000) total += part * u;
          else total = (total + part) * u;
          have_wan = u == 10'000;
          section = 0;
        }
        number.big = number.big || u >= 100;
        pending = zero = false;
        last = u;
        if (total > kMaxMicros || section > kMaxMicros) fits = false, total = section = 0;
        ++k;
        continue;
      }
      if (about(k, last, vague)) {
        number.approximate = true;
        ++k;
        continue;
      }
      if (pending || (!han_digit(k) && !ascii_digit(k))) break;
      if (at(k) == U'零' || at(k) == U'〇') {
        if (zero || !(han_digit(k + 1) || ascii_digit(k + 1) || unit(k + 1) == 10)) break;
        zero = true;
        ++k;
        continue;
      }
      last_digit = k;
      if (ascii_digit(k)) {
        const Written more = read_written(k);
        current = more.micros;
        single = more.digits == 1 && more.plain;
        k = more.end;
      } else {
        current = static_cast<Wide>(digit_value(text_[k])) * kMicro;
        single = true;
        ++k;
      }
      pending = true;
    }
    if (pending && last > 1) {
      if (han_digit(last_digit) && han_digit(k)) vague = true, ++k;  // 三万五六
      const bool measured = han_digit(last_digit) && last != 10 && !zero && is_one_of(k, kMeasures);
      if (measured) k = last_digit;
      else section += zero || last == 10 || !single ? current : current * last / 10;
    }
    Wide micros = total + section;
    if (const std::size_t decimals = last > 1 ? point_digits(k) : 0; decimals != 0 && last < 10'000) {
      micros += decimals_value(k + 1, decimals);
      number.fraction_point = true;
      k = decimals;
    }
    return push(number, k, micros, fits && !vague);
  }

  // 多 来 余 几 inside a figure with units.
  bool about(std::size_t k, std::int64_t last, bool& vague) const {
    if (last < 10) return false;
    if (at(k) == U'几') return vague = true;
    if (at(k) == U'多') return !is_one_of(k + 1, U"少久长大");
    return is_one_of(k, U"来余") && is_one_of(k + 1, kAfterAbout);
  }

  // End of the decimals behind 点 at k, 0 if there are none or it is a time of day (三点二十, 下午三点五分).
  std::size_t point_digits(std::size_t k) const {
    if (at(k) != U'点') return 0;
    std::size_t end = k + 1;
    const bool written = ascii_digit(end);
    while (written ? ascii_digit(end) : spoken_digit(end)) ++end;
    if (end == k + 1 || unit(end) == 10 || is_one_of(end, U"分刻半钟")) return 0;
    if (written && end == k + 3 && !is_one_of(end, U"%万亿w")) return 0;  // 8点30
    std::size_t begin = k;
    while (begin > 0 && (kind(begin - 1) & (kDigit | kNumeral)) != 0) --begin;
    if (begin > 0 && is_one_of(begin - 1, kTimeOfDay)) return 0;
    return end;
  }

  Wide decimals_value(std::size_t k, std::size_t end) const {
    Wide value = 0;
    std::int64_t scale = kMicro;
    for (; k < end; ++k) value += (scale /= 10) * digit_value(text_[k]);
    return value;
  }

  std::size_t with_decimals(Number& number, std::size_t point, std::size_t end, Wide micros) {
    micros += decimals_value(point + 1, end);
    number.fraction_point = true;
    if (const std::int64_t u = unit(end); u >= 100) {
      micros *= u;
      number.big = true;
      ++end;
      if (unit(end) == 100'000'000) micros *= unit(end++);  // 二点三万亿
    }
    return push(number, end, micros, true);
  }

  std::size_t push(Number& number, std::size_t end, Wide micros, bool fits) {
    number.end = static_cast<std::uint32_t>(end);
    number.has_value = fits && micros <= kMaxMicros;
    number.micros = number.has_value ? static_cast<std::int64_t>(micros) : 0;
    out_.push_back(number);
    return end;
  }

  std::span<const char32_t> text_;
  std::span<const CharClass> classes_;
  std::vector<Number>& out_;
};

}  // namespace

void find_numbers(std::span<const char32_t> text, std::span<const CharClass> classes, std::vector<Number>& out) {
  Scanner(text, classes, out).run();
}

void append_decimal(std::string& out, std::int64_t micros) {
  if (micros < 0) {
    out += '-';
    micros = -micros;
  }
  char digits[24];
  int size = 0;
  std::int64_t whole = micros / kMicro;
  do digits[size++] = static_cast<char>('0' + whole % 10);
  while ((whole /= 10) > 0);
  while (size > 0) out += digits[--size];
  std::int64_t fraction = micros % kMicro;
  if (fraction == 0) return;
  out += '.';
  for (std::int64_t scale = kMicro / 10; fraction > 0; scale /= 10) {
    out += static_cast<char>('0' + fraction / scale);
    fraction %= scale;
  }
}

}  // namespace fenshen::text
