// Threads that work through a queue: one thread = one order (a shard), several = a pool for what may wait for the disk.
// Timers run on the same threads. Post from anywhere.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace fenshen::gateway {

class Worker {
 public:
  using Clock = std::chrono::steady_clock;
  using Work = std::function<void()>;

  explicit Worker(std::size_t threads = 1);
  ~Worker();  // stop()
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void post(Work work);
  // False: more than `most` wait already.
  bool post_bounded(Work work, std::size_t most);
  void post_at(Clock::time_point at, Work work);
  std::size_t waiting() const;
  // Finishes what is queued, drops timers, ends the threads. What is posted later is dropped.
  void stop();

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Work> queue_;
  std::size_t next_ = 0;  // into queue_: what was taken already
  std::multimap<Clock::time_point, Work> timers_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace fenshen::gateway
