// The audit trail (audit_chain.h).
#include "core/utf8.h"
#include "storage/audit_chain.h"
#include "storage/sqlite/records.h"
#include "storage/sqlite/records_schema.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;
using core::fail;

AuditEntry entry_of(const Rows& rows) {
  return {.seq = rows.integer(0),
          .at = rows.integer(1),
          .actor = rows.text(2),
          .action = rows.text(3),
          .object = rows.text(4),
          .detail = rows.text(5),
          .hash = rows.text(6)};
}

core::Status check_texts(const AuditEntry& entry) {
  if (entry.action.empty()) return fail(Code::invalid, "must not be empty", "action");
  for (const std::string* text : {&entry.actor, &entry.action, &entry.object, &entry.detail})
    if (core::find_invalid_utf8(*text)) return fail(Code::invalid, "holds NUL or is not UTF-8", "audit entry");
  return {};
}

struct Head {
  std::int64_t seq = 0;
  std::string hash = audit_chain_start();
};

core::Result<Head> head(Connection& connection) {
  TRY_ASSIGN(Rows rows, query(connection, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"));
  TRY_ASSIGN(const bool found, rows.next());
  return found ? Head{rows.integer(0), rows.text(1)} : Head{};
}

// The highest number ever given, which SQLite keeps apart from the table: entries cut off the end leave it behind.
core::Result<std::int64_t> highest_given(Connection& connection) {
  TRY_ASSIGN(Rows rows, query(connection, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit'"));
  return single<std::int64_t>(std::move(rows), [](const Rows& row) { return row.integer(0); }, "sequence");
}

}  // namespace

core::Result<AuditEntry> SqliteRecords::add_audit(AuditEntry entry) {
  TRY(check_texts(entry));
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Tx tx, Tx::begin(connection_));
  TRY_ASSIGN(const Head last, head(connection_));
  entry.seq = last.seq + 1;
  if (entry.at == 0) entry.at = clock_();
  entry.hash = audit_hash(last.hash, entry);
  TRY(run(connection_, "INSERT INTO audit(seq, at, actor, action, object, detail, hash) VALUES($1, $2, $3, $4, $5, $6, $7)", entry.seq,
          entry.at, entry.actor, entry.action, entry.object, entry.detail, entry.hash));
  TRY(tx.commit());
  return entry;
}

core::Result<std::vector<AuditEntry>> SqliteRecords::audit(std::int64_t after, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, "SELECT seq, at, actor, action, object, detail, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2",
                              after, std::min<std::size_t>(limit, 100'000)));
  return collect<AuditEntry>(std::move(rows), entry_of);
}

core::Status SqliteRecords::verify_audit() const {
  AuditVerifier verifier;
  for (;;) {  // in pieces: others may write meanwhile
    TRY_ASSIGN(const std::vector<AuditEntry> entries, audit(verifier.last(), 1'000));
    for (const AuditEntry& entry : entries) TRY(verifier.next(entry));
    if (entries.empty()) break;
  }
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const Head last, head(connection_));
  TRY_ASSIGN(const std::int64_t given, highest_given(connection_));
  if (given > last.seq)
    return fail(Code::corrupt, "entries after " + std::to_string(last.seq) + " are missing", "audit entry " + std::to_string(last.seq + 1));
  return {};
}

}  // namespace fenshen::storage::sqlite
