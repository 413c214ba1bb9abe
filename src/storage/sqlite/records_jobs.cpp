// Long work and what it found.
#include "storage/sqlite/records.h"
#include "storage/sqlite/records_schema.h"

namespace fenshen::storage::sqlite {
namespace {

StoredJob job_of(const Rows& rows) {
  return {.id = rows.text(0), .kind = rows.text(1), .state = rows.text(2), .text = rows.text(3), .at = rows.integer(4)};
}
JobRow row_of(const Rows& rows) {
  return {.n = static_cast<std::uint64_t>(rows.integer(0)), .item = rows.text(1), .team = rows.text(2), .month = rows.text(3), .change = rows.text(4), .text = rows.text(5)};
}

}  // namespace

core::Status SqliteRecords::put_job(const StoredJob& job, std::span<const JobRow> rows) {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Tx tx, Tx::begin(connection_));
  TRY(run(connection_,
          "INSERT INTO jobs(id, kind, state, text, at) VALUES($1, $2, $3, $4, $5) ON CONFLICT(id) DO UPDATE SET state = $3, text = $4", job.id,
          job.kind, job.state, job.text, job.at));
  for (const JobRow& row : rows)
    TRY(run(connection_, "INSERT INTO job_rows(job, n, item, team, month, change, text) VALUES($1, $2, $3, $4, $5, $6, $7)", job.id, row.n,
            row.item, row.team, row.month, row.change, row.text));
  return tx.commit();
}

core::Result<StoredJob> SqliteRecords::job(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, "SELECT id, kind, state, text, at FROM jobs WHERE id = $1", id));
  return single<StoredJob>(std::move(rows), job_of, "job");
}

core::Result<std::vector<StoredJob>> SqliteRecords::jobs(std::string_view kind, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, "SELECT id, kind, state, text, at FROM jobs WHERE kind = $1 ORDER BY at DESC, id DESC LIMIT $2", kind, limit));
  return collect<StoredJob>(std::move(rows), job_of);
}

// Each filter comes with a flag that says it is unset.
core::Result<std::vector<JobRow>> SqliteRecords::job_rows(std::string_view id, const JobRowFilter& filter) const {
  const std::lock_guard lock(mutex_);
  const auto text = [](const std::optional<std::string>& value) { return value ? std::string_view(*value) : std::string_view(); };
  TRY_ASSIGN(Rows rows, query(connection_,
                              "SELECT n, item, team, month, change, text FROM job_rows WHERE job = $1 AND n > $2 AND ($4 OR item = $5)"
                              " AND ($6 OR team = $7) AND ($8 OR month = $9) AND ($10 OR change = $11) ORDER BY n LIMIT $3",
                              id, filter.after, filter.limit, !filter.item, text(filter.item), !filter.team, text(filter.team), !filter.month,
                              text(filter.month), !filter.change, text(filter.change)));
  return collect<JobRow>(std::move(rows), row_of);
}

core::Status SqliteRecords::delete_job(std::string_view id) {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Tx tx, Tx::begin(connection_));
  TRY(run(connection_, "DELETE FROM job_rows WHERE job = $1", id));
  TRY(run(connection_, "DELETE FROM jobs WHERE id = $1", id));
  return tx.commit();
}

}  // namespace fenshen::storage::sqlite
