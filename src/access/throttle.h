// Slows down guessing: after some free attempts without success, each further one must wait, twice as long each time.
// In memory, bounded: a restart forgets, a flood of names pushes out the oldest.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "core/time.h"

namespace fenshen::access {

struct ThrottleLimits {
  unsigned free_attempts = 5;
  core::Millis wait_first_ms = 1'000, wait_most_ms = 300'000;
  core::Millis forget_ms = 900'000;  // after that long without an attempt all is forgiven
  std::size_t entries_max = 10'000;
};

class Throttle {
 public:
  explicit Throttle(const ThrottleLimits& limits) : limits_(limits) {}

  // Counts an attempt as failed until told otherwise, so that attempts made at the same time count too. Returns how long
  // to wait if none is allowed now (that one does not count), 0 if it is.
  core::Millis begin(std::string_view key, core::Millis now);
  void forget(std::string_view key);     // success: start afresh
  void take_back(std::string_view key);  // success of one of many: only this attempt is undone
  std::size_t size() const;

 private:
  struct Entry {
    unsigned failures = 0;
    core::Millis last = 0;
  };
  core::Millis wait_after(unsigned failures) const;
  void make_room(core::Millis now);

  const ThrottleLimits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Entry> entries_;  // by hash: names of any length cost the same
};

}  // namespace fenshen::access
