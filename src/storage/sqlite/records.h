// Records in SQLite: one connection behind a mutex. They are few and small beside the log; every write is durable when
// the call returns.
#pragma once

#include <functional>
#include <mutex>

#include "storage/records.h"
#include "storage/sqlite/connection.h"

namespace fenshen::storage::sqlite {

class SqliteRecords final : public Records {
 public:
  static core::Result<std::unique_ptr<SqliteRecords>> open(OpenOptions options, std::function<core::Millis()> clock);

  core::Status put_account(const Account& account) override;
  core::Result<Account> account(std::string_view id) const override;
  core::Result<Account> account_by_username(std::string_view username) const override;
  core::Result<std::vector<Account>> accounts() const override;

  core::Status put_session(const Session& session) override;
  core::Status touch_session(const Session& session) override;
  core::Result<Session> session(std::string_view token_hash) const override;
  core::Status delete_session(std::string_view token_hash) override;
  core::Status delete_sessions_of(std::string_view account) override;
  core::Status delete_expired_sessions(core::Millis now) override;

  core::Result<ContentVersion> add_content_version(ContentVersion version, std::int64_t expected_version) override;
  core::Result<std::vector<ContentVersion>> published_content() const override;
  core::Result<std::vector<ContentVersion>> content_history(std::string_view kind, std::string_view item) const override;

  core::Result<ContentDraft> put_content_draft(ContentDraft draft) override;
  core::Result<std::vector<ContentDraft>> content_drafts(bool open_only, std::size_t limit) const override;
  core::Result<std::vector<ContentDraft>> content_drafts_of(std::string_view kind, std::string_view item) const override;

  core::Status put_job(const StoredJob& job, std::span<const JobRow> rows) override;
  core::Result<StoredJob> job(std::string_view id) const override;
  core::Result<std::vector<StoredJob>> jobs(std::string_view kind, std::size_t limit) const override;
  core::Result<std::vector<JobRow>> job_rows(std::string_view id, const JobRowFilter& filter) const override;
  core::Status delete_job(std::string_view id) override;

  core::Result<AuditEntry> add_audit(AuditEntry entry) override;
  core::Result<std::vector<AuditEntry>> audit(std::int64_t after, std::size_t limit) const override;
  core::Status verify_audit() const override;

  core::Status put_setting(std::string_view key, std::string_view value) override;
  core::Result<std::optional<std::string>> setting(std::string_view key) const override;

  core::Status put_pack_snapshot(std::string_view hash, std::string_view bytes) override;
  core::Result<std::string> pack_snapshot(std::string_view hash) const override;

 private:
  SqliteRecords(Connection connection, std::function<core::Millis()> clock)
      : connection_(std::move(connection)), clock_(std::move(clock)) {}

  mutable std::mutex mutex_;
  mutable Connection connection_;
  std::function<core::Millis()> clock_;
};

}  // namespace fenshen::storage::sqlite
