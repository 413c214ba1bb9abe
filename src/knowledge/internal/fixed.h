// Fixed-point arithmetic for what is computed at build time: the same bits on every machine, no libm.
#pragma once

#include <bit>
#include <cstdint>

namespace fenshen::knowledge::internal {

// log2(x) × 2^16 for x = value / 2^16 ≥ 1, by repeated squaring.
constexpr std::uint32_t log2_fixed(std::uint64_t value) noexcept {
  int whole = 0;
  while (value >= (std::uint64_t{2} << 16)) {
    value >>= 1;
    ++whole;
  }
  std::uint32_t fraction = 0;
  for (int bit = 15; bit >= 0; --bit) {
    value = (value * value) >> 16;
    if (value >= (std::uint64_t{2} << 16)) {
      value >>= 1;
      fraction |= 1u << bit;
    }
  }
  return static_cast<std::uint32_t>(whole) << 16 | fraction;
}

static_assert(log2_fixed(std::uint64_t{1} << 16) == 0);
static_assert(log2_fixed(std::uint64_t{8} << 16) == 3u << 16);

}  // namespace fenshen::knowledge::internal
