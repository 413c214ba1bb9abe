#include "storage/sqlite/records.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "storage/audit_chain.h"
#include "storage/sqlite/temp_folder.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;

class RecordsTest : public ::testing::Test {
 protected:
  RecordsTest() { reopen(); }
  void reopen() {
    records_.reset();
    auto records = SqliteRecords::open({.path = file(), .vfs = {}}, [this] { return ++now_; });
    ASSERT_TRUE(records.has_value());
    records_ = std::move(*records);
  }
  std::string file() const { return (folder_.path() / "records.db").string(); }
  // As somebody with access to the file would.
  void tamper(const char* sql) {
    records_.reset();
    Connection db = Connection::open({.path = file(), .vfs = {}}).value();
    ASSERT_TRUE(db.exec(sql).has_value());
    reopen();
  }
  TempFolder folder_;
  std::atomic<core::Millis> now_{1'000};
  std::unique_ptr<SqliteRecords> records_;
};

TEST_F(RecordsTest, Accounts) {
  Account account{.id = "a-1", .username = "xiaowang", .name = "小王", .number = "1027", .team = "t1", .roles = {"rep", "editor"}, .password_hash = "h", .created_at = 5};
  ASSERT_TRUE(records_->put_account(account).has_value());
  account.disabled = true;
  account.roles = {};
  ASSERT_TRUE(records_->put_account(account).has_value());
  reopen();
  const auto back = records_->account("a-1");
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->name, "小王");
  EXPECT_TRUE(back->disabled);
  EXPECT_TRUE(back->roles.empty());
  EXPECT_EQ(back->created_at, 5);
  account.roles = {"rep", "editor"};
  ASSERT_TRUE(records_->put_account(account).has_value());
  EXPECT_EQ(records_->account_by_username("xiaowang")->roles, (std::vector<std::string>{"rep", "editor"}));
  account.id = "a-2";
  EXPECT_EQ(records_->put_account(account).error().code, Code::conflict);
  EXPECT_EQ(records_->account("a-2").error().code, Code::not_found);
  EXPECT_EQ(records_->account_by_username("none").error().code, Code::not_found);
  EXPECT_EQ(records_->accounts()->size(), 1u);
}

TEST_F(RecordsTest, Sessions) {
  Session session{.token_hash = "hash", .account = "a-1", .csrf = "c", .created_at = 1, .seen_at = 2, .expires_at = 100};
  ASSERT_TRUE(records_->put_session(session).has_value());
  session.seen_at = 50;
  session.expires_at = 150;
  ASSERT_TRUE(records_->touch_session(session).has_value());
  EXPECT_EQ(records_->session("hash")->expires_at, 150);
  ASSERT_TRUE(records_->delete_expired_sessions(149).has_value());
  EXPECT_TRUE(records_->session("hash").has_value());
  ASSERT_TRUE(records_->delete_expired_sessions(150).has_value());
  EXPECT_EQ(records_->session("hash").error().code, Code::not_found);
  ASSERT_TRUE(records_->touch_session(session).has_value());
  EXPECT_FALSE(records_->session("hash").has_value()) << "touching brings nothing back";
  ASSERT_TRUE(records_->put_session(session).has_value());
  ASSERT_TRUE(records_->delete_sessions_of("a-2").has_value());
  EXPECT_TRUE(records_->session("hash").has_value());
  ASSERT_TRUE(records_->delete_sessions_of("a-1").has_value());
  EXPECT_FALSE(records_->session("hash").has_value());
}

TEST_F(RecordsTest, ContentVersions) {
  const auto add = [&](const char* item, const char* text, const char* state, std::int64_t expected) {
    return records_->add_content_version({.pack = "p", .kind = "rule", .item = item, .text = text, .state = state, .author = "editor", .comment = "c"}, expected);
  };
  EXPECT_EQ(add("A", "a1", "published", 0)->version, 1);
  EXPECT_GT(add("A", "a2", "draft", 1)->at, 0);
  EXPECT_EQ(add("A", "a3", "published", 1).error().code, Code::conflict);
  EXPECT_EQ(add("A", "a3", "nonsense", 2).error().code, Code::invalid);
  EXPECT_EQ(add("B", "b1", "published", 0)->version, 1);
  auto published = records_->published_content();
  ASSERT_EQ(published->size(), 2u);
  EXPECT_EQ((*published)[0].text, "a1") << "a draft does not count";
  EXPECT_TRUE(add("A", "a3", "published", 2).has_value());
  EXPECT_EQ((*records_->published_content())[0].text, "a3");
  EXPECT_TRUE(add("A", "", "retired", 3).has_value());
  EXPECT_EQ(records_->published_content()->size(), 1u) << "back to the pack's own text";
  const auto history = records_->content_history("rule", "A");
  ASSERT_EQ(history->size(), 4u);
  EXPECT_EQ((*history)[0].version, 4);
  EXPECT_EQ((*history)[3].text, "a1");
}

