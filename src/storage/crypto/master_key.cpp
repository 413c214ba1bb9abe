#include "storage/crypto/master_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "storage/crypto/digest.h"

namespace fenshen::storage::crypto {
namespace {

using core::Code;
using core::fail;
namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "fenshen-master-key-1 ";
constexpr std::size_t kFileBytes = kPrefix.size() + 64 + 1;

class File {
 public:
  explicit File(int handle) : handle_(handle) {}
  ~File() {
    if (handle_ >= 0) ::close(handle_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return handle_; }

 private:
  int handle_;
};

std::unexpected<core::Error> system_error(const char* what, const fs::path& file) {
  const Code code = errno == ENOENT ? Code::not_found : Code::unavailable;
  return fail(code, std::string(what) + ": " + std::strerror(errno), file.string());
}

KeyId id_of(const DataKey& key) {
  const std::string text = "fenshen master key id" + std::string(reinterpret_cast<const char*>(key.secret.data()), key.secret.size());
  const Sha256 digest = sha256(text);
  KeyId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

core::Status sync_folder(const fs::path& folder) {
  const File handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.get() < 0 || ::fsync(handle.get()) != 0) return system_error("cannot sync the folder", folder);
  return {};
}

// Written aside and linked into place: the file is there whole or not at all, and never replaces another key.
core::Status write_new(const fs::path& file, const std::string& text) {
  const fs::path aside = file.string() + "." + random_token(6);
  {
    const File handle(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (handle.get() < 0) return system_error("cannot make the master key", aside);
    if (::write(handle.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(handle.get()) != 0) {
      auto error = system_error("cannot write the master key", aside);
      ::unlink(aside.c_str());
      return error;
    }
  }
  const bool linked = ::link(aside.c_str(), file.c_str()) == 0 || errno == EEXIST;
  if (!linked) {
    auto error = system_error("cannot put the master key in place", file);
    ::unlink(aside.c_str());
    return error;
  }
  ::unlink(aside.c_str());
  return sync_folder(file.parent_path());
}

}  // namespace

core::Result<DataKey> load_master_key(const fs::path& file) {
  const File handle(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (handle.get() < 0) return system_error("cannot read the master key", file);
  struct stat info {};
  if (::fstat(handle.get(), &info) != 0) return system_error("cannot read the master key", file);
  if ((info.st_mode & 077) != 0)
    return fail(Code::forbidden, "the master key may be read by others; allow its owner only (chmod 600)", file.string());
  std::string text(kFileBytes + 1, '\0');
  const ssize_t size = ::read(handle.get(), text.data(), text.size());
  if (size < 0) return system_error("cannot read the master key", file);
  text.resize(static_cast<std::size_t>(size));
  while (text.ends_with('\n')) text.pop_back();
  DataKey key;
  const bool good = text.starts_with(kPrefix) && from_hex(std::string_view(text).substr(kPrefix.size()), key.secret);
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!good) return fail(Code::corrupt, "not a master key file", file.string());
  key.id = id_of(key);
  return key;
}

core::Result<DataKey> load_or_make_master_key(const fs::path& file) {
  if (auto key = load_master_key(file); key || key.error().code != Code::not_found) return key;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) return fail(Code::unavailable, "cannot make the folder: " + error.message(), file.parent_path().string());
  fs::permissions(file.parent_path(), fs::perms::owner_all, error);
  DataKey fresh;
  fill_random(fresh.secret);
  TRY(write_new(file, std::string(kPrefix) + hex(fresh.secret) + "\n"));
  return load_master_key(file);
}

}  // namespace fenshen::storage::crypto
