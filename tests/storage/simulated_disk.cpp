#include "simulated_disk.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>
#include <span>

#include "core/check.h"

namespace fenshen::storage::testing {
namespace {

constexpr std::size_t kSector = 512;
constexpr int kJournals = SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;

void apply_change(std::string& content, const SimulatedDisk::Change& change) {
  const auto at = static_cast<std::size_t>(change.at);
  if (change.truncates) {
    content.resize(at, '\0');
    return;
  }
  if (content.size() < at + change.bytes.size()) content.resize(at + change.bytes.size(), '\0');
  content.replace(at, change.bytes.size(), change.bytes);
}

// What a drive may have kept of changes that it was never told to keep.
void apply_some(std::string& content, const SimulatedDisk::Change& change, std::mt19937_64& random) {
  if (change.truncates) {
    if (random() % 2 == 0) apply_change(content, change);
    return;
  }
  for (std::size_t from = 0; from < change.bytes.size(); from += kSector) {
    if (random() % 2 == 0) continue;
    apply_change(content, {.at = change.at + static_cast<std::int64_t>(from), .bytes = change.bytes.substr(from, kSector)});
  }
}

}  // namespace

struct SimulatedDisk::Handle {
  sqlite3_file base;  // first: SQLite's view of it
  SimulatedDisk* disk;
  std::shared_ptr<Inode> inode;
  std::string name;  // empty: a temporary file
  int lock;
  bool delete_on_close;
  bool sync_folder;  // a new journal: its first sync also syncs the folder, as the system's VFS does
};

struct DiskMethods {
  using Disk = SimulatedDisk;
  using Handle = SimulatedDisk::Handle;
  using Inode = SimulatedDisk::Inode;

  static Handle& handle(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

  // --- the VFS ---

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto& disk = *static_cast<Disk*>(vfs->pAppData);
    const std::lock_guard lock(disk.mutex_);
    file->pMethods = nullptr;
    if (disk.off_) return SQLITE_IOERR;
    std::shared_ptr<Inode> inode;
    bool fresh = false;
    if (name == nullptr) {
      inode = std::make_shared<Inode>();
    } else if (const auto found = disk.names_.find(name); found != disk.names_.end()) {
      inode = found->second;
    } else {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      if (!disk.change_allowed()) return SQLITE_IOERR;
      inode = disk.names_.emplace(name, std::make_shared<Inode>()).first->second;
      fresh = true;
    }
    ++inode->handles;
    ++disk.open_handles_;
    auto* const made = new (file) Handle{.base = {}, .disk = &disk, .inode = std::move(inode), .name = name != nullptr ? name : "",
                                         .lock = SQLITE_LOCK_NONE, .delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0,
                                         .sync_folder = fresh && (flags & kJournals) != 0};
    made->base.pMethods = &disk.io_;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    auto& disk = *static_cast<Disk*>(vfs->pAppData);
    const std::lock_guard lock(disk.mutex_);
    if (!disk.change_allowed()) return SQLITE_IOERR_DELETE;
    if (disk.names_.erase(name) == 0) return SQLITE_IOERR_DELETE_NOENT;
    if (sync_folder != 0) disk.synced_names_ = disk.names_;
    return SQLITE_OK;
  }

  static int access(sqlite3_vfs* vfs, const char* name, int, int* result) {
    auto& disk = *static_cast<Disk*>(vfs->pAppData);
    const std::lock_guard lock(disk.mutex_);
    if (disk.off_) return SQLITE_IOERR_ACCESS;
    // As the real one: an empty journal counts as none.
    const auto found = disk.names_.find(name);
    *result = found != disk.names_.end() && !found->second->now.empty();
    return SQLITE_OK;
  }

  static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
    return std::snprintf(out, static_cast<std::size_t>(size), "%s", name) < size ? SQLITE_OK : SQLITE_CANTOPEN;
  }

  // --- files ---

  static int close(sqlite3_file* file) {
    Handle& mine = handle(file);
    Disk& disk = *mine.disk;
    const std::lock_guard lock(disk.mutex_);
    set_lock(mine, SQLITE_LOCK_NONE);
    if (mine.delete_on_close && !mine.name.empty()) disk.names_.erase(mine.name);
    --mine.inode->handles;
    --disk.open_handles_;
    mine.~Handle();
    return SQLITE_OK;
  }

