#include "access/throttle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

#include "access/hash_pool.h"

namespace fenshen::access {
namespace {

constexpr ThrottleLimits kLimits{.free_attempts = 3, .wait_first_ms = 1'000, .wait_most_ms = 8'000, .forget_ms = 60'000, .entries_max = 50};

TEST(Throttle, WaitsDoubleUpToABound) {
  Throttle throttle(kLimits);
  core::Millis now = 1'000'000;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(throttle.begin("a", now), 0);
  for (const core::Millis wait : {1'000, 2'000, 4'000, 8'000, 8'000, 8'000}) {
    EXPECT_EQ(throttle.begin("a", now), wait);
    EXPECT_EQ(throttle.begin("a", now + wait - 1), 1) << "refused attempts do not make it longer";
    now += wait;
    EXPECT_EQ(throttle.begin("a", now), 0);
  }
  EXPECT_EQ(throttle.begin("b", now), 0) << "others are not concerned";
}

TEST(Throttle, SuccessAndTimeForgive) {
  Throttle throttle(kLimits);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(throttle.begin("a", 0), 0);
  EXPECT_GT(throttle.begin("a", 0), 0);
  throttle.forget("a");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(throttle.begin("a", 0), 0);
  EXPECT_GT(throttle.begin("a", 0), 0);
  EXPECT_EQ(throttle.begin("a", 60'000), 0);
  EXPECT_EQ(throttle.begin("a", 60'000), 0) << "counted from one again";
}

TEST(Throttle, TakeBackUndoesOneAttempt) {
  Throttle throttle(kLimits);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(throttle.begin("office", 0), 0);
    throttle.take_back("office");
  }
  EXPECT_EQ(throttle.size(), 0u);
}

TEST(Throttle, ClockSetBackLocksNobodyOut) {
  Throttle throttle(kLimits);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(throttle.begin("a", 10'000'000), 0);
  EXPECT_LE(throttle.begin("a", 5'000), 1'000);
  EXPECT_EQ(throttle.begin("a", 6'000), 0);
}

TEST(Throttle, BoundedUnderAFloodOfNames) {
  Throttle throttle(kLimits);
  for (int i = 0; i < 1'000; ++i) {
    throttle.begin("name" + std::to_string(i), i);
    EXPECT_LE(throttle.size(), 50u);
  }
  for (int i = 0; i < 60; ++i) throttle.begin("later" + std::to_string(i), 1'000'000);
  EXPECT_LE(throttle.size(), 50u);
}

TEST(HashPool, RunsAllAndRefusesWhenFull) {
  std::atomic<int> done{0};
  std::promise<void> started, go;  // outlive the pool, which uses them until it has stopped
  const std::shared_future<void> may_go = go.get_future().share();
  {
    HashPool pool(1, 3);
    ASSERT_TRUE(pool.submit([&] {
      started.set_value();
      may_go.wait();
      ++done;
    }));
    started.get_future().wait();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.submit([&] { ++done; }));
    EXPECT_FALSE(pool.submit([&] { ++done; }));
    go.set_value();
  }
  EXPECT_EQ(done, 4);
}

}  // namespace
}  // namespace fenshen::access
