// Power goes at a random moment, and the disk keeps some or none of what was not synced: every acknowledged event is
// there afterwards, the store opens, no request is half there; the same for audit records and settings. FENSHEN_LONG=1
// runs many more. A failure prints its seed; FENSHEN_SEED=n repeats it alone (threads may interleave differently).
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <thread>

#include "simulated_disk.h"
#include "storage/sqlite/store.h"
#include "storage/sqlite/temp_folder.h"
#include "workload.h"

namespace fenshen::storage::testing {
namespace {

using core::Code;
using sqlite::Store;

class PowerCut : public ::testing::Test {
 protected:
  core::Result<std::unique_ptr<Store>> open() { return Store::open({.folder = folder_.path(), .vfs = disk_.name()}); }

  // Writers until the power goes; what they were told goes into the ledger.
  void load(Store& store, std::uint64_t seed) {
    std::vector<std::thread> threads;
    for (unsigned writer = 0; writer < 3; ++writer)
      threads.emplace_back([&, writer] { write_events(store, seed * 100 + writer); });
    threads.emplace_back([&] { write_records(store); });
    for (std::thread& thread : threads) thread.join();
  }

  void write_events(Store& store, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (unsigned number = 0; number < 100'000 && !disk_.is_off(); ++number) {
      AppendRequest request = random_request(random, "w" + std::to_string(seed), number);
      const std::string stream = request.stream.id;
      const std::vector<std::string> ids = ids_of(request);
      const auto done = [this, stream, ids](core::Result<std::vector<Appended>> result) {
        if (!result) return;
        for (std::size_t i = 0; i < ids.size(); ++i) ledger_.note(stream, ids[i], (*result)[i]);
      };
      if (random() % 4 != 0) store.log().append(std::move(request), done);
      else done(store.log().append_and_wait(std::move(request)));
    }
  }

  void write_records(Store& store) {
    for (int i = 0; i < 100'000 && !disk_.is_off(); ++i) {
      const int next = settings_ + 1;
      if (store.records().put_setting("counter", std::to_string(next))) settings_ = next;
      if (store.records().add_audit({.actor = "system", .action = "test", .object = "", .detail = "", .hash = {}})) ++audits_;
    }
  }

