#include "storage/sqlite/connection.h"

#include <cstdlib>

#include "core/log.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;

Code code_of(int code) noexcept {
  switch (code & 255) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM: return Code::unavailable;
    case SQLITE_CONSTRAINT: return Code::conflict;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Code::corrupt;
    case SQLITE_TOOBIG: return Code::too_large;
    default: return Code::internal;
  }
}

std::string_view words_of(int code) noexcept {
  switch (code & 255) {
    case SQLITE_FULL: return "the disk is full";
    case SQLITE_IOERR: return "the disk reports an error";
    case SQLITE_READONLY: return "the data folder cannot be written";
    case SQLITE_NOTADB: return "the file is not a database";
    default: return {};
  }
}

core::Status set_up(Connection& connection, const OpenOptions& options) {
  sqlite3_busy_timeout(connection.handle(), 5'000);
  sqlite3_extended_result_codes(connection.handle(), 1);
  if (options.read_only) return connection.exec("PRAGMA query_only=ON");
  // A new file goes to WAL by a transaction with a rollback journal. EXTRA syncs the folder once that journal is deleted:
  // were it to come back after a power cut, it would roll the file back to empty and take the WAL with it.
  TRY(connection.exec("PRAGMA synchronous=EXTRA; PRAGMA journal_mode=WAL"));
  TRY(connection.exec("PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864; PRAGMA foreign_keys=ON"));
  return options.secure_delete ? connection.exec("PRAGMA secure_delete=ON") : core::Status();
}

}  // namespace

core::Error error_of(sqlite3* handle, int code, std::string_view what) {
  const std::string_view words = words_of(code);
  std::string message(words.empty() ? std::string_view(handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code)) : words);
  message += " (sqlite " + std::to_string(code) + ")";
  return {code_of(code), std::move(message), std::string(what)};
}

core::Result<bool> Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(error_of(handle_, sqlite3_extended_errcode(handle_), "read"));
}

std::string_view Rows::bytes(int column) const {
  const void* const data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(data), data == nullptr ? 0 : static_cast<std::size_t>(size)};
}

Statement::Statement(sqlite3* handle, sqlite3_stmt* statement) : handle_(handle), statement_(statement) {
  const int count = sqlite3_bind_parameter_count(statement);
  places_.assign(static_cast<std::size_t>(count), 0);
  for (int index = 1; index <= count; ++index) {
    const char* const name = sqlite3_bind_parameter_name(statement, index);
    const int number = name != nullptr && name[0] == '$' ? std::atoi(name + 1) : 0;
    FENSHEN_CHECK(number >= 1 && number <= count);
    places_[static_cast<std::size_t>(number - 1)] = index;
  }
}

core::Status Statement::finish() {
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement_.get());
  core::Status status;
  if (code != SQLITE_DONE) status = std::unexpected(error_of(handle_, sqlite3_extended_errcode(handle_), "write"));
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  return status;
}

core::Result<Connection> Connection::open(const OpenOptions& options) {
  sqlite3* raw = nullptr;
  // A reader opens for writing too, if it may: recovering the WAL after a crash needs it; query_only keeps it from more.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (options.read_only ? 0 : SQLITE_OPEN_CREATE);
  const int code = sqlite3_open_v2(options.path.c_str(), &raw, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
  Connection connection(raw);
  if (code != SQLITE_OK) {
    core::Error error = error_of(raw, code, options.path);
    if (options.read_only && (code & 255) == SQLITE_CANTOPEN) error.code = Code::not_found;
    return std::unexpected(std::move(error));
  }
  TRY(set_up(connection, options));
  return connection;
}

core::Status Connection::exec(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error_of(handle_.get(), sqlite3_extended_errcode(handle_.get()), "execute"));
  return {};
}

core::Result<Statement*> Connection::statement(const char* sql) {
  auto& held = statements_[sql];
  if (held) return held.get();
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error_of(handle_.get(), sqlite3_extended_errcode(handle_.get()), "prepare"));
  held = std::make_unique<Statement>(handle_.get(), raw);
  return held.get();
}

core::Result<Tx> Tx::begin(Connection& connection) {
  TRY(connection.exec("BEGIN IMMEDIATE"));
  return Tx(connection);
}

core::Status Tx::commit() {
  core::Status status = connection_->exec("COMMIT");
  if (status) connection_ = nullptr;
  return status;
}

Tx::~Tx() {
  if (connection_ == nullptr || sqlite3_get_autocommit(connection_->handle()) != 0) return;
  if (auto status = connection_->exec("ROLLBACK"); !status)
    FENSHEN_LOG(error, "storage", "rollback failed", {"error", core::describe(status.error())});
}

}  // namespace fenshen::storage::sqlite
