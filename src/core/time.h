// Time as the fold sees it: milliseconds since 1970-01-01 UTC, an integer. Calendar values are computed with a fixed
// offset from the pack (no tz database, no locale), so that a replay on another machine reads the same hour and date.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fenshen::core {

using Millis = std::int64_t;

// Days since 1970-01-01; comparisons of dates are comparisons of integers.
using Day = std::int32_t;

struct CivilDate {
  int year = 1970, month = 1, day = 1;
  friend bool operator==(const CivilDate&, const CivilDate&) = default;
};

Day to_day(CivilDate date) noexcept;
CivilDate to_date(Day day) noexcept;
bool is_valid(CivilDate date) noexcept;

// Day and hour (0-23) of an instant at `offset_minutes` east of UTC.
Day day_of(Millis at, int offset_minutes) noexcept;
int hour_of(Millis at, int offset_minutes) noexcept;

std::string format_date(Day day);                              // 2026-11-21
std::string format_instant(Millis at, int offset_minutes = 0); // 2026-11-21T14:05:09.123+08:00; Z for 0
std::optional<Day> parse_date(std::string_view text) noexcept;       // YYYY-MM-DD
std::optional<Millis> parse_instant(std::string_view text) noexcept; // RFC 3339, offset required
std::optional<int> parse_offset(std::string_view text) noexcept;     // +08:00 -> 480

Millis wall_clock_now() noexcept;  // never called inside the fold
// Nanoseconds of CPU time of the calling thread; for budgets and benchmarks.
std::int64_t thread_cpu_ns() noexcept;

}  // namespace fenshen::core
