// Records beside the log: accounts, sessions, content edits, audit, small settings. Same two-implementations rule as the
// log. All writes are durable when the call returns. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace fenshen::storage {

struct Account {
  std::string id;        // random, stable
  std::string username;  // unique, lower case
  std::string name;      // shown
  std::string number;    // 工号
  std::string team;
  std::vector<std::string> roles;  // rep supervisor editor approver inspector admin auditor api
  std::string password_hash;       // Argon2id, PHC string
  bool disabled = false;
  core::Millis created_at = 0;
};

struct Session {
  std::string token_hash;  // SHA-256 hex of the cookie value; the value itself is never stored
  std::string account;
  std::string csrf;
  core::Millis created_at = 0, seen_at = 0, expires_at = 0;
};

// An item of content changed in the studio: it lies over the pack's file. The newest published version counts.
struct ContentVersion {
  std::string pack, kind, item;  // "finance-cn", "rule", "SAL-06"
  std::int64_t version = 0;      // 1, 2, 3 … per item
  std::string text;              // YAML of this one item
  std::string state;             // draft | published | retired
  std::string author;
  std::string comment;
  core::Millis at = 0;
};

// A change on its way to approval by a second person. An item has at most one that is open (draft, submitted); closed ones stay.
struct ContentDraft {
  std::string pack, kind, item;
  std::int64_t number = 0;        // 1, 2, 3 … per item
  std::int64_t revision = 0;      // of this draft: each write is one more
  std::int64_t base_version = 0;  // the published version it was made from
  std::string text;
  std::string state = "draft";    // draft | submitted | approved | rejected | withdrawn
  std::vector<std::string> editors;  // accounts that wrote it, the last one last
  std::string comment;            // what and why, by the editor
  std::string reviewer, review;   // who decided, and the words
  std::string trial;              // run over history that was shown with it, if any
  std::int64_t version = 0;       // published as, once approved
  core::Millis at = 0, submitted_at = 0, decided_at = 0;
};

struct AuditEntry {
  std::int64_t seq = 0;
  core::Millis at = 0;
  std::string actor;   // account id or "system"
  std::string action;  // "session.create", "content.publish", "data.unmask" …
  std::string object;
  std::string detail;  // JSON without personal data
  std::string hash;    // SHA-256 hex over the previous hash and this entry
};

// Long work that somebody asked for (a trial run over history), and what it found, row by row. Texts are JSON without
// personal data.
struct StoredJob {
  std::string id, kind, state, text;
  core::Millis at = 0;  // when it was asked for
};
struct JobRow {
  std::uint64_t n = 0;  // 1, 2, 3 …
  std::string item, team, month, change, text;
};
struct JobRowFilter {
  std::uint64_t after = 0;
  std::size_t limit = 50;
  std::optional<std::string> item, team, month, change;  // unset: any
};

class Records {
 public:
  virtual ~Records() = default;

  virtual core::Status put_account(const Account& account) = 0;  // insert or replace by id; conflict: username taken
  virtual core::Result<Account> account(std::string_view id) const = 0;
  virtual core::Result<Account> account_by_username(std::string_view username) const = 0;
  virtual core::Result<std::vector<Account>> accounts() const = 0;

  virtual core::Status put_session(const Session& session) = 0;
  // Stores seen_at and expires_at, if the session still exists (signing out meanwhile wins).
  virtual core::Status touch_session(const Session& session) = 0;
  virtual core::Result<Session> session(std::string_view token_hash) const = 0;
  virtual core::Status delete_session(std::string_view token_hash) = 0;
  virtual core::Status delete_sessions_of(std::string_view account) = 0;  // password changed, account disabled
  virtual core::Status delete_expired_sessions(core::Millis now) = 0;

  // expected_version = the version that was edited (0: none yet); conflict if another came meanwhile.
  virtual core::Result<ContentVersion> add_content_version(ContentVersion version, std::int64_t expected_version) = 0;
  // Of each item the newest version that is no draft, if it is published (retired: the pack's own text holds again).
  virtual core::Result<std::vector<ContentVersion>> published_content() const = 0;
  virtual core::Result<std::vector<ContentVersion>> content_history(std::string_view kind, std::string_view item) const = 0;

  // number 0: a new draft (conflict: the item has an open one). Otherwise the draft with that number is replaced if its
  // revision is still draft.revision (conflict: written meanwhile). The answer has number, revision and at as stored.
  virtual core::Result<ContentDraft> put_content_draft(ContentDraft draft) = 0;
  virtual core::Result<std::vector<ContentDraft>> content_drafts(bool open_only, std::size_t limit) const = 0;  // newest first
  virtual core::Result<std::vector<ContentDraft>> content_drafts_of(std::string_view kind, std::string_view item) const = 0;  // newest first

  // Writes the job (insert or replace by id) and further rows of it, together.
  virtual core::Status put_job(const StoredJob& job, std::span<const JobRow> rows) = 0;
  virtual core::Result<StoredJob> job(std::string_view id) const = 0;
  virtual core::Result<std::vector<StoredJob>> jobs(std::string_view kind, std::size_t limit) const = 0;  // newest first
  virtual core::Result<std::vector<JobRow>> job_rows(std::string_view id, const JobRowFilter& filter) const = 0;
  virtual core::Status delete_job(std::string_view id) = 0;  // with its rows

  virtual core::Result<AuditEntry> add_audit(AuditEntry entry) = 0;  // seq, at if 0, hash are filled in
  virtual core::Result<std::vector<AuditEntry>> audit(std::int64_t after, std::size_t limit) const = 0;
  virtual core::Status verify_audit() const = 0;  // corrupt: names the first entry that does not check out

  virtual core::Status put_setting(std::string_view key, std::string_view value) = 0;
  virtual core::Result<std::optional<std::string>> setting(std::string_view key) const = 0;

  // Content snapshots bound to conversations: the whole merged library text by hash, kept as long as logs refer to it.
  virtual core::Status put_pack_snapshot(std::string_view hash, std::string_view bytes) = 0;
  virtual core::Result<std::string> pack_snapshot(std::string_view hash) const = 0;
};

}  // namespace fenshen::storage
