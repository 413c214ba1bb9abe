// Connections for reading, beside the writer's: made when first needed, at most `most`; who finds none free waits.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "storage/sqlite/connection.h"

namespace fenshen::storage::sqlite {

class ReaderPool {
 public:
  ReaderPool(OpenOptions options, std::size_t most) : options_(std::move(options)), most_(most) { options_.read_only = true; }

  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<Connection> connection) : pool_(&pool), connection_(std::move(connection)) {}
    ~Lease() {
      if (connection_) pool_->give_back(std::move(connection_));
    }
    Lease(Lease&&) noexcept = default;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lease& operator=(Lease&&) = delete;
    Connection& operator*() const { return *connection_; }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  core::Result<Lease> lease();

 private:
  void give_back(std::unique_ptr<Connection> connection);

  OpenOptions options_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> free_;
  std::size_t open_ = 0;
};

}  // namespace fenshen::storage::sqlite
