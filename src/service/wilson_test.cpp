#include "service/wilson.h"

#include <gtest/gtest.h>

namespace fenshen::service {
namespace {

// Values of the closed formula, computed apart.
TEST(Wilson, KnownValues) {
  const Interval half = wilson(5, 10);
  EXPECT_NEAR(half.share, 0.5, 1e-12);
  EXPECT_NEAR(half.low, 0.236593, 1e-6);
  EXPECT_NEAR(half.high, 0.763407, 1e-6);
  const Interval most = wilson(97, 100);
  EXPECT_NEAR(most.low, 0.915481, 1e-6);
  EXPECT_NEAR(most.high, 0.989745, 1e-6);
}

TEST(Wilson, StaysWithinTheBoundsAtTheEdges) {
  for (const std::uint64_t of : {1u, 2u, 7u, 100u, 100'000u})
    for (const std::uint64_t n : {std::uint64_t{0}, of}) {
      const Interval interval = wilson(n, of);
      EXPECT_GE(interval.low, 0);
      EXPECT_LE(interval.high, 1);
      EXPECT_LE(interval.low, interval.share);
      EXPECT_GE(interval.high, interval.share);
      EXPECT_LT(interval.low, interval.high) << "a sample of " << of << " proves nothing for certain";
    }
}

}  // namespace
}  // namespace fenshen::service
