// Durable events a second: `range` events are under way at any time, as that many senders would who wait for their
// acknowledgement; 200 open conversations of short utterances. Sealing included.
#include "storage/sqlite/event_log.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/envelope.h"
#include "storage/event_codec.h"
#include "storage/event_privacy.h"
#include "storage/sqlite/store.h"
#include "storage/sqlite/temp_folder.h"

namespace fenshen::storage::sqlite {
namespace {

conversation::Event utterance(std::uint64_t number) {
  return {.id = "e-" + std::to_string(number),
          .occurred_at = 1'800'000'000'000,
          .actor = "customer-1",
          .body = conversation::Utterance{.speaker = conversation::Speaker::customer, .text = "你好, 我想问一下我的信用卡账单怎么分期, 手续费是多少", .utterance_id = {}}};
}

// Lets at most `most` requests be under way.
class Window {
 public:
  explicit Window(std::int64_t most) : most_(most) {}
  void enter() {
    std::unique_lock lock(mutex_);
    left_.wait(lock, [&] { return inside_ < most_; });
    ++inside_;
  }
  void leave() {
    {
      const std::lock_guard lock(mutex_);
      --inside_;
    }
    left_.notify_all();
  }
  void wait_until_empty() {
    std::unique_lock lock(mutex_);
    left_.wait(lock, [&] { return inside_ == 0; });
  }

 private:
  const std::int64_t most_;
  std::int64_t inside_ = 0;
  std::mutex mutex_;
  std::condition_variable left_;
};

void append_durable(benchmark::State& state) {
  const TempFolder folder;
  auto store = Store::open({.folder = folder.path()}).value();
  Window window(state.range(0));
  std::uint64_t number = 0;
  for (auto _ : state) {
    window.enter();
    AppendRequest request{.stream = {.id = "c-" + std::to_string(number % 200)}, .events = {utterance(number)}, .imported = false, .subject = {}};
    ++number;
    store->log().append(std::move(request), [&](core::Result<std::vector<Appended>> result) {
      if (!result) std::abort();
      window.leave();
    });
  }
  window.wait_until_empty();
  state.SetItemsProcessed(static_cast<std::int64_t>(number));
}
BENCHMARK(append_durable)->Arg(1)->Arg(10)->Arg(100)->Arg(500)->Arg(1000)->UseRealTime()->MinTime(1.0);

// The live load of contracts.md: 2,000 conversations, 2,000 utterances a second, one each request; milliseconds from
// append to acknowledgement.
void latency_at_2000_a_second(benchmark::State& state) {
  constexpr std::uint64_t kRate = 2'000, kSeconds = 8, kWarmUp = kRate;
  const TempFolder folder;
  auto store = Store::open({.folder = folder.path()}).value();
  std::vector<double> taken;
  taken.reserve(kRate * kSeconds);
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < kRate * kSeconds; ++i) {
      const auto due = start + std::chrono::microseconds(i * 1'000'000 / kRate);
      std::this_thread::sleep_until(due);
      AppendRequest request{.stream = {.id = "c-" + std::to_string(i % 2'000)}, .events = {utterance(i)}, .imported = false, .subject = {}};
      store->log().append(std::move(request), [&taken, due](core::Result<std::vector<Appended>> result) {
        if (!result) std::abort();
        taken.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - due).count());
      });
    }
    store.reset();  // waits for the last
  }
  taken.erase(taken.begin(), taken.begin() + kWarmUp);  // in which all conversations get their keys
  std::sort(taken.begin(), taken.end());
  const auto at = [&](double part) { return taken[static_cast<std::size_t>(part * static_cast<double>(taken.size() - 1))]; };
  state.counters["p50_ms"] = at(0.5);
  state.counters["p99_ms"] = at(0.99);
  state.counters["max_ms"] = taken.back();
}
BENCHMARK(latency_at_2000_a_second)->Iterations(1)->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

// One request of many events, as an import does.
void import_batches(benchmark::State& state) {
  const TempFolder folder;
  auto store = Store::open({.folder = folder.path()}).value();
  std::uint64_t number = 0;
  for (auto _ : state) {
    AppendRequest request{.stream = {.id = "c-" + std::to_string(number)}, .events = {}, .imported = true, .subject = {}};
    for (int i = 0; i < state.range(0); ++i) request.events.push_back(utterance(++number));
    if (!store->log().append_and_wait(std::move(request))) std::abort();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(number));
}
BENCHMARK(import_batches)->Arg(40)->Arg(1000)->UseRealTime()->MinTime(0.5);

void read_stream(benchmark::State& state) {
  const TempFolder folder;
  auto store = Store::open({.folder = folder.path()}).value();
  AppendRequest request{.stream = {.id = "c"}, .events = {}, .imported = false, .subject = {}};
  for (std::uint64_t i = 0; i < 1'000; ++i) request.events.push_back(utterance(i));
  if (!store->log().append_and_wait(std::move(request))) std::abort();
  for (auto _ : state) benchmark::DoNotOptimize(store->log().read({.id = "c"}, 0, 1'000));
  state.SetItemsProcessed(state.iterations() * 1'000);
}
BENCHMARK(read_stream);

// What the sender's thread does: checks, JSON.
void prepare_event(benchmark::State& state) {
  for (auto _ : state) {
    AppendRequest request{.stream = {.id = "c"}, .events = {utterance(1)}, .imported = false, .subject = {}};
    benchmark::DoNotOptimize(prepare(std::move(request), nullptr));
  }
}
BENCHMARK(prepare_event);

void seal_and_open(benchmark::State& state) {
  const conversation::Event event = utterance(1);
  const std::string body = conversation::body_to_json(event.body);
  const EnvelopeHeader header{.stream = {.id = "c-1"}, .event_id = event.id, .seq = 1, .type = "utterance", .actor = event.actor, .subjects = {}, .clear = conversation::body_to_json(without_personal(event.body))};
  const crypto::DataKey key{};
  for (auto _ : state) {
    const std::string bytes = seal_envelope(header, body, crypto::Algorithm::aes_256_gcm, key, crypto::random_nonce()).value();
    if (state.range(0) != 0) benchmark::DoNotOptimize(open_envelope(parse_envelope(bytes).value(), key));
  }
}
BENCHMARK(seal_and_open)->Arg(0)->Arg(1)->ArgName("open");

}  // namespace
}  // namespace fenshen::storage::sqlite
