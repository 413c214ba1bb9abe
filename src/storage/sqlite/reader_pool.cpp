#include "storage/sqlite/reader_pool.h"

namespace fenshen::storage::sqlite {

core::Result<ReaderPool::Lease> ReaderPool::lease() {
  {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [&] { return !free_.empty() || open_ < most_; });
    if (!free_.empty()) {
      Lease lease(*this, std::move(free_.back()));
      free_.pop_back();
      return lease;
    }
    ++open_;
  }
  auto connection = Connection::open(options_);
  if (connection) return Lease(*this, std::make_unique<Connection>(std::move(*connection)));
  {
    const std::lock_guard lock(mutex_);
    --open_;
  }
  freed_.notify_one();
  return std::unexpected(std::move(connection.error()));
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

}  // namespace fenshen::storage::sqlite
