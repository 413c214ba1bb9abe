#include "access/access.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "storage/sqlite/store.h"
#include "storage/sqlite/temp_folder.h"

namespace fenshen::access {
namespace {

using core::Code;

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() {
    auto store = storage::sqlite::Store::open({.folder = folder_.path()});
    EXPECT_TRUE(store.has_value());
    store_ = std::move(*store);
    options_.cost = {.memory_kib = 64, .passes = 1, .lanes = 1};
    options_.clock = [this] { return now_.load(); };
    options_.api_token = "the-token-of-the-test";
    access_ = std::make_unique<Access>(records(), options_);
  }
  storage::Records& records() { return store_->records(); }
  std::string make(const std::string& username, std::vector<Role> roles = {Role::rep}) {
    auto made = access_->create_account({username, "名字", "1", "t1", std::move(roles)}, "system");
    EXPECT_TRUE(made.has_value()) << (made ? "" : core::describe(made.error()));
    return made ? made->password : "";
  }
  std::vector<std::string> audited() {
    std::vector<std::string> actions;
    const auto entries = records().audit(0, 1'000);
    for (const storage::AuditEntry& entry : *entries) actions.push_back(entry.action);
    return actions;
  }
  // The whole database files as bytes: what must not be in there in clear.
  bool stored_anywhere(const std::string& text) {
    store_.reset();
    bool found = false;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      if (!file.is_regular_file()) continue;
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
      found = found || bytes.find(text) != std::string::npos;
    }
    return found;
  }

