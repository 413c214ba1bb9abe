#include "access/throttle.h"

#include <algorithm>

#include "core/hash.h"

namespace fenshen::access {
namespace {

std::uint64_t hash_of(std::string_view key) { return core::hash_mix(core::hash_bytes(key)); }

}  // namespace

core::Millis Throttle::wait_after(unsigned failures) const {
  if (failures < limits_.free_attempts) return 0;
  core::Millis wait = limits_.wait_first_ms;
  for (unsigned i = limits_.free_attempts; i < failures && wait < limits_.wait_most_ms; ++i) wait *= 2;
  return std::min(wait, limits_.wait_most_ms);
}

core::Millis Throttle::begin(std::string_view key, core::Millis now) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t hash = hash_of(key);
  auto found = entries_.find(hash);
  if (found == entries_.end()) {
    make_room(now);
    found = entries_.try_emplace(hash).first;
  }
  Entry& entry = found->second;
  // A clock set back must not lock anybody out for longer than the wait itself.
  entry.last = std::min(entry.last, now);
  if (now - entry.last >= limits_.forget_ms) entry.failures = 0;
  const core::Millis left = entry.last + wait_after(entry.failures) - now;
  if (entry.failures > 0 && left > 0) return left;
  ++entry.failures;
  entry.last = now;
  return 0;
}

void Throttle::forget(std::string_view key) {
  const std::lock_guard lock(mutex_);
  entries_.erase(hash_of(key));
}

void Throttle::take_back(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(hash_of(key));
  if (found != entries_.end() && found->second.failures > 0 && --found->second.failures == 0) entries_.erase(found);
}

std::size_t Throttle::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void Throttle::make_room(core::Millis now) {
  if (entries_.size() < limits_.entries_max) return;
  std::erase_if(entries_, [&](const auto& item) { return now - item.second.last >= limits_.forget_ms; });
  if (entries_.size() < limits_.entries_max) return;
  const auto oldest = std::min_element(entries_.begin(), entries_.end(),
                                       [](const auto& a, const auto& b) { return a.second.last < b.second.last; });
  entries_.erase(oldest);
}

}  // namespace fenshen::access