  static int read(sqlite3_file* file, void* out, int amount, sqlite3_int64 at) {
    Handle& mine = handle(file);
    const std::lock_guard lock(mine.disk->mutex_);
    if (mine.disk->off_) return SQLITE_IOERR_READ;
    const std::string& content = mine.inode->now;
    const auto from = std::min(static_cast<std::size_t>(at), content.size());
    const auto there = std::min(static_cast<std::size_t>(amount), content.size() - from);
    std::memcpy(out, content.data() + from, there);
    std::memset(static_cast<char*>(out) + there, 0, static_cast<std::size_t>(amount) - there);
    return there == static_cast<std::size_t>(amount) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 at) {
    Handle& mine = handle(file);
    Disk& disk = *mine.disk;
    const std::lock_guard lock(disk.mutex_);
    if (disk.off_) return SQLITE_IOERR_WRITE;
    const std::size_t end = static_cast<std::size_t>(at) + static_cast<std::size_t>(amount);
    const std::size_t growth = end > mine.inode->now.size() ? end - mine.inode->now.size() : 0;
    if (disk.capacity_ && used(disk) + growth > *disk.capacity_ && growth > 0) return SQLITE_FULL;
    // The write in which the power goes may have reached the platter in part: it counts as unsynced.
    Disk::Change change{.at = at, .bytes = std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(amount))};
    apply_change(mine.inode->now, change);
    if (!mine.name.empty()) mine.inode->unsynced.push_back(std::move(change));
    return disk.change_allowed() ? SQLITE_OK : SQLITE_IOERR_WRITE;
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    Handle& mine = handle(file);
    const std::lock_guard lock(mine.disk->mutex_);
    if (mine.disk->off_) return SQLITE_IOERR_TRUNCATE;
    Disk::Change change{.at = size, .bytes = {}, .truncates = true};
    apply_change(mine.inode->now, change);
    if (!mine.name.empty()) mine.inode->unsynced.push_back(std::move(change));
    return mine.disk->change_allowed() ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
  }

  static int sync(sqlite3_file* file, int) {
    Handle& mine = handle(file);
    Disk& disk = *mine.disk;
    const std::lock_guard lock(disk.mutex_);
    if (!disk.change_allowed()) return SQLITE_IOERR_FSYNC;
    if (disk.failing_syncs_ > 0) {
      --disk.failing_syncs_;
      return SQLITE_IOERR_FSYNC;
    }
    ++disk.syncs_;
    if (disk.lying_) return SQLITE_OK;
    for (const Disk::Change& change : mine.inode->unsynced) apply_change(mine.inode->synced, change);
    mine.inode->unsynced.clear();
    if (mine.sync_folder) disk.synced_names_ = disk.names_;
    mine.sync_folder = false;
    return SQLITE_OK;
  }

  static int size(sqlite3_file* file, sqlite3_int64* out) {
    Handle& mine = handle(file);
    const std::lock_guard lock(mine.disk->mutex_);
    *out = static_cast<sqlite3_int64>(mine.inode->now.size());
    return mine.disk->off_ ? SQLITE_IOERR_FSTAT : SQLITE_OK;
  }

  // --- locks: shared by many, reserved by one beside them, exclusive by one alone ---

  static int set_lock(Handle& mine, int level) {
    Inode& inode = *mine.inode;
    if (level > mine.lock) {
      if (level == SQLITE_LOCK_SHARED && inode.exclusive != nullptr) return SQLITE_BUSY;
      if (level >= SQLITE_LOCK_RESERVED && inode.reserved != nullptr && inode.reserved != &mine) return SQLITE_BUSY;
      if (level == SQLITE_LOCK_EXCLUSIVE) {
        if (inode.exclusive != nullptr && inode.exclusive != &mine) return SQLITE_BUSY;
        if (inode.shared > 1) return SQLITE_BUSY;
      }
      if (mine.lock == SQLITE_LOCK_NONE) ++inode.shared;
      if (level >= SQLITE_LOCK_RESERVED) inode.reserved = &mine;
      if (level == SQLITE_LOCK_EXCLUSIVE) inode.exclusive = &mine;
    } else {
      if (level < SQLITE_LOCK_EXCLUSIVE && inode.exclusive == &mine) inode.exclusive = nullptr;
      if (level < SQLITE_LOCK_RESERVED && inode.reserved == &mine) inode.reserved = nullptr;
      if (level == SQLITE_LOCK_NONE && mine.lock > SQLITE_LOCK_NONE) --inode.shared;
    }
    mine.lock = level;
    return SQLITE_OK;
  }

  static int lock(sqlite3_file* file, int level) {
    Handle& mine = handle(file);
    const std::lock_guard guard(mine.disk->mutex_);
    return level <= mine.lock ? SQLITE_OK : set_lock(mine, level);
  }
  static int unlock(sqlite3_file* file, int level) {
    Handle& mine = handle(file);
    const std::lock_guard guard(mine.disk->mutex_);
    return level >= mine.lock ? SQLITE_OK : set_lock(mine, level);
  }
  static int check_reserved(sqlite3_file* file, int* out) {
    Handle& mine = handle(file);
    const std::lock_guard guard(mine.disk->mutex_);
    *out = mine.inode->reserved != nullptr;
    return SQLITE_OK;
  }

  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return kSector; }
  static int characteristics(sqlite3_file*) { return 0; }  // promises nothing

  // --- memory shared by the connections of a WAL database; gone with the power ---

  static int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
    Handle& mine = handle(file);
    const std::lock_guard guard(mine.disk->mutex_);
    auto& regions = mine.inode->shm;
    *out = nullptr;
    while (extend != 0 && static_cast<int>(regions.size()) <= region) {
      regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
    }
    if (region < static_cast<int>(regions.size())) *out = regions[static_cast<std::size_t>(region)].get();
    return SQLITE_OK;
  }

  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    Handle& mine = handle(file);
    const std::lock_guard guard(mine.disk->mutex_);
    const auto slots = std::span(mine.inode->shm_slots).subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(count));
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      for (Disk::ShmSlot& slot : slots) {
        if ((flags & SQLITE_SHM_SHARED) != 0) --slot.shared;
        else slot.exclusive = false;
      }
      return SQLITE_OK;
    }
    for (const Disk::ShmSlot& slot : slots)
      if (slot.exclusive || ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && slot.shared > 0)) return SQLITE_BUSY;
    for (Disk::ShmSlot& slot : slots) {
      if ((flags & SQLITE_SHM_SHARED) != 0) ++slot.shared;
      else slot.exclusive = true;
    }
    return SQLITE_OK;
  }

  static void shm_barrier(sqlite3_file*) { std::atomic_thread_fence(std::memory_order_seq_cst); }

  static int shm_unmap(sqlite3_file* file, int remove_it) {
    Handle& mine = handle(file);
    const std::lock_guard guard(mine.disk->mutex_);
    if (remove_it != 0 && mine.inode->handles == 1) mine.inode->shm.clear();
    return SQLITE_OK;
  }

  static std::uint64_t used(const Disk& disk) {
    std::uint64_t sum = 0;
    for (const auto& [name, inode] : disk.names_) sum += inode->now.size();
    return sum;
  }
};

