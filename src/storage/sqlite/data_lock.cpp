#include "storage/sqlite/data_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace fenshen::storage::sqlite {
namespace {

using core::Code;
using core::fail;

std::string holder(int handle) {
  char text[32] = {};
  const ssize_t size = ::pread(handle, text, sizeof text - 1, 0);
  std::string number;
  for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i) number += text[i];
  return number.empty() ? std::string("another process") : "process " + number;
}

}  // namespace

core::Result<DataLock> DataLock::take(const std::filesystem::path& folder) {
  const std::string file = (folder / "fenshen.lock").string();
  DataLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.handle_ < 0) return fail(Code::unavailable, std::string("cannot open the lock file: ") + std::strerror(errno), file);
  if (::flock(lock.handle_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(Code::unavailable, std::string("cannot lock: ") + std::strerror(errno), file);
    return fail(Code::conflict, "the data folder is in use by " + holder(lock.handle_) + "; stop it first, or use another FENSHEN_DATA",
                folder.string());
  }
  // Who it is, for the message above; the lock itself does not depend on it.
  const std::string number = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.handle_, 0) != 0 || ::pwrite(lock.handle_, number.data(), number.size(), 0) < 0) errno = 0;
  return lock;
}

DataLock::~DataLock() {
  if (handle_ >= 0) ::close(handle_);
}

}  // namespace fenshen::storage::sqlite
