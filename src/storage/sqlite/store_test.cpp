#include "storage/sqlite/store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <future>

#include "storage/event_log_suite.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/temp_folder.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;

class StoreTest : public ::testing::Test {
 protected:
  core::Result<std::unique_ptr<Store>> open(bool read_only = false) { return Store::open({.folder = folder(), .read_only = read_only}); }
  std::filesystem::path folder() const { return temp_.path() / "data"; }
  static void append(Store& store, const std::string& id, const std::string& text) {
    const auto appended = store.log().append_and_wait({.stream = {.id = "c-1"}, .events = {say(id, text)}, .imported = false, .subject = {}});
    ASSERT_TRUE(appended.has_value()) << core::describe(appended.error());
  }
  static std::size_t count(Store& store) { return store.log().read({.id = "c-1"}, 0, 1'000'000)->size(); }
  TempFolder temp_;
};

TEST_F(StoreTest, MakesItsFolderForTheOwnerOnly) {
  ASSERT_TRUE(open().has_value());
  EXPECT_EQ(std::filesystem::status(folder()).permissions(), std::filesystem::perms::owner_all);
  EXPECT_TRUE(std::filesystem::exists(folder() / "keys" / "master.key"));
}

TEST_F(StoreTest, SecondServerOnTheSameFolderIsRefused) {
  auto first = open();
  ASSERT_TRUE(first.has_value());
  append(**first, "e1", "x");
  const auto second = open();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::conflict);
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())), std::string::npos) << second.error().message;
  append(**first, "e2", "y");
  first->reset();
  EXPECT_TRUE(open().has_value());
}

TEST_F(StoreTest, ServerInAnotherProcessIsSeenAndItsDeathFreesTheFolder) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = open();
    const char answer = store.has_value() ? '1' : '0';
    if (::write(ready[1], &answer, 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, '1');
  const auto refused = open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("process " + std::to_string(child)), std::string::npos) << refused.error().message;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_TRUE(open().has_value());
}

TEST_F(StoreTest, ReaderBesideARunningServer) {
  EXPECT_EQ(open(true).error().code, Code::not_found);
  auto server = open();
  ASSERT_TRUE(server.has_value());
  append(**server, "e1", "一");
  auto reader = open(true);
  ASSERT_TRUE(reader.has_value()) << core::describe(reader.error());
  EXPECT_EQ(count(**reader), 1u);
  append(**server, "e2", "二");
  EXPECT_EQ(text_of((*reader)->log().read({.id = "c-1"}, 1, 10)->at(0)), "二");
  const auto refused = (*reader)->log().append_and_wait({.stream = {.id = "c-1"}, .events = {say("e3", "x")}, .imported = false, .subject = {}});
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_FALSE((*reader)->log().erase_person("default", "p").has_value());
  EXPECT_FALSE((*reader)->records().put_setting("a", "b").has_value());
  server->reset();
  EXPECT_EQ(count(**reader), 2u);
}

TEST_F(StoreTest, LostOrForeignMasterKeyIsSaidClearlyAndNotReplaced) {
  {
    auto store = open();
    append(**store, "e1", "x");
  }
  const auto key = folder() / "keys" / "master.key", aside = folder() / "keys" / "aside";
  std::filesystem::rename(key, aside);
  const auto missing = open();
  ASSERT_FALSE(missing.has_value());
  EXPECT_NE(missing.error().message.find("master key is missing"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(key));
  std::ofstream(key) << "fenshen-master-key-1 " << std::string(64, 'a') << "\n";
  std::filesystem::permissions(key, std::filesystem::perms(0600));
  EXPECT_EQ(open().error().code, Code::corrupt);
  std::filesystem::rename(aside, key);
  EXPECT_EQ(count(**open()), 1u);
}

TEST_F(StoreTest, NothingPersonalLiesInTheFiles) {
  {
    auto store = open();
    append(**store, "e1", "我的身份证丢了");
  }
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder())) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    EXPECT_EQ(bytes.find("身份证"), std::string::npos) << file.path();
  }
}

TEST_F(StoreTest, ClosingWritesWhatIsQueued) {
  std::atomic<int> written{0};
  {
    auto store = open();
    for (int i = 0; i < 500; ++i)
      (*store)->log().append({.stream = {.id = "c-1"}, .events = {say("e" + std::to_string(i), "x")}, .imported = false, .subject = {}},
                             [&](core::Result<std::vector<Appended>> result) { written += result.has_value(); });
  }
  EXPECT_EQ(written, 500);
  EXPECT_EQ(count(**open()), 500u);
}

TEST_F(StoreTest, FullQueueRefusesAtTheDoor) {
  auto store = Store::open({.folder = folder(), .queue_events_max = 10});
  ASSERT_TRUE(store.has_value());
  std::promise<void> hold;
  std::shared_future<void> held = hold.get_future().share();
  std::atomic<int> good{0}, limited{0};
  for (int i = 0; i < 30; ++i)
    (*store)->log().append({.stream = {.id = "c-1"}, .events = {say("e" + std::to_string(i), "x")}, .imported = false, .subject = {}},
                           [&, i, held](core::Result<std::vector<Appended>> result) {
                             if (i == 0) held.wait();  // the writer is busy
                             if (result) ++good;
                             else limited += result.error().code == Code::limited;
                           });
  EXPECT_GE(limited, 10) << "at most ten being written and ten waiting";
  EXPECT_LE(limited, 20) << "at least ten waiting";
  hold.set_value();
  store->reset();
  EXPECT_EQ(good + limited, 30);
}

// Bytes changed in the file are told from erased ones, and do not take other streams' requests down with them.
TEST_F(StoreTest, DamagedEventIsFoundAndLeavesOthersAlone) {
  {
    auto store = open();
    append(**store, "e1", "x");
  }
  {
    Connection db = Connection::open({.path = (folder() / "events.db").string(), .vfs = {}}).value();
    ASSERT_TRUE(db.exec("UPDATE events SET envelope = zeroblob(length(envelope))").has_value());
  }
  auto store = open();
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ((*store)->log().read({.id = "c-1"}, 0, 10).error().code, Code::corrupt);
  std::atomic<int> good{0}, bad{0};
  for (int i = 0; i < 20; ++i)
    (*store)->log().append({.stream = {.id = i % 2 == 0 ? "c-1" : "c-2"}, .events = {say(i % 2 == 0 ? "e1" : "f" + std::to_string(i), "x")}, .imported = false, .subject = {}},
                           [&](core::Result<std::vector<Appended>> result) { ++(result ? good : bad); });
  store->reset();
  EXPECT_EQ(good, 10);
  EXPECT_EQ(bad, 10);
}

// An event moved to another place of the table, whole and well sealed, is still found out.
TEST_F(StoreTest, MovedEventIsFound) {
  {
    auto store = open();
    append(**store, "e1", "一");
    append(**store, "e2", "二");
  }
  {
    Connection db = Connection::open({.path = (folder() / "events.db").string(), .vfs = {}}).value();
    ASSERT_TRUE(db.exec("UPDATE events SET seq = 9 WHERE seq = 1; UPDATE events SET seq = 1 WHERE seq = 2; UPDATE events SET seq = 2 WHERE seq = 9").has_value());
  }
  EXPECT_EQ((*open())->log().read({.id = "c-1"}, 0, 10).error().code, Code::corrupt);
}

}  // namespace
}  // namespace fenshen::storage::sqlite
