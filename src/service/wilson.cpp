#include "service/wilson.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace fenshen::service {

Interval wilson(std::uint64_t n, std::uint64_t of) {
  FENSHEN_CHECK(of > 0 && n <= of);
  constexpr double kZ = 1.959963984540054;  // 97.5 % quantile of the normal distribution
  const double size = static_cast<double>(of), share = static_cast<double>(n) / size;
  const double spread = kZ * kZ / size;
  const double middle = (share + spread / 2) / (1 + spread);
  const double half = kZ / (1 + spread) * std::sqrt(share * (1 - share) / size + spread / (4 * size));
  return {share, n == 0 ? 0 : std::max(0.0, middle - half), n == of ? 1 : std::min(1.0, middle + half)};
}

}  // namespace fenshen::service
