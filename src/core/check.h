// FENSHEN_CHECK(condition): states what the code relies on. On in release; a failure is a bug: it logs and stops.
// Outside input must never be able to reach one.
#pragma once

namespace fenshen::core {
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;
}

#define FENSHEN_CHECK(condition)                                             \
  do {                                                                       \
    if (!(condition)) [[unlikely]]                                           \
      ::fenshen::core::check_failed(#condition, __FILE__, __LINE__);         \
  } while (false)