TEST_F(RecordsTest, TwoEditorsAtOnce) {
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { won += records_->add_content_version({.pack = "p", .kind = "rule", .item = "A", .text = "t", .state = "published", .author = "e", .comment = ""}, 0).has_value(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
}

TEST_F(RecordsTest, DraftsOfContent) {
  ContentDraft draft{.pack = "p", .kind = "rule", .item = "A", .base_version = 2, .text = "t1", .editors = {"a-1"}, .comment = "c"};
  auto first = records_->put_content_draft(draft);
  ASSERT_TRUE(first.has_value()) << core::describe(first.error());
  EXPECT_EQ(first->number, 1);
  EXPECT_EQ(first->revision, 1);
  EXPECT_GT(first->at, 0);
  EXPECT_EQ(records_->put_content_draft(draft).error().code, Code::conflict) << "one open draft of an item";
  draft.item = "B";
  EXPECT_TRUE(records_->put_content_draft(draft).has_value()) << "another item has its own";

  ContentDraft stale = *first;
  first->text = "t2";
  first->editors = {"a-1", "a-2"};
  first->state = "submitted";
  const auto second = records_->put_content_draft(*first);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->revision, 2);
  EXPECT_EQ(records_->put_content_draft(stale).error().code, Code::conflict) << "written meanwhile";
  stale.number = 9;
  EXPECT_EQ(records_->put_content_draft(stale).error().code, Code::not_found);
  stale.state = "nonsense";
  EXPECT_EQ(records_->put_content_draft(stale).error().code, Code::invalid);

  ContentDraft done = *second;
  done.state = "approved";
  done.reviewer = "a-3";
  done.version = 3;
  ASSERT_TRUE(records_->put_content_draft(done).has_value());
  draft.item = "A";
  EXPECT_EQ(records_->put_content_draft(draft)->number, 2) << "a closed one makes room";
  reopen();
  const auto of_item = records_->content_drafts_of("rule", "A");
  ASSERT_EQ(of_item->size(), 2u);
  EXPECT_EQ((*of_item)[0].number, 2);
  EXPECT_EQ((*of_item)[1].state, "approved");
  EXPECT_EQ((*of_item)[1].text, "t2");
  EXPECT_EQ((*of_item)[1].editors, (std::vector<std::string>{"a-1", "a-2"}));
  EXPECT_EQ((*of_item)[1].reviewer, "a-3");
  EXPECT_EQ((*of_item)[1].version, 3);
  EXPECT_EQ((*of_item)[1].base_version, 2);
  EXPECT_EQ(records_->content_drafts(true, 10)->size(), 2u);
  EXPECT_EQ(records_->content_drafts(false, 10)->size(), 3u);
  EXPECT_EQ(records_->content_drafts(false, 1)->size(), 1u);
}

TEST_F(RecordsTest, SettingsAndSnapshots) {
  EXPECT_FALSE(records_->setting("x")->has_value());
  ASSERT_TRUE(records_->put_setting("x", "1").has_value());
  ASSERT_TRUE(records_->put_setting("x", "").has_value());
  EXPECT_EQ(*records_->setting("x"), "");
  const std::string bytes("\0\xff pack", 7);
  ASSERT_TRUE(records_->put_pack_snapshot("h1", bytes).has_value());
  ASSERT_TRUE(records_->put_pack_snapshot("h1", "other").has_value());
  reopen();
  EXPECT_EQ(*records_->pack_snapshot("h1"), bytes) << "what a hash stands for never changes";
  EXPECT_EQ(records_->pack_snapshot("h2").error().code, Code::not_found);
}

TEST_F(RecordsTest, JobsAndWhatTheyFound) {
  const auto row = [](std::uint64_t n, std::string item, std::string team, std::string change) {
    return JobRow{.n = n, .item = std::move(item), .team = std::move(team), .month = "2026-03", .change = std::move(change), .text = "{}"};
  };
  StoredJob job{.id = "j1", .kind = "whatif", .state = "running", .text = R"({"a":1})", .at = 5};
  ASSERT_TRUE(records_->put_job(job, std::vector<JobRow>{row(1, "A", "t1", "added"), row(2, "B", "t2", "added")}).has_value());
  job.state = "done";
  ASSERT_TRUE(records_->put_job(job, std::vector<JobRow>{row(3, "A", "t2", "removed")}).has_value());
  EXPECT_FALSE(records_->put_job(job, std::vector<JobRow>{row(4, "A", "", "added"), row(3, "A", "", "added")}).has_value());  // all or none
  ASSERT_TRUE(records_->put_job({.id = "j2", .kind = "whatif", .state = "queued", .text = "{}", .at = 6}, {}).has_value());
  ASSERT_TRUE(records_->put_job({.id = "x", .kind = "other", .state = "queued", .text = "{}", .at = 7}, {}).has_value());
  const auto jobs = records_->jobs("whatif", 10);
  ASSERT_TRUE(jobs.has_value());
  ASSERT_EQ(jobs->size(), 2u);
  EXPECT_EQ((*jobs)[0].id, "j2");
  EXPECT_EQ((*jobs)[1].state, "done");
  const auto numbers = [&](const JobRowFilter& filter) {
    std::string text;
    const auto rows = records_->job_rows("j1", filter);
    for (const JobRow& found : *rows) text += std::to_string(found.n);
    return text;
  };
  EXPECT_EQ(numbers({}), "123");
  EXPECT_EQ(numbers({.after = 1, .limit = 1}), "2");
  EXPECT_EQ(numbers({.item = "A"}), "13");
  EXPECT_EQ(numbers({.team = "t2"}), "23");
  EXPECT_EQ(numbers({.item = "A", .team = "t2", .month = "2026-03", .change = "removed"}), "3");
  EXPECT_EQ(numbers({.month = "2026-04"}), "");
  ASSERT_TRUE(records_->delete_job("j1").has_value());
  EXPECT_EQ(numbers({}), "");
  EXPECT_EQ(records_->job("j1").error().code, core::Code::not_found);
}

class AuditTest : public RecordsTest {
 protected:
  AuditTest() {
    for (int i = 1; i <= 5; ++i)
      EXPECT_EQ(records_->add_audit({.actor = "a-" + std::to_string(i), .action = "data.unmask", .object = "c-1", .detail = "{}", .hash = {}})->seq, i);
    EXPECT_TRUE(records_->verify_audit().has_value());
  }
  void expect_found_at(const char* where) {
    const auto status = records_->verify_audit();
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().code, Code::corrupt);
    EXPECT_EQ(status.error().where, where) << status.error().message;
  }
};

