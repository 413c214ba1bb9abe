#include "storage/sqlite/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include "storage/crypto/digest.h"
#include "storage/crypto/master_key.h"
#include "storage/sqlite/data_lock.h"
#include "storage/sqlite/event_log.h"
#include "storage/sqlite/key_table.h"
#include "storage/sqlite/records.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;
using core::fail;
namespace fs = std::filesystem;

core::Status make_folder(const fs::path& folder) {
  std::error_code error;
  const bool fresh = fs::create_directories(folder, error);
  if (error) return fail(Code::unavailable, "cannot make the data folder: " + error.message(), folder.string());
  if (fresh) fs::permissions(folder, fs::perms::owner_all, error);  // nobody else's business
  return {};
}

// New files are only safe once their folder is.
core::Status sync_folder(const fs::path& folder) {
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool good = handle >= 0 && ::fsync(handle) == 0;
  if (handle >= 0) ::close(handle);
  if (!good) return fail(Code::unavailable, "cannot sync the data folder", folder.string());
  return {};
}

// Never makes a new master key where stored keys need the old one: what it opens would be lost unnoticed.
core::Result<crypto::DataKey> master_key(const StoreOptions& options, SqliteKeyTable& table) {
  const fs::path file = options.folder / "keys" / "master.key";
  TRY_ASSIGN(const auto expected, table.master_id());
  auto key = expected || options.read_only ? crypto::load_master_key(file) : crypto::load_or_make_master_key(file);
  if (!key && key.error().code == Code::not_found)
    return fail(Code::not_found, "the master key is missing; without it nothing stored can be read: put it back from your backup", file.string());
  if (!key) return key;
  if (expected && *expected != key->id)
    return fail(Code::corrupt, "this is not the master key that the stored keys were made with", file.string());
  if (!expected && !options.read_only) TRY(table.set_master_id(key->id));
  return key;
}

}  // namespace

// In the order in which they are made; closed the other way round.
struct Store::Parts {
  std::optional<DataLock> lock;
  std::unique_ptr<SqliteKeyTable> key_table;
  std::unique_ptr<crypto::KeyRing> keys;
  std::unique_ptr<SqliteEventLog> log;
  std::unique_ptr<SqliteRecords> records;
};

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Store::~Store() = default;
EventLog& Store::log() { return *parts_->log; }
Records& Store::records() { return *parts_->records; }

core::Result<std::unique_ptr<Store>> Store::open(StoreOptions options) {
  auto parts = std::make_unique<Parts>();
  if (!options.read_only) {
    TRY(make_folder(options.folder));
    TRY_ASSIGN(DataLock lock, DataLock::take(options.folder));
    parts->lock.emplace(std::move(lock));
  }
  const auto file = [&](const char* name) {
    return OpenOptions{.path = (options.folder / name).string(), .read_only = options.read_only, .vfs = options.vfs};
  };
  TRY_ASSIGN(parts->key_table, SqliteKeyTable::open(file("keys.db")));
  TRY_ASSIGN(crypto::DataKey master, master_key(options, *parts->key_table));
  parts->keys = std::make_unique<crypto::KeyRing>(*parts->key_table, master, options.clock);
  crypto::wipe(master.secret);
  EventLogOptions log{.file = file("events.db"), .clock = options.clock};
  log.queue_events_max = options.queue_events_max;
  log.batch_events_max = options.batch_events_max;
  TRY_ASSIGN(parts->log, SqliteEventLog::open(std::move(log), *parts->keys));
  TRY_ASSIGN(parts->records, SqliteRecords::open(file("records.db"), options.clock));
  if (!options.read_only) TRY(sync_folder(options.folder));
  return std::unique_ptr<Store>(new Store(std::move(parts)));
}

}  // namespace fenshen::storage::sqlite
