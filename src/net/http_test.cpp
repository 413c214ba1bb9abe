#include "net/http.h"

#include <gtest/gtest.h>

namespace fenshen::net {
namespace {

TEST(Target, SplitsSegmentsBeforeUnescaping) {
  const auto target = parse_target("/api/v1/conversations/a%2Fb%20c/events?after=3&q=%E5%8D%A1+%E4%B8%A2");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->segments, (std::vector<std::string>{"api", "v1", "conversations", "a/b c", "events"}));
  EXPECT_EQ(target->parameter("after"), "3");
  EXPECT_EQ(target->parameter("q"), "卡 丢");
  EXPECT_EQ(target->parameter("none"), std::nullopt);
}

TEST(Target, RefusesBrokenEscapesAndNul) {
  for (const char* bad : {"", "x", "/%", "/%4", "/%zz", "/a%00b", "/?a=%0", "*"}) EXPECT_FALSE(parse_target(bad)) << bad;
}

TEST(Target, EncodeIsTheInverseOfDecode) {
  std::string all;
  for (int c = 1; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

TEST(UrlOf, ReadsSchemeHostPortBase) {
  const auto url = parse_url("https://example.org:8443/base/");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "example.org");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->base, "/base");
  EXPECT_EQ(parse_url("http://[::1]:80")->host, "::1");
  EXPECT_EQ(parse_url("http://localhost")->port, 80);
  for (const char* bad : {"localhost:80", "ftp://x", "http://", "http://x:0", "http://x:99999", "http://x:8a"})
    EXPECT_FALSE(parse_url(bad)) << bad;
}

TEST(Cookies, FindsOneAmongMany) {
  Request request;
  request.headers.push_back({"cookie", "a=1; fenshen_session=abc=; b=2"});
  EXPECT_EQ(find_cookie(request, "fenshen_session"), "abc=");
  EXPECT_EQ(find_cookie(request, "session"), std::nullopt);
}

}  // namespace
}  // namespace fenshen::net
