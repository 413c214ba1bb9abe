#include "content/calendar.h"

#include <gtest/gtest.h>

namespace fenshen::content {
namespace {

core::Day day(const char* text) { return *core::parse_date(text); }

Calendar national() {
  CalendarSpan off, work;
  off.name = {"国庆节", "National Day"};
  off.days = {day("2026-10-01"), day("2026-10-08")};
  work.work = true;
  work.days = {day("2026-10-10"), day("2026-10-11")};
  return Calendar(std::vector{off, work});
}

TEST(Calendar, Weekdays) {
  EXPECT_EQ(weekday_of(day("2026-11-22")), 7);
  EXPECT_EQ(weekday_of(day("2026-11-23")), 1);
  EXPECT_EQ(weekday_of(day("1969-12-31")), 3);
}

TEST(Calendar, HolidaysAndWorkedWeekends) {
  const Calendar calendar = national();
  EXPECT_TRUE(calendar.works(day("2026-09-30")));
  EXPECT_FALSE(calendar.works(day("2026-10-01")));
  EXPECT_FALSE(calendar.works(day("2026-10-07")));
  EXPECT_TRUE(calendar.works(day("2026-10-08")));
  EXPECT_TRUE(calendar.works(day("2026-10-10")));   // a Saturday that is worked
  EXPECT_FALSE(calendar.works(day("2026-10-11")));
  ASSERT_NE(calendar.holiday(day("2026-10-03")), nullptr);
  EXPECT_EQ(calendar.holiday(day("2026-10-03"))->zh, "国庆节");
  EXPECT_EQ(calendar.holiday(day("2026-10-10")), nullptr);
  EXPECT_EQ(calendar.holiday(day("2026-10-11")), nullptr);  // a Sunday has no name
}

TEST(Calendar, WorkdaysAfterADay) {
  const Calendar calendar = national();
  EXPECT_EQ(calendar.after_workdays(day("2026-09-30"), 1), day("2026-10-08"));
  EXPECT_EQ(calendar.after_workdays(day("2026-09-30"), 3), day("2026-10-10"));
  EXPECT_EQ(calendar.after_workdays(day("2026-09-30"), 4), day("2026-10-12"));
  EXPECT_EQ(Calendar().after_workdays(day("2026-11-20"), 1), day("2026-11-23"));
}

}  // namespace
}  // namespace fenshen::content
