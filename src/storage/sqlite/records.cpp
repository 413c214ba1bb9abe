// Accounts, sessions, settings, pack snapshots; records_content.cpp and records_audit.cpp have the rest.
#include "storage/sqlite/records.h"

#include "storage/sqlite/migrations.h"
#include "storage/sqlite/records_schema.h"

namespace fenshen::storage::sqlite {
namespace {

constexpr const char* kSteps[] = {
    "CREATE TABLE accounts(id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, name TEXT NOT NULL, number TEXT NOT NULL, team TEXT NOT NULL,"
    " roles TEXT NOT NULL, password_hash TEXT NOT NULL, disabled INTEGER NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE sessions(token_hash TEXT PRIMARY KEY, account TEXT NOT NULL, csrf TEXT NOT NULL, created_at INTEGER NOT NULL,"
    " seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX sessions_account ON sessions(account);"
    "CREATE INDEX sessions_expires ON sessions(expires_at);"
    "CREATE TABLE content(pack TEXT NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL,"
    " state TEXT NOT NULL, author TEXT NOT NULL, comment TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(kind, item, pack, version)) WITHOUT ROWID;"
    "CREATE TABLE audit(seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,"
    " object TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL);"
    "CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE pack_snapshots(hash TEXT PRIMARY KEY, bytes BLOB NOT NULL)",
    "CREATE TABLE content_drafts(kind TEXT NOT NULL, item TEXT NOT NULL, number INTEGER NOT NULL, pack TEXT NOT NULL, revision INTEGER NOT NULL,"
    " base_version INTEGER NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL, editors TEXT NOT NULL, comment TEXT NOT NULL,"
    " reviewer TEXT NOT NULL, review TEXT NOT NULL, trial TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL,"
    " submitted_at INTEGER NOT NULL, decided_at INTEGER NOT NULL, PRIMARY KEY(kind, item, number)) WITHOUT ROWID;"
    "CREATE INDEX content_drafts_at ON content_drafts(at);"
    // One open draft of an item, whoever writes.
    "CREATE UNIQUE INDEX content_drafts_open ON content_drafts(kind, item) WHERE state IN ('draft', 'submitted')",
    "CREATE TABLE jobs(id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX jobs_at ON jobs(kind, at);"
    "CREATE TABLE job_rows(job TEXT NOT NULL, n INTEGER NOT NULL, item TEXT NOT NULL, team TEXT NOT NULL, month TEXT NOT NULL,"
    " change TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY(job, n)) WITHOUT ROWID"};

constexpr char kRoleSeparator = ' ';

std::string joined(const std::vector<std::string>& roles) {
  std::string text;
  for (const std::string& role : roles) text += (text.empty() ? "" : " ") + role;
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> roles;
  while (!text.empty()) {
    const std::size_t end = text.find(kRoleSeparator);
    roles.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return roles;
}

Account account_of(const Rows& rows) {
  return {.id = rows.text(0),
          .username = rows.text(1),
          .name = rows.text(2),
          .number = rows.text(3),
          .team = rows.text(4),
          .roles = split(rows.bytes(5)),
          .password_hash = rows.text(6),
          .disabled = rows.integer(7) != 0,
          .created_at = rows.integer(8)};
}

#define FENSHEN_ACCOUNT_COLUMNS "SELECT id, username, name, number, team, roles, password_hash, disabled, created_at FROM accounts"

Session session_of(const Rows& rows) {
  return {.token_hash = rows.text(0),
          .account = rows.text(1),
          .csrf = rows.text(2),
          .created_at = rows.integer(3),
          .seen_at = rows.integer(4),
          .expires_at = rows.integer(5)};
}

}  // namespace

core::Status set_up_records(Connection& connection) { return migrate(connection, kSteps); }

core::Result<std::unique_ptr<SqliteRecords>> SqliteRecords::open(OpenOptions options, std::function<core::Millis()> clock) {
  TRY_ASSIGN(Connection connection, Connection::open(options));
  if (!options.read_only) TRY(set_up_records(connection));
  return std::unique_ptr<SqliteRecords>(new SqliteRecords(std::move(connection), std::move(clock)));
}

core::Status SqliteRecords::put_account(const Account& account) {
  const std::lock_guard lock(mutex_);
  auto status = run(connection_,
                    "INSERT INTO accounts(id, username, name, number, team, roles, password_hash, disabled, created_at)"
                    " VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT(id) DO UPDATE SET username = $2, name = $3, number = $4,"
                    " team = $5, roles = $6, password_hash = $7, disabled = $8, created_at = $9",
                    account.id, account.username, account.name, account.number, account.team, joined(account.roles),
                    account.password_hash, account.disabled, account.created_at);
  if (!status && status.error().code == core::Code::conflict)
    return core::fail(core::Code::conflict, "the user name is taken", account.username);
  return status;
}

core::Result<Account> SqliteRecords::account(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, FENSHEN_ACCOUNT_COLUMNS " WHERE id = $1", id));
  return single<Account>(std::move(rows), account_of, "account");
}

