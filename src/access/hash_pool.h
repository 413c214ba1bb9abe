// A few threads for what takes long (password hashes), with a bounded queue: a flood of sign-ins is turned away at the
// door instead of eating processor and memory.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace fenshen::access {

class HashPool {
 public:
  HashPool(std::size_t threads, std::size_t waiting_max);
  ~HashPool();  // finishes what is queued
  HashPool(const HashPool&) = delete;
  HashPool& operator=(const HashPool&) = delete;

  // False: too many wait.
  bool submit(std::function<void()> work);

 private:
  void work_until_closed();

  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<std::function<void()>> waiting_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace fenshen::access
