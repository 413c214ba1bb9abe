#include "content/calendar.h"

namespace fenshen::content {

// Day 0 was a Thursday.
int weekday_of(core::Day day) noexcept { return ((day + 3) % 7 + 7) % 7 + 1; }

Calendar::Calendar(std::span<const CalendarSpan> spans) {
  for (const CalendarSpan& span : spans)
    if (span.days.from && span.days.to) spans_.push_back({*span.days.from, *span.days.to, span.work, span.name});
}

const Calendar::Span* Calendar::find(core::Day day) const {
  for (auto span = spans_.rbegin(); span != spans_.rend(); ++span)
    if (span->from <= day && day < span->to) return &*span;
  return nullptr;
}

bool Calendar::works(core::Day day) const {
  const Span* span = find(day);
  return span != nullptr ? span->work : weekday_of(day) <= 5;
}

const Localized* Calendar::holiday(core::Day day) const {
  const Span* span = find(day);
  return span != nullptr && !span->work ? &span->name : nullptr;
}

core::Day Calendar::after_workdays(core::Day day, std::uint32_t count) const {
  // Spans are finite, so worked days never run out.
  while (count > 0) count -= works(++day) ? 1 : 0;
  return day;
}

}  // namespace fenshen::content