SimulatedDisk::SimulatedDisk(std::string name) : name_(std::move(name)) {
  const sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
  io_ = {.iVersion = 2, .xClose = DiskMethods::close, .xRead = DiskMethods::read, .xWrite = DiskMethods::write,
         .xTruncate = DiskMethods::truncate, .xSync = DiskMethods::sync, .xFileSize = DiskMethods::size, .xLock = DiskMethods::lock,
         .xUnlock = DiskMethods::unlock, .xCheckReservedLock = DiskMethods::check_reserved, .xFileControl = DiskMethods::control,
         .xSectorSize = DiskMethods::sector_size, .xDeviceCharacteristics = DiskMethods::characteristics,
         .xShmMap = DiskMethods::shm_map, .xShmLock = DiskMethods::shm_lock, .xShmBarrier = DiskMethods::shm_barrier,
         .xShmUnmap = DiskMethods::shm_unmap, .xFetch = nullptr, .xUnfetch = nullptr};
  vfs_ = *system;  // random, sleep, time are the system's
  vfs_.szOsFile = sizeof(Handle);
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = DiskMethods::open;
  vfs_.xDelete = DiskMethods::remove;
  vfs_.xAccess = DiskMethods::access;
  vfs_.xFullPathname = DiskMethods::full_path;
  FENSHEN_CHECK(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

SimulatedDisk::~SimulatedDisk() {
  FENSHEN_CHECK(open_handles_ == 0);
  sqlite3_vfs_unregister(&vfs_);
}

bool SimulatedDisk::change_allowed() {
  if (off_) return false;
  if (changes_left_ && (*changes_left_)-- == 0) off_ = true;
  return !off_;
}

void SimulatedDisk::cut_power_in(std::uint64_t changes) {
  const std::lock_guard lock(mutex_);
  changes_left_ = changes;
}

bool SimulatedDisk::is_off() const {
  const std::lock_guard lock(mutex_);
  return off_;
}

void SimulatedDisk::power_on(Loss loss, std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  FENSHEN_CHECK(open_handles_ == 0);
  std::mt19937_64 random(seed);
  std::map<std::string, std::shared_ptr<Inode>> names = synced_names_;
  if (loss == Loss::some) {
    for (const auto& [name, inode] : names_)  // made or replaced, folder not synced
      if (random() % 2 == 0) names[name] = inode;
    for (const auto& [name, inode] : synced_names_)  // deleted, folder not synced
      if (!names_.contains(name) && random() % 2 == 0) names.erase(name);
  }
  for (auto& [name, inode] : names) {
    if (loss == Loss::some)
      for (const Change& change : inode->unsynced) apply_some(inode->synced, change, random);
    auto kept = std::make_shared<Inode>();
    kept->synced = inode->synced;
    kept->now = kept->synced;
    inode = std::move(kept);
  }
  names_ = names;
  synced_names_ = std::move(names);
  off_ = false;
  changes_left_.reset();
}

void SimulatedDisk::set_capacity(std::optional<std::uint64_t> bytes) {
  const std::lock_guard lock(mutex_);
  capacity_ = bytes;
}

std::uint64_t SimulatedDisk::used() const {
  const std::lock_guard lock(mutex_);
  return DiskMethods::used(*this);
}

void SimulatedDisk::fail_syncs(unsigned count) {
  const std::lock_guard lock(mutex_);
  failing_syncs_ = count;
}

void SimulatedDisk::lie_about_syncs(bool lie) {
  const std::lock_guard lock(mutex_);
  lying_ = lie;
}

std::uint64_t SimulatedDisk::syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

}  // namespace fenshen::storage::testing
