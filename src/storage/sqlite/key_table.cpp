#include "storage/sqlite/key_table.h"

#include <algorithm>

#include "storage/sqlite/migrations.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;
using core::fail;
using crypto::KeyId;
using crypto::KeyOwner;
using crypto::KeyRecord;

// A destroyed key keeps its row, without the wrapped bytes: "erased" can then be told from "lost".
constexpr const char* kSteps[] = {
    "CREATE TABLE data_keys(id BLOB PRIMARY KEY, tenant TEXT NOT NULL, kind INTEGER NOT NULL, owner TEXT NOT NULL,"
    " parent BLOB NOT NULL, algorithm INTEGER NOT NULL, wrapped BLOB, created_at INTEGER NOT NULL, destroyed_at INTEGER) WITHOUT ROWID;"
    "CREATE UNIQUE INDEX data_keys_owner ON data_keys(tenant, kind, owner) WHERE wrapped IS NOT NULL;"
    "CREATE INDEX data_keys_parent ON data_keys(parent);"
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"};

Blob blob(const KeyId& id) { return {{reinterpret_cast<const char*>(id.data()), id.size()}}; }

core::Result<KeyId> key_id(std::string_view bytes) {
  KeyId id;
  if (bytes.size() != id.size()) return fail(Code::corrupt, "key id has a wrong length", "keys.db");
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return id;
}

core::Result<std::optional<KeyRecord>> record_of(Rows rows) {
  TRY_ASSIGN(const bool found, rows.next());
  if (!found) return std::nullopt;
  KeyRecord record;
  TRY_ASSIGN(record.id, key_id(rows.bytes(0)));
  record.owner = {.tenant = rows.text(1), .kind = static_cast<crypto::OwnerKind>(rows.integer(2)), .id = rows.text(3)};
  TRY_ASSIGN(record.parent, key_id(rows.bytes(4)));
  record.algorithm = static_cast<crypto::Algorithm>(rows.integer(5));
  record.wrapped = rows.text(6);
  record.created_at = rows.integer(7);
  return record;
}

}  // namespace

core::Result<std::unique_ptr<SqliteKeyTable>> SqliteKeyTable::open(OpenOptions options) {
  options.secure_delete = true;
  TRY_ASSIGN(Connection connection, Connection::open(options));
  if (!options.read_only) TRY(migrate(connection, kSteps));
  return std::unique_ptr<SqliteKeyTable>(new SqliteKeyTable(std::move(connection)));
}

core::Result<std::optional<KeyId>> SqliteKeyTable::master_id() const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, "SELECT value FROM meta WHERE name = 'master'"));
  TRY_ASSIGN(const bool found, rows.next());
  if (!found) return std::nullopt;
  TRY_ASSIGN(const KeyId id, key_id(rows.bytes(0)));
  return id;
}

core::Status SqliteKeyTable::set_master_id(const KeyId& id) {
  const std::lock_guard lock(mutex_);
  return run(connection_, "INSERT INTO meta(name, value) VALUES('master', $1)", blob(id));
}

core::Result<std::optional<KeyRecord>> SqliteKeyTable::find(const KeyId& id) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, "SELECT id, tenant, kind, owner, parent, algorithm, wrapped, created_at FROM data_keys WHERE id = $1", blob(id)));
  return record_of(std::move(rows));
}

core::Result<std::optional<KeyRecord>> SqliteKeyTable::current(const KeyOwner& owner) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_,
                              "SELECT id, tenant, kind, owner, parent, algorithm, wrapped, created_at FROM data_keys"
                              " WHERE tenant = $1 AND kind = $2 AND owner = $3 AND wrapped IS NOT NULL",
                              owner.tenant, static_cast<int>(owner.kind), owner.id));
  return record_of(std::move(rows));
}

core::Status SqliteKeyTable::add(std::span<const KeyRecord> records) {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Tx tx, Tx::begin(connection_));
  for (const KeyRecord& record : records)
    TRY(run(connection_,
            "INSERT INTO data_keys(id, tenant, kind, owner, parent, algorithm, wrapped, created_at) VALUES($1,$2,$3,$4,$5,$6,$7,$8)",
            blob(record.id), record.owner.tenant, static_cast<int>(record.owner.kind), record.owner.id, blob(record.parent),
            static_cast<int>(record.algorithm), Blob{record.wrapped}, record.created_at));
  return tx.commit();
}

core::Status SqliteKeyTable::rewrap(const KeyId& id, const KeyId& parent, std::string_view wrapped) {
  const std::lock_guard lock(mutex_);
  // The former wrapping may stay in the WAL for a while: erasing the person empties that too.
  return run(connection_, "UPDATE data_keys SET parent = $2, wrapped = $3 WHERE id = $1 AND wrapped IS NOT NULL", blob(id),
             blob(parent), Blob{wrapped});
}

core::Status SqliteKeyTable::destroy_person(std::string_view tenant, std::string_view person, core::Millis at) {
  const std::lock_guard lock(mutex_);
  {
    TRY_ASSIGN(Tx tx, Tx::begin(connection_));
    TRY(run(connection_,
            "UPDATE data_keys SET wrapped = NULL, destroyed_at = $3 WHERE wrapped IS NOT NULL AND parent IN"
            " (SELECT id FROM data_keys WHERE tenant = $1 AND kind = 0 AND owner = $2)",
            tenant, person, at));
    TRY(run(connection_,
            "UPDATE data_keys SET wrapped = NULL, destroyed_at = $3 WHERE wrapped IS NOT NULL AND tenant = $1 AND kind = 0 AND owner = $2",
            tenant, person, at));
    TRY(tx.commit());
  }
  return empty_wal();
}

// secure_delete overwrites the freed bytes of the page; older images of the page lie in the WAL until it is emptied.
core::Status SqliteKeyTable::empty_wal() {
  int left = 0, done = 0;
  const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, &left, &done);
  if (code != SQLITE_OK) return std::unexpected(error_of(connection_.handle(), code, "empty the log of keys.db"));
  return {};
}

}  // namespace fenshen::storage::sqlite
