// Which days are worked: weekdays, unless the packs' calendar says otherwise (docs/formats/pack.md, "Calendar").
#pragma once

#include <span>
#include <vector>

#include "content/library.h"
#include "core/time.h"

namespace fenshen::content {

int weekday_of(core::Day day) noexcept;  // 1 Monday … 7 Sunday

class Calendar {
 public:
  Calendar() = default;
  explicit Calendar(std::span<const CalendarSpan> spans);  // a later span wins; nothing outside is kept
  bool works(core::Day day) const;
  const Localized* holiday(core::Day day) const;  // its name; null on other days, also on worked weekends
  // The `count`-th worked day after `day`.
  core::Day after_workdays(core::Day day, std::uint32_t count) const;

 private:
  struct Span {
    core::Day from, to;  // half open
    bool work;
    Localized name;
  };
  const Span* find(core::Day day) const;
  std::vector<Span> spans_;  // in order of writing
};

}  // namespace fenshen::content
