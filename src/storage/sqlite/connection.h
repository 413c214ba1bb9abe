// A thin layer over sqlite3: connections, prepared statements, rows, transactions; error codes as core::Error. A
// connection is used by one thread at a time. Text and blobs travel with their length: NUL cuts nothing.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/check.h"
#include "core/result.h"

namespace fenshen::storage::sqlite {

// unavailable: disk full, I/O error, locked; conflict: uniqueness; corrupt; too_large; else internal.
core::Error error_of(sqlite3* handle, int code, std::string_view what);

struct Blob {
  std::string_view bytes;
};

// The result of a query; resets its statement at the end, which closes the read transaction.
class Rows {
 public:
  Rows(sqlite3* handle, sqlite3_stmt* statement) : handle_(handle), statement_(statement) {}
  ~Rows() {
    if (statement_ != nullptr) sqlite3_reset(statement_);
  }
  Rows(Rows&& other) noexcept : handle_(other.handle_), statement_(std::exchange(other.statement_, nullptr)) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  Rows& operator=(Rows&&) = delete;

  core::Result<bool> next();  // false: no further row
  // Columns of the present row, from 0. Views are valid until the next next().
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view bytes(int column) const;  // text or blob
  std::string text(int column) const { return std::string(bytes(column)); }

 private:
  sqlite3* handle_;
  sqlite3_stmt* statement_;
};

class Statement {
 public:
  Statement(sqlite3* handle, sqlite3_stmt* statement);

  // Binds $1, $2 … in order and runs to the end. (To SQLite $1 is a name, its place that of its first mention; here it is
  // the first argument, as in PostgreSQL.)
  template <typename... Args>
  core::Status run(const Args&... args) {
    TRY(bind_all(SQLITE_STATIC, args...));
    return finish();
  }
  // Values are copied: they need not live as long as the rows.
  template <typename... Args>
  core::Result<Rows> query(const Args&... args) {
    TRY(bind_all(SQLITE_TRANSIENT, args...));
    return Rows(handle_, statement_.get());
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  template <typename... Args>
  core::Status bind_all([[maybe_unused]] sqlite3_destructor_type life, const Args&... args) {
    [[maybe_unused]] std::size_t index = 0;
    int code = SQLITE_OK;
    FENSHEN_CHECK(sizeof...(args) == places_.size());
    ((code = code == SQLITE_OK ? bind(places_[index++], args, life) : code), ...);
    if (code != SQLITE_OK) return std::unexpected(error_of(handle_, code, "bind"));
    return {};
  }
  template <std::integral T>
  int bind(int index, T value, sqlite3_destructor_type) {
    return sqlite3_bind_int64(statement_.get(), index, static_cast<std::int64_t>(value));
  }
  int bind(int index, std::string_view text, sqlite3_destructor_type life) {
    return sqlite3_bind_text64(statement_.get(), index, text.data() ? text.data() : "", text.size(), life, SQLITE_UTF8);
  }
  int bind(int index, Blob blob, sqlite3_destructor_type life) {
    return sqlite3_bind_blob64(statement_.get(), index, blob.bytes.data() ? blob.bytes.data() : "", blob.bytes.size(), life);
  }
  core::Status finish();

  sqlite3* handle_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::vector<int> places_;  // SQLite's index of $1, $2 …
};

struct OpenOptions {
  std::string path;
  bool read_only = false;
  bool secure_delete = false;  // freed bytes are overwritten
  std::string vfs;             // empty: the system's
};

class Connection {
 public:
  // WAL, synchronous=FULL: a commit is on the disk when it returns. not_found: read_only and no such file.
  static core::Result<Connection> open(const OpenOptions& options);

  core::Status exec(const char* sql);
  // Prepared once and kept; `sql` is a string literal. One use at a time.
  core::Result<Statement*> statement(const char* sql);
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;  // after handle_: finalized before it closes
};

// Shorthands: prepare if need be, bind, run.
template <typename... Args>
core::Status run(Connection& connection, const char* sql, const Args&... args) {
  TRY_ASSIGN(Statement* const statement, connection.statement(sql));
  return statement->run(args...);
}
template <typename... Args>
core::Result<Rows> query(Connection& connection, const char* sql, const Args&... args) {
  TRY_ASSIGN(Statement* const statement, connection.statement(sql));
  return statement->query(args...);
}

// A write transaction; rolled back unless committed.
class Tx {
 public:
  static core::Result<Tx> begin(Connection& connection);
  core::Status commit();
  ~Tx();
  Tx(Tx&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Tx(const Tx&) = delete;
  Tx& operator=(const Tx&) = delete;
  Tx& operator=(Tx&&) = delete;

 private:
  explicit Tx(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace fenshen::storage::sqlite
