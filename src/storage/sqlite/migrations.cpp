#include "storage/sqlite/migrations.h"

#include "core/time.h"

namespace fenshen::storage::sqlite {
namespace {

core::Result<std::int64_t> version_of(Connection& connection) {
  TRY_ASSIGN(Rows rows, query(connection, "SELECT coalesce(max(version), 0) FROM schema_version"));
  TRY_ASSIGN(const bool found, rows.next());
  return found ? rows.integer(0) : 0;
}

core::Status apply(Connection& connection, std::int64_t version, const char* step) {
  TRY_ASSIGN(Tx tx, Tx::begin(connection));
  TRY(connection.exec(step));
  TRY(run(connection, "INSERT INTO schema_version(version, applied_at) VALUES($1, $2)", version, core::wall_clock_now()));
  return tx.commit();
}

}  // namespace

core::Status migrate(Connection& connection, std::span<const char* const> steps) {
  TRY(connection.exec("CREATE TABLE IF NOT EXISTS schema_version(version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)"));
  TRY_ASSIGN(const std::int64_t version, version_of(connection));
  if (version > static_cast<std::int64_t>(steps.size()))
    return core::fail(core::Code::invalid, "the data folder was written by a later version of Fenshen (schema " +
                                               std::to_string(version) + "); use that version");
  for (auto next = static_cast<std::size_t>(version); next < steps.size(); ++next)
    TRY(apply(connection, static_cast<std::int64_t>(next) + 1, steps[next]));
  return {};
}

}  // namespace fenshen::storage::sqlite
