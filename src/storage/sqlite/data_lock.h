// One server per data folder: an advisory lock on FENSHEN_DATA/fenshen.lock, held by the kernel as long as the process
// lives, however it ends.
#pragma once

#include <filesystem>

#include "core/result.h"

namespace fenshen::storage::sqlite {

class DataLock {
 public:
  // conflict: another process (its number is in the message) uses the folder.
  static core::Result<DataLock> take(const std::filesystem::path& folder);
  ~DataLock();
  DataLock(DataLock&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;
  DataLock& operator=(DataLock&&) = delete;

 private:
  explicit DataLock(int handle) : handle_(handle) {}
  int handle_;
};

}  // namespace fenshen::storage::sqlite
