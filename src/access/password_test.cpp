#include "access/password.h"

#include <gtest/gtest.h>

#include <set>

namespace fenshen::access {
namespace {

constexpr PasswordCost kCheap{.memory_kib = 64, .passes = 1, .lanes = 1};

TEST(Password, DefaultCostIsWhatOwaspAsksFor) {
  const auto hash = hash_password("correct horse battery");
  ASSERT_TRUE(hash.has_value());
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *hash;
  EXPECT_TRUE(verify_password("correct horse battery", *hash));
  EXPECT_FALSE(is_outdated(*hash));
  EXPECT_TRUE(is_outdated(*hash, kCheap));
}

TEST(Password, OnlyTheRightOneFits) {
  const std::string hash = *hash_password("密码 with spaces", kCheap);
  EXPECT_TRUE(verify_password("密码 with spaces", hash));
  EXPECT_FALSE(verify_password("密码 with space", hash));
  EXPECT_FALSE(verify_password("", hash));
  EXPECT_FALSE(verify_password(std::string("密码 with spaces\0x", 20), hash));
  EXPECT_NE(hash, *hash_password("密码 with spaces", kCheap)) << "salt";
}

TEST(Password, WhatIsNoHashFitsNothing) {
  for (const char* bad : {"", "plain", "$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "$argon2id$", "$argon2id$v=19$m=64,t=1,p=1$!$!"})
    EXPECT_FALSE(verify_password("plain", bad)) << bad;
}

TEST(Password, GeneratedOnesDifferAndPassTheCheck) {
  std::set<std::string> seen;
  std::set<char> letters;
  for (int i = 0; i < 500; ++i) {
    const std::string password = generate_password();
    EXPECT_EQ(password.size(), 14u);
    EXPECT_TRUE(check_new_password(password, "xiaowang").has_value());
    letters.insert(password.begin(), password.end());
    EXPECT_TRUE(seen.insert(password).second);
  }
  EXPECT_EQ(letters.size(), 56u);
  for (const char c : {'0', 'O', '1', 'l', 'I'}) EXPECT_FALSE(letters.contains(c));
}

TEST(Password, RefusesWeakOnes) {
  using namespace std::string_literals;
  EXPECT_FALSE(check_new_password("short", "x").has_value());
  EXPECT_FALSE(check_new_password(std::string(257, 'a'), "x").has_value());
  EXPECT_FALSE(check_new_password("with nul \0 inside"s, "x").has_value());
  EXPECT_FALSE(check_new_password("same-as-the-name", "same-as-the-name").has_value());
  EXPECT_TRUE(check_new_password("十二个字节够了吧", "x").has_value());
}

}  // namespace
}  // namespace fenshen::access
