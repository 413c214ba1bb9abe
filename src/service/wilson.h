// The 95 % Wilson score interval of a share: honest for small samples, unlike the normal one.
#pragma once

#include <cstdint>

namespace fenshen::service {

struct Interval {
  double share = 0, low = 0, high = 0;
};
// `of` > 0, n <= of.
Interval wilson(std::uint64_t n, std::uint64_t of);

}  // namespace fenshen::service