  storage::sqlite::TempFolder folder_;
  std::atomic<core::Millis> now_{1'800'000'000'000};
  AccessOptions options_;
  std::unique_ptr<storage::sqlite::Store> store_;
  std::unique_ptr<Access> access_;
};

TEST_F(AccessTest, SignInUseSignOut) {
  const std::string password = make("rep1");
  const auto outcome = access_->login("Rep1", password, "10.0.0.1");
  ASSERT_TRUE(outcome.has_value()) << core::describe(outcome.error());
  EXPECT_GE(outcome->token.size(), 43u);
  EXPECT_EQ(outcome->principal.username, "rep1");
  EXPECT_TRUE(outcome->principal.has(Role::rep));
  const auto principal = access_->authenticate(outcome->token);
  ASSERT_TRUE(principal.has_value());
  EXPECT_EQ(principal->name, "名字");
  EXPECT_EQ(role_names(*principal), std::vector<std::string>{"rep"});
  EXPECT_TRUE(csrf_ok(*principal, outcome->principal.csrf));
  EXPECT_FALSE(csrf_ok(*principal, ""));
  EXPECT_FALSE(csrf_ok(*principal, outcome->principal.csrf + "x"));
  EXPECT_FALSE(csrf_ok(Principal{}, ""));
  EXPECT_TRUE(allowed(*principal, Permission::conversation_work));
  EXPECT_FALSE(allowed(*principal, Permission::content_publish));
  ASSERT_TRUE(access_->logout(outcome->token).has_value());
  EXPECT_EQ(access_->authenticate(outcome->token).error().code, Code::unauthorized);
  EXPECT_TRUE(access_->logout(outcome->token).has_value()) << "again is no error";
  EXPECT_EQ(audited(), (std::vector<std::string>{"account.create", "session.create", "session.end"}));
  EXPECT_TRUE(records().verify_audit().has_value());
}

TEST_F(AccessTest, NeitherPasswordNorTokenIsStored) {
  const std::string password = make("rep1");
  const auto outcome = access_->login("rep1", password, "10.0.0.1");
  ASSERT_TRUE(outcome.has_value());
  access_.reset();
  EXPECT_FALSE(stored_anywhere(password));
  EXPECT_FALSE(stored_anywhere(outcome->token));
  EXPECT_TRUE(stored_anywhere("rep1")) << "the search itself works";
}

TEST_F(AccessTest, WrongNameAndWrongPasswordLookTheSame) {
  const std::string password = make("rep1");
  const auto wrong = access_->login("rep1", password + "x", "10.0.0.1");
  const auto nobody = access_->login("nobody", password, "10.0.0.1");
  ASSERT_FALSE(wrong.has_value());
  ASSERT_FALSE(nobody.has_value());
  EXPECT_EQ(wrong.error().code, Code::unauthorized);
  EXPECT_EQ(wrong.error().message, nobody.error().message);
  EXPECT_EQ(audited(), (std::vector<std::string>{"account.create", "session.refused", "session.refused"}));
  const auto entries = records().audit(0, 10);
  EXPECT_EQ((*entries)[2].object, "unknown") << "what was typed as a name may be a password";
}

TEST_F(AccessTest, GuessingIsSlowedDown) {
  const std::string password = make("rep1");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(access_->login("rep1", "wrong", "10.0.0." + std::to_string(i)).error().code, Code::unauthorized);
  const auto limited = access_->login("rep1", password, "10.0.0.9");
  ASSERT_FALSE(limited.has_value());
  EXPECT_EQ(limited.error().code, Code::limited);
  EXPECT_EQ(limited.error().where, "1");
  now_ += 1'000;
  EXPECT_TRUE(access_->login("rep1", password, "10.0.0.9").has_value());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(access_->login("rep1", "wrong", "10.0.0.9").error().code, Code::unauthorized) << "afresh after success";
}

TEST_F(AccessTest, GuessingManyNamesFromOneAddressIsSlowedDown) {
  int limited = 0;
  for (int i = 0; i < 40; ++i) limited += access_->login("name" + std::to_string(i), "wrong", "10.0.0.1").error().code == Code::limited;
  EXPECT_EQ(limited, 10);
  EXPECT_EQ(access_->login("name99", "wrong", "10.0.0.2").error().code, Code::unauthorized);
}

TEST_F(AccessTest, AttemptsAtTheSameTimeCountToo) {
  make("rep1");
  std::atomic<int> tried{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i)
    threads.emplace_back([&] { tried += access_->login("rep1", "wrong", "10.0.0.1").error().code == Code::unauthorized; });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(tried, 5);
}

TEST_F(AccessTest, OddInputIsRefusedQuietly) {
  using namespace std::string_literals;
  for (const std::string& name : {""s, std::string(10'000, 'x'), "\xff\xfe"s, "a\0b"s, "'; DROP TABLE accounts; --"s, "<script>"s})
    EXPECT_EQ(access_->login(name, "password", "10.0.0.1").error().code, Code::unauthorized);
  EXPECT_EQ(access_->login("x", std::string(1'000'000, 'p'), "10.0.0.1").error().code, Code::unauthorized);
  for (const std::string& token : {""s, "x"s, std::string(10'000, 'x'), "\0"s}) EXPECT_FALSE(access_->authenticate(token).has_value());
}

TEST_F(AccessTest, SessionEndsWhenIdleAndInAnyCaseAfterADay) {
  const std::string password = make("rep1");
  const std::string idle = access_->login("rep1", password, "a")->token;
  now_ += options_.idle_ms - 1;
  EXPECT_TRUE(access_->authenticate(idle).has_value());  // keeps it alive
  now_ += options_.idle_ms - 1;
  EXPECT_TRUE(access_->authenticate(idle).has_value());
  now_ += options_.idle_ms;
  EXPECT_FALSE(access_->authenticate(idle).has_value());
  const core::Millis start = now_;
  const std::string busy = access_->login("rep1", password, "a")->token;
  while (now_ + 60'000 < start + options_.absolute_ms) {
    now_ += 60'000;
    ASSERT_TRUE(access_->authenticate(busy).has_value());
  }
  now_ = start + options_.absolute_ms;
  EXPECT_FALSE(access_->authenticate(busy).has_value());
  ASSERT_TRUE(access_->remove_expired_sessions().has_value());
}

TEST_F(AccessTest, DisablingAndNewPasswordsEndSessions) {
  const std::string first = make("rep1");
  const std::string token = access_->login("rep1", first, "a")->token;
  ASSERT_TRUE(access_->set_disabled("rep1", true, "admin").has_value());
  EXPECT_FALSE(access_->authenticate(token).has_value());
  EXPECT_EQ(access_->login("rep1", first, "a").error().code, Code::unauthorized);
  ASSERT_TRUE(access_->set_disabled("rep1", false, "admin").has_value());
  const auto outcome = access_->login("rep1", first, "a");
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(access_->change_password(outcome->principal, "not it", "a new password").error().code, Code::unauthorized);
  EXPECT_EQ(access_->change_password(outcome->principal, first, "short").error().code, Code::invalid);
  ASSERT_TRUE(access_->change_password(outcome->principal, first, "a new password").has_value());
  EXPECT_FALSE(access_->authenticate(outcome->token).has_value());
  EXPECT_FALSE(access_->login("rep1", first, "a").has_value());
  EXPECT_TRUE(access_->login("rep1", "a new password", "a").has_value());
  const auto reset = access_->reset_password("rep1", "admin");
  ASSERT_TRUE(reset.has_value());
  EXPECT_FALSE(access_->login("rep1", "a new password", "a").has_value());
  EXPECT_TRUE(access_->login("rep1", reset->password, "a").has_value());
}

TEST_F(AccessTest, BearerTokenOnlyFromThisMachine) {
  for (const char* address : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "127.1.2.3"}) {
    const auto principal = access_->authenticate_bearer("the-token-of-the-test", address);
    ASSERT_TRUE(principal.has_value()) << address;
    EXPECT_TRUE(principal->unlimited);
    EXPECT_TRUE(csrf_ok(*principal, ""));
    EXPECT_TRUE(allowed(*principal, Permission::conversation_append));
    EXPECT_FALSE(allowed(*principal, Permission::content_publish));
  }
  for (const char* address : {"10.0.0.1", "", "127.evil.example", "::ffff:10.0.0.1", "1270.0.0.1"})
    EXPECT_FALSE(access_->authenticate_bearer("the-token-of-the-test", address).has_value()) << address;
  EXPECT_FALSE(access_->authenticate_bearer("the-token-of-the-tes", "::1").has_value());
  EXPECT_FALSE(access_->authenticate_bearer("", "::1").has_value());
  options_.api_token.clear();
  EXPECT_FALSE(Access(records(), options_).authenticate_bearer("", "::1").has_value()) << "no token set: none accepted";
}

TEST_F(AccessTest, DemoAccountsOnceAndAnewIfTheFirstStartWasCutOff) {
  const auto made = access_->create_demo_accounts();
  ASSERT_TRUE(made.has_value()) << core::describe(made.error());
  ASSERT_EQ(made->size(), 6u);
  EXPECT_EQ((*made)[0].account.username, "xiaowang");
  EXPECT_EQ((*made)[0].account.number, "1027");
  EXPECT_EQ((*made)[0].password.size(), 14u);
  for (const MadeAccount& account : *made) EXPECT_TRUE(access_->login(account.account.username, account.password, "a").has_value());
  EXPECT_TRUE(access_->create_demo_accounts()->empty());
}

TEST_F(AccessTest, DemoAccountsOfACutOffStartGetNewPasswords) {
  const std::string never_shown = make("xiaowang");
  const auto made = access_->create_demo_accounts();
  ASSERT_TRUE(made.has_value());
  ASSERT_EQ(made->size(), 6u);
  EXPECT_FALSE(access_->login("xiaowang", never_shown, "a").has_value());
  EXPECT_TRUE(access_->login("xiaowang", (*made)[0].password, "a").has_value());
}

TEST_F(AccessTest, BadAccountsAreRefused) {
  const auto code = [&](const NewAccount& account) { return access_->create_account(account, "system").error().code; };
  EXPECT_EQ(code({"", "x", "", "", {Role::rep}}), Code::invalid);
  EXPECT_EQ(code({"Upper", "x", "", "", {Role::rep}}), Code::invalid);
  EXPECT_EQ(code({"ok", "", "", "", {Role::rep}}), Code::invalid);
  EXPECT_EQ(code({"ok", "x", "", "", {}}), Code::invalid);
  EXPECT_EQ(code({"ok", "\xff", "", "", {Role::rep}}), Code::invalid);
  make("ok");
  EXPECT_EQ(code({"ok", "x", "", "", {Role::rep}}), Code::conflict);
}

TEST_F(AccessTest, OldHashesAreRenewedAtSignIn) {
  const std::string password = make("rep1");
  auto account = records().account_by_username("rep1");
  account->password_hash = *hash_password(password, {.memory_kib = 32, .passes = 1, .lanes = 1});
  ASSERT_TRUE(records().put_account(*account).has_value());
  ASSERT_TRUE(access_->login("rep1", password, "a").has_value());
  EXPECT_FALSE(is_outdated(records().account_by_username("rep1")->password_hash, options_.cost));
  EXPECT_TRUE(access_->login("rep1", password, "a").has_value());
}

}  // namespace
}  // namespace fenshen::access
