#include <gtest/gtest.h>

#include "core/hash.h"
#include "core/json_writer.h"
#include "core/time.h"
#include "core/utf8.h"

namespace fenshen::core {
namespace {

TEST(Time, InstantsAndDates) {
  EXPECT_EQ(*parse_instant("1970-01-01T08:00:00+08:00"), 0);
  EXPECT_EQ(*parse_instant("2026-11-20T10:00:00.250+08:00"), *parse_instant("2026-11-20T02:00:00.250Z"));
  EXPECT_EQ(format_instant(*parse_instant("2026-02-28T23:59:59.999+08:00"), 480), "2026-02-28T23:59:59.999+08:00");
  EXPECT_EQ(format_instant(-1), "1969-12-31T23:59:59.999Z");
  for (const char* bad : {"", "2026-11-20", "2026-11-20T10:00:00", "2026-02-30T10:00:00Z", "2026-11-20T25:00:00Z", "2026-11-20T10:00:00+8:00", "2026-11-20T10:00:00.Zx"})
    EXPECT_FALSE(parse_instant(bad)) << bad;
  EXPECT_EQ(format_date(*parse_date("2024-02-29")), "2024-02-29");
  EXPECT_FALSE(parse_date("2026-02-29"));
  EXPECT_FALSE(parse_date("2026-2-9"));
}

TEST(Time, HourAndDayFollowTheZone) {
  const Millis late = *parse_instant("2026-11-20T22:00:00+08:00");
  EXPECT_EQ(hour_of(late, 480), 22);
  EXPECT_EQ(hour_of(late - 1, 480), 21);
  EXPECT_EQ(hour_of(late, 0), 14);
  EXPECT_EQ(day_of(*parse_instant("2026-11-20T00:00:00+08:00"), 480), *parse_date("2026-11-20"));
  EXPECT_EQ(day_of(*parse_instant("2026-11-20T00:00:00+08:00"), 0), *parse_date("2026-11-19"));
}

TEST(Utf8, RefusesWhatIsNotText) {
  EXPECT_FALSE(find_invalid_utf8("保本 ok 😀"));
  for (const std::string_view bad : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xe4\xbf", "\xf0\x80\x80\x80"}) EXPECT_TRUE(find_invalid_utf8(bad));
  EXPECT_EQ(*find_invalid_utf8(std::string_view("a\0b", 3)), 1u);
  std::string text;
  for (const char32_t c : {U'a', U'é', U'保', U'😀'}) append_utf8(text, c);
  EXPECT_EQ(text, "aé保😀");
  EXPECT_EQ(count_code_points(text), 4u);
  std::size_t at = 0;
  EXPECT_EQ(decode_utf8(text, at), U'a');
  EXPECT_EQ(decode_utf8(text, at), U'é');
  EXPECT_EQ(decode_utf8(text, at), U'保');
  EXPECT_EQ(decode_utf8(text, at), U'😀');
}

TEST(JsonWriter, WritesAndEscapes) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("a", 1).field("b", "x\"\\\n\x01").field("c", true).key("d").begin_array().value(-5).null().raw("{}").end_array();
  out.field("e", 0.1).end_object();
  EXPECT_EQ(text, R"({"a":1,"b":"x\"\\\n\u0001","c":true,"d":[-5,null,{}],"e":0.1})");
}

// Card ids are made of this hash: its values are part of the format.
TEST(Hash, NeverChanges) {
  EXPECT_EQ(to_hex(hash_bytes("a")), "af63dc4c8601ec8c");  // the published FNV-1a vector
  EXPECT_EQ(to_hex(hash_combine(1, 2)), "f8f76353b6d877c5");
  EXPECT_NE(hash_combine(1, 2), hash_combine(2, 1));
}

}  // namespace
}  // namespace fenshen::core
