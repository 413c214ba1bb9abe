// A disk in memory that can lose power. SQLite sees it as a VFS. What was written but not synced is kept apart; at a
// power cut it is lost, wholly or in part (sectors of writes in any combination, as a real drive may). It can also be
// full, fail to sync, or lie about syncing, so that the tests can show that they would notice.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace fenshen::storage::testing {

class SimulatedDisk {
 public:
  explicit SimulatedDisk(std::string name);  // registered as a VFS of this name
  ~SimulatedDisk();                          // all files must be closed
  SimulatedDisk(const SimulatedDisk&) = delete;
  SimulatedDisk& operator=(const SimulatedDisk&) = delete;

  const std::string& name() const { return name_; }

  // Power goes off at the n-th change (write, truncate, sync, delete) from now; everything fails from then on.
  void cut_power_in(std::uint64_t changes);
  bool is_off() const;

  enum class Loss { all, some };
  // Once every file is closed. all: nothing unsynced survives; some: each unsynced sector, by the toss of a coin.
  void power_on(Loss loss, std::uint64_t seed);

  // Writes that would make the files larger in sum fail with SQLITE_FULL.
  void set_capacity(std::optional<std::uint64_t> bytes);
  std::uint64_t used() const;
  void fail_syncs(unsigned count);  // the next ones report an I/O error
  void lie_about_syncs(bool lie);   // report success, do nothing
  std::uint64_t syncs() const;

  struct Change {
    std::int64_t at = 0;      // write: offset; truncate: new size
    std::string bytes;        // of a write
    bool truncates = false;
  };
  struct ShmSlot {
    int shared = 0;
    bool exclusive = false;
  };
  struct Inode {
    std::string now, synced;
    std::vector<Change> unsynced;
    std::vector<std::unique_ptr<char[]>> shm;
    std::array<ShmSlot, SQLITE_SHM_NLOCK> shm_slots{};
    int shared = 0;              // handles with at least a shared lock
    const void* reserved = nullptr;
    const void* exclusive = nullptr;  // pending or exclusive
    int handles = 0;
  };
  struct Handle;  // an open file

 private:
  friend struct DiskMethods;
  bool change_allowed();  // counts; false once the power is off

  const std::string name_;
  mutable std::mutex mutex_;
  sqlite3_vfs vfs_{};
  sqlite3_io_methods io_{};
  std::map<std::string, std::shared_ptr<Inode>> names_, synced_names_;
  std::optional<std::uint64_t> changes_left_;
  bool off_ = false;
  std::optional<std::uint64_t> capacity_;
  unsigned failing_syncs_ = 0;
  bool lying_ = false;
  std::uint64_t syncs_ = 0;
  int open_handles_ = 0;
};

}  // namespace fenshen::storage::testing