TEST_F(AuditTest, ReadsInOrderAndGoesOnAfterReopening) {
  reopen();
  EXPECT_EQ(records_->add_audit({.actor = "system", .action = "x", .object = "", .detail = "", .hash = {}})->seq, 6);
  const auto entries = records_->audit(2, 3);
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_EQ((*entries)[0].actor, "a-3");
  EXPECT_GT((*entries)[0].at, 0);
  EXPECT_TRUE(records_->verify_audit().has_value());
  EXPECT_EQ(records_->add_audit({.actor = "\xff", .action = "x", .object = "", .detail = "", .hash = {}}).error().code, Code::invalid);
  EXPECT_EQ(records_->add_audit({.actor = "x", .action = "", .object = "", .detail = "", .hash = {}}).error().code, Code::invalid);
}

TEST_F(AuditTest, ChangedTextIsFound) {
  tamper("UPDATE audit SET actor = 'somebody else' WHERE seq = 3");
  expect_found_at("audit entry 3");
}
TEST_F(AuditTest, ChangedTimeIsFound) {
  tamper("UPDATE audit SET at = at + 1 WHERE seq = 5");
  expect_found_at("audit entry 5");
}
TEST_F(AuditTest, EntryTakenOutIsFound) {
  tamper("DELETE FROM audit WHERE seq = 2");
  expect_found_at("audit entry 3");
}
TEST_F(AuditTest, SwappedEntriesAreFound) {
  tamper("UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 99");
  expect_found_at("audit entry 2");
}
TEST_F(AuditTest, EndCutOffIsFound) {
  tamper("DELETE FROM audit WHERE seq > 3");
  expect_found_at("audit entry 4");
}

TEST_F(AuditTest, ConcurrentEntriesMakeOneChain) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k)
        EXPECT_TRUE(records_->add_audit({.actor = "x", .action = "y", .object = "", .detail = "", .hash = {}}).has_value());
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(records_->verify_audit().has_value());
  EXPECT_EQ(records_->audit(0, 1'000)->size(), 205u);
}

TEST(AuditChain, MovingABoundaryBetweenFieldsChangesTheHash) {
  const AuditEntry a{.seq = 1, .at = 1, .actor = "ab", .action = "c", .object = "", .detail = "", .hash = {}};
  AuditEntry b = a;
  b.actor = "a";
  b.action = "bc";
  EXPECT_NE(audit_hash("", a), audit_hash("", b));
  // Computed by other means from docs/formats/envelope.md: auditors write their own checkers.
  EXPECT_EQ(audit_chain_start(), "67149abffba6776ce0a7f94666a50031a2fd87b6403917f1e80155af7cac30b8");
  EXPECT_EQ(audit_hash(audit_chain_start(), a), "2a45df62f1e0871d32d53ca266be2175e71ae1a8e63fc97fc2d13565cf3f9ec8");
}

}  // namespace
}  // namespace fenshen::storage::sqlite
