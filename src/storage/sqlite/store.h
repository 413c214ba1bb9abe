// Everything durable of one machine, in one folder:
//   fenshen.lock  keys/master.key  events.db  keys.db  records.db (each with -wal, -shm)
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "storage/crypto/key_ring.h"
#include "storage/event_log.h"
#include "storage/records.h"

namespace fenshen::storage::sqlite {

struct StoreOptions {
  std::filesystem::path folder;  // FENSHEN_DATA; made if need be
  // Reads beside a running server, or a store at rest; takes no lock and writes nothing. not_found: nothing there.
  bool read_only = false;
  std::function<core::Millis()> clock = core::wall_clock_now;
  std::string vfs = {};  // tests: the SQLite VFS to use
  std::size_t queue_events_max = 100'000;
  std::size_t batch_events_max = 1'000;
};

class Store {
 public:
  // conflict: another server uses the folder. not_found: keys/master.key is gone though there are keys under it.
  static core::Result<std::unique_ptr<Store>> open(StoreOptions options);
  ~Store();  // writes what is queued, closes

  EventLog& log();
  Records& records();

 private:
  struct Parts;
  explicit Store(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace fenshen::storage::sqlite
