#include "core/time.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ctime>

namespace fenshen::core {
namespace {

constexpr Millis kMillisPerDay = 86'400'000;

Millis floor_div(Millis value, Millis by) noexcept { return value >= 0 ? value / by : -((-value + by - 1) / by); }

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  const char* end = text.data() + at + count;
  auto [stop, error] = std::from_chars(text.data() + at, end, value);
  if (error != std::errc{} || stop != end || text[at] == '-' || text[at] == '+') return std::nullopt;
  return value;
}

}  // namespace

Day to_day(CivilDate date) noexcept {
  using namespace std::chrono;
  return static_cast<Day>(
      sys_days{year{date.year} / month{static_cast<unsigned>(date.month)} / std::chrono::day{static_cast<unsigned>(date.day)}}
          .time_since_epoch()
          .count());
}

CivilDate to_date(Day day) noexcept {
  using namespace std::chrono;
  const year_month_day ymd{sys_days{days{day}}};
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

bool is_valid(CivilDate date) noexcept {
  using namespace std::chrono;
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) return false;
  return (year{date.year} / month{static_cast<unsigned>(date.month)} / std::chrono::day{static_cast<unsigned>(date.day)}).ok();
}

Day day_of(Millis at, int offset_minutes) noexcept {
  return static_cast<Day>(floor_div(at + Millis{offset_minutes} * 60'000, kMillisPerDay));
}

int hour_of(Millis at, int offset_minutes) noexcept {
  const Millis local = at + Millis{offset_minutes} * 60'000;
  return static_cast<int>((local - floor_div(local, kMillisPerDay) * kMillisPerDay) / 3'600'000);
}

std::string format_date(Day day) {
  const CivilDate date = to_date(day);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string format_instant(Millis at, int offset_minutes) {
  const Millis local = at + Millis{offset_minutes} * 60'000;
  const Millis day = floor_div(local, kMillisPerDay);
  const auto rest = static_cast<int>(local - day * kMillisPerDay);
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}.{:03}", format_date(static_cast<Day>(day)), rest / 3'600'000,
                                 rest / 60'000 % 60, rest / 1000 % 60, rest % 1000);
  if (offset_minutes == 0) return text + 'Z';
  const int absolute = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  return text + fmt::format("{}{:02}:{:02}", offset_minutes < 0 ? '-' : '+', absolute / 60, absolute % 60);
}

std::optional<Day> parse_date(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (!year || !month || !day) return std::nullopt;
  const CivilDate date{*year, *month, *day};
  if (!is_valid(date)) return std::nullopt;
  return to_day(date);
}

std::optional<int> parse_offset(std::string_view text) noexcept {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
  if (!hours || !minutes || *hours > 18 || *minutes > 59) return std::nullopt;
  const int total = *hours * 60 + *minutes;
  return text[0] == '-' ? -total : total;
}

std::optional<Millis> parse_instant(std::string_view text) noexcept {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') return std::nullopt;
  const auto day = parse_date(text.substr(0, 10));
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!day || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  std::size_t at = 19;
  Millis fraction = 0;
  if (text[at] == '.') {
    Millis scale = 100;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) fraction += (text[at] - '0') * scale;
  }
  const auto offset = parse_offset(text.substr(at));
  if (!offset) return std::nullopt;
  return Millis{*day} * kMillisPerDay + ((*hour * 60 + *minute - *offset) * 60 + *second) * Millis{1000} + fraction;
}

Millis wall_clock_now() noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::int64_t thread_cpu_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace fenshen::core