  std::vector<std::string> wrong(Store& store) {
    std::vector<std::string> found = check(store.log(), ledger_.all());
    for (std::string& complaint : ledger_.complaints()) found.push_back(std::move(complaint));
    const auto counter = store.records().setting("counter");
    const int stored = counter && *counter ? std::atoi((*counter)->c_str()) : 0;
    if (stored < settings_) found.push_back("LOST: setting " + std::to_string(settings_) + ", found " + std::to_string(stored));
    settings_ = stored;
    const auto audited = store.records().audit(0, 100'000);
    if (!audited || audited->size() < static_cast<std::size_t>(audits_)) found.push_back("LOST: audit records");
    else audits_ = static_cast<int>(audited->size());
    if (auto chain = store.records().verify_audit(); !chain) found.push_back(core::describe(chain.error()));
    return found;
  }

  void power_on(std::mt19937_64& random) {
    disk_.power_on(random() % 2 == 0 ? SimulatedDisk::Loss::all : SimulatedDisk::Loss::some, random());
  }

  // Opens after a cut; sometimes the power goes again while the store recovers.
  core::Result<std::unique_ptr<Store>> open_after_cut(std::mt19937_64& random) {
    for (int again = 0; again < 2 && random() % 3 == 0; ++again) {
      disk_.cut_power_in(random() % 30);
      auto store = open();
      if (!store && !disk_.is_off()) return store;
      if (store) store->reset();
      power_on(random);
    }
    return open();
  }

  // Load until the cut. How far away that is: near for the making of the files, far so that checkpoints are hit.
  core::Status live_until_cut(std::uint64_t seed, int cut, std::mt19937_64& random) {
    const bool far = seed % 5 == 0 && cut == 1;
    disk_.cut_power_in(random() % (cut == 0 ? 60 : far ? 12'000 : 400));
    auto store = open();
    if (store) load(**store, seed * 1'000 + static_cast<std::uint64_t>(cut));
    else if (!disk_.is_off()) return std::unexpected(std::move(store.error()));
    return {};
  }

  // One life of a data folder: several cuts, some while the store closes. Returns what was found wrong.
  std::vector<std::string> live(std::uint64_t seed, int cuts) {
    std::mt19937_64 random(seed);
    for (int cut = 0; cut < cuts; ++cut) {
      if (auto lived = live_until_cut(seed, cut, random); !lived) return {"the store does not open: " + core::describe(lived.error())};
      power_on(random);
      for (int close = 0; close < 2; ++close) {
        auto store = open_after_cut(random);
        if (!store) return {"the store does not open: " + core::describe(store.error())};
        if (auto found = wrong(**store); !found.empty()) return found;
        disk_.cut_power_in(random() % 100);
        store->reset();
        power_on(random);
      }
    }
    return {};
  }

  sqlite::TempFolder folder_;
  SimulatedDisk disk_{"simulated"};
  Ledger ledger_;
  std::atomic<int> settings_{0}, audits_{0};
};

// gtest makes a fixture per test; here a fresh one is needed per seed.
class OneLife : public PowerCut {
 public:
  void TestBody() override {}
  std::vector<std::string> run(std::uint64_t seed, bool lying_disk) {
    disk_.lie_about_syncs(lying_disk);
    return live(seed, 4);
  }
  std::size_t acknowledged() const { return ledger_.size(); }
};

std::string first_lines(const std::vector<std::string>& lines) {
  std::string text = std::to_string(lines.size()) + " complaints:";
  for (std::size_t i = 0; i < lines.size() && i < 8; ++i) text += "\n  " + lines[i];
  return text;
}

TEST(PowerCutLives, NothingAcknowledgedIsLost) {
  const char* const only = std::getenv("FENSHEN_SEED");
  const std::uint64_t lives = std::getenv("FENSHEN_LONG") != nullptr ? 1'500 : 40;
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = only ? std::strtoull(only, nullptr, 10) : 1; seed <= lives; ++seed) {
    OneLife life;
    const auto found = life.run(seed, false);
    ASSERT_TRUE(found.empty()) << "FENSHEN_SEED=" << seed << ": " << first_lines(found);
    acknowledged += life.acknowledged();
    if (only) break;
  }
  std::printf("%llu lives, 4 power cuts each, %zu acknowledged events, none lost\n", static_cast<unsigned long long>(lives), acknowledged);
  EXPECT_GT(acknowledged, 0u);
}

// The same tests on a disk that only says it synced: they must find losses, or they find nothing.
TEST(PowerCutLives, ALyingDiskIsFoundOut) {
  int caught = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    OneLife life;
    caught += !life.run(seed, true).empty();
  }
  EXPECT_GE(caught, 4);
}

class DiskTrouble : public PowerCut {
 protected:
  core::Result<std::vector<Appended>> append(Store& store) {
    AppendRequest request = random_request(random_, "w", number_++);
    const std::string stream = request.stream.id;
    const std::vector<std::string> ids = ids_of(request);
    auto result = store.log().append_and_wait(std::move(request));
    for (std::size_t i = 0; result && i < ids.size(); ++i) ledger_.note(stream, ids[i], (*result)[i]);
    return result;
  }
  std::mt19937_64 random_{1};
  unsigned number_ = 0;
};

TEST_F(DiskTrouble, FullDiskIsSaidClearlyAndLosesNothing) {
  auto store = open();
  ASSERT_TRUE(store.has_value());
  for (int round = 0; round < 5; ++round) {
    disk_.set_capacity(disk_.used() + 100'000);
    core::Result<std::vector<Appended>> refused = append(**store);
    for (int i = 0; refused && i < 10'000; ++i) refused = append(**store);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Code::unavailable);
    EXPECT_NE(refused.error().message.find("disk is full"), std::string::npos) << refused.error().message;
    for (int i = 0; i < 20; ++i) append(**store);  // small ones may still fit; none may be half there
    EXPECT_EQ(first_lines(check((*store)->log(), ledger_.all())), first_lines({})) << "reading goes on while full";
    // Records live on the same disk: refused or done, never half.
    for (int i = 0; i < 1'000; ++i)
      if ((*store)->records().put_setting("counter", std::string(5'000, 'x') + std::to_string(i))) settings_ = i;
    disk_.set_capacity(std::nullopt);
    for (int i = 0; i < 20; ++i) {
      const auto appended = append(**store);
      EXPECT_TRUE(appended.has_value()) << (appended ? "" : core::describe(appended.error()));
    }
    EXPECT_EQ(first_lines(check((*store)->log(), ledger_.all())), first_lines({}));
    if (round % 2 == 0) {
      store->reset();
      disk_.power_on(SimulatedDisk::Loss::all, 1);
      store = open();
      ASSERT_TRUE(store.has_value()) << core::describe(store.error());
      EXPECT_EQ(first_lines(check((*store)->log(), ledger_.all())), first_lines({}));
    }
  }
}

TEST_F(DiskTrouble, NoFolderSpaceAtStartIsSaidClearly) {
  disk_.set_capacity(3'000);
  const auto store = open();
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, Code::unavailable);
  disk_.set_capacity(std::nullopt);
  EXPECT_TRUE(open().has_value());
}

TEST_F(DiskTrouble, FailedSyncIsNotAcknowledged) {
  auto store = open();
  ASSERT_TRUE(store.has_value());
  for (int i = 0; i < 200; ++i) {
    if (i % 10 == 5) disk_.fail_syncs(1 + static_cast<unsigned>(i) % 3);
    append(**store);
  }
  disk_.fail_syncs(0);
  EXPECT_TRUE(append(**store).has_value());
  EXPECT_GT(ledger_.size(), 100u);
  EXPECT_EQ(first_lines(check((*store)->log(), ledger_.all())), first_lines({}));
  disk_.cut_power_in(0);
  append(**store);
  store->reset();
  disk_.power_on(SimulatedDisk::Loss::all, 1);
  store = open();
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(first_lines(check((*store)->log(), ledger_.all())), first_lines({}));
}

TEST_F(DiskTrouble, OneSyncServesMany) {
  auto store = open();
  ASSERT_TRUE(store.has_value());
  std::promise<void> all_queued;
  (*store)->log().append(random_request(random_, "w", number_++), [&](core::Result<std::vector<Appended>>) { all_queued.get_future().wait(); });
  std::atomic<int> done{0};
  for (int i = 0; i < 2'000; ++i)
    (*store)->log().append(random_request(random_, "w", number_++), [&](core::Result<std::vector<Appended>> result) { done += result.has_value(); });
  const std::uint64_t before = disk_.syncs();
  all_queued.set_value();
  while (done < 2'000) std::this_thread::yield();
  EXPECT_LT(disk_.syncs() - before, 100u) << "about six thousand events, a thousand a commit, and some checkpoints";
}

}  // namespace
}  // namespace fenshen::storage::testing
