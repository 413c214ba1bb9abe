// Token buckets by key (address, account): so many at once, so many a second after that. Bounded; the oldest go first.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

namespace fenshen::gateway {

class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;
  RateLimit(double burst, double per_second) : burst_(burst), per_second_(per_second) {}

  // Seconds to wait; 0: taken.
  int take(const std::string& key, Clock::time_point now = Clock::now()) {
    const std::lock_guard lock(mutex_);
    if (buckets_.size() > kKeysMost) forget_full(now);
    auto [entry, fresh] = buckets_.try_emplace(key, Bucket{burst_, now});
    Bucket& bucket = entry->second;
    const double gained = std::chrono::duration<double>(now - bucket.at).count() * per_second_;
    bucket.tokens = std::min(burst_, bucket.tokens + gained);
    bucket.at = now;
    if (bucket.tokens < 1) return std::max(1, static_cast<int>((1 - bucket.tokens) / per_second_ + 0.999));
    bucket.tokens -= 1;
    return 0;
  }

 private:
  static constexpr std::size_t kKeysMost = 50'000;
  struct Bucket {
    double tokens;
    Clock::time_point at;
  };
  void forget_full(Clock::time_point now) {
    std::erase_if(buckets_, [&](const auto& item) {
      return item.second.tokens + std::chrono::duration<double>(now - item.second.at).count() * per_second_ >= burst_;
    });
    if (buckets_.size() > kKeysMost) buckets_.clear();  // a flood of addresses: better all afresh than unbounded
  }

  const double burst_, per_second_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace fenshen::gateway
