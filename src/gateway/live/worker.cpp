#include "gateway/live/worker.h"

#include <exception>

#include "core/log.h"

namespace fenshen::gateway {

Worker::Worker(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Worker::~Worker() { stop(); }

void Worker::post(Work work) { post_bounded(std::move(work), static_cast<std::size_t>(-1)); }

bool Worker::post_bounded(Work work, std::size_t most) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return true;
    if (queue_.size() - next_ > most) return false;
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
  return true;
}

void Worker::post_at(Clock::time_point at, Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    timers_.emplace(at, std::move(work));
  }
  changed_.notify_one();
}

std::size_t Worker::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size() - next_;
}

void Worker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    timers_.clear();
  }
  changed_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

void Worker::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    Work work;
    if (!timers_.empty() && timers_.begin()->first <= Clock::now()) {
      work = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
    } else if (next_ < queue_.size()) {
      work = std::move(queue_[next_++]);
      if (next_ == queue_.size()) {
        queue_.clear();
        next_ = 0;
      }
    } else if (stopping_) {
      return;
    } else if (timers_.empty()) {
      changed_.wait(lock);
      continue;
    } else {
      changed_.wait_until(lock, timers_.begin()->first);
      continue;
    }
    lock.unlock();
    try {
      work();
    } catch (const std::exception& error) {
      FENSHEN_LOG(error, "gateway", "work threw", {"what", error.what()});
    }
    work = nullptr;
    lock.lock();
  }
}

}  // namespace fenshen::gateway