core::Result<Account> SqliteRecords::account_by_username(std::string_view username) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, FENSHEN_ACCOUNT_COLUMNS " WHERE username = $1", username));
  return single<Account>(std::move(rows), account_of, "account");
}

core::Result<std::vector<Account>> SqliteRecords::accounts() const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, FENSHEN_ACCOUNT_COLUMNS " ORDER BY username"));
  return collect<Account>(std::move(rows), account_of);
}

core::Status SqliteRecords::put_session(const Session& session) {
  const std::lock_guard lock(mutex_);
  return run(connection_,
             "INSERT INTO sessions(token_hash, account, csrf, created_at, seen_at, expires_at) VALUES($1, $2, $3, $4, $5, $6)"
             " ON CONFLICT(token_hash) DO UPDATE SET account = $2, csrf = $3, created_at = $4, seen_at = $5, expires_at = $6",
             session.token_hash, session.account, session.csrf, session.created_at, session.seen_at, session.expires_at);
}

core::Status SqliteRecords::touch_session(const Session& session) {
  const std::lock_guard lock(mutex_);
  return run(connection_, "UPDATE sessions SET seen_at = $2, expires_at = $3 WHERE token_hash = $1", session.token_hash, session.seen_at,
             session.expires_at);
}

core::Result<Session> SqliteRecords::session(std::string_view token_hash) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, "SELECT token_hash, account, csrf, created_at, seen_at, expires_at FROM sessions WHERE token_hash = $1",
                              token_hash));
  return single<Session>(std::move(rows), session_of, "session");
}

core::Status SqliteRecords::delete_session(std::string_view token_hash) {
  const std::lock_guard lock(mutex_);
  return run(connection_, "DELETE FROM sessions WHERE token_hash = $1", token_hash);
}

core::Status SqliteRecords::delete_sessions_of(std::string_view account) {
  const std::lock_guard lock(mutex_);
  return run(connection_, "DELETE FROM sessions WHERE account = $1", account);
}

core::Status SqliteRecords::delete_expired_sessions(core::Millis now) {
  const std::lock_guard lock(mutex_);
  return run(connection_, "DELETE FROM sessions WHERE expires_at <= $1", now);
}

core::Status SqliteRecords::put_setting(std::string_view key, std::string_view value) {
  const std::lock_guard lock(mutex_);
  return run(connection_, "INSERT INTO settings(key, value) VALUES($1, $2) ON CONFLICT(key) DO UPDATE SET value = $2", key, value);
}

core::Result<std::optional<std::string>> SqliteRecords::setting(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, "SELECT value FROM settings WHERE key = $1", key));
  TRY_ASSIGN(const bool found, rows.next());
  if (!found) return std::nullopt;
  return rows.text(0);
}

core::Status SqliteRecords::put_pack_snapshot(std::string_view hash, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  return run(connection_, "INSERT INTO pack_snapshots(hash, bytes) VALUES($1, $2) ON CONFLICT(hash) DO NOTHING", hash, Blob{bytes});
}

core::Result<std::string> SqliteRecords::pack_snapshot(std::string_view hash) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, "SELECT bytes FROM pack_snapshots WHERE hash = $1", hash));
  return single<std::string>(std::move(rows), [](const Rows& row) { return row.text(0); }, "pack snapshot");
}

}  // namespace fenshen::storage::sqlite
