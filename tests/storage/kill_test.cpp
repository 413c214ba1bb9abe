// kill -9 at random moments under load: every acknowledged event is there, the store opens, no half request. 25 rounds;
// FENSHEN_LONG=1: 200. (The system keeps what a killed process wrote; for what it loses with the power see
// power_cut_test.cpp.)
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "storage/sqlite/store.h"
#include "storage/sqlite/temp_folder.h"
#include "workload.h"

namespace fenshen::storage::testing {
namespace {

constexpr int kRoundsPerFolder = 5;

// A child process and its stdout.
class Victim {
 public:
  Victim(const std::string& folder, std::uint64_t seed) {
    int pipe[2];
    FENSHEN_CHECK(::pipe(pipe) == 0);
    const std::string number = std::to_string(seed);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(pipe[1], STDOUT_FILENO);
      ::close(pipe[0]);
      ::close(pipe[1]);
      ::execl(FENSHEN_CRASH_CHILD, "storage_crash_child", folder.c_str(), number.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(pipe[1]);
    out_ = pipe[0];
    reader_ = std::thread([this] { read_all(); });
  }
  ~Victim() {
    kill();
    ::close(out_);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  bool wait_until_ready() {
    for (int i = 0; i < 2'000 && !ready_; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return ready_;
  }
  // Everything it had written to the pipe before it died.
  std::string kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, &status_, 0);
      reader_.join();
      pid_ = -1;
    }
    return text_;
  }
  bool died_by_us() const { return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL; }

 private:
  void read_all() {
    char buffer[65'536];
    for (;;) {
      const ssize_t size = ::read(out_, buffer, sizeof buffer);
      if (size <= 0) return;
      text_.append(buffer, static_cast<std::size_t>(size));
      ready_ = true;  // its first word is "ready"
    }
  }

  pid_t pid_ = -1;
  int out_ = -1, status_ = 0;
  std::thread reader_;
  std::string text_;
  std::atomic<bool> ready_{false};
};

struct Told {
  std::map<EventKey, Acknowledged> events;
  std::int64_t audits = 0;
};

void read_told(const std::string& text, Told& told) {
  std::istringstream lines(text);
  std::string kind, stream, event;
  while (lines >> kind) {
    if (kind == "a") {
      std::int64_t seq = 0;
      lines >> seq;
      told.audits = std::max(told.audits, seq);
    } else if (kind == "e") {
      Acknowledged what;
      lines >> stream >> event >> what.seq >> what.recorded_at;
      told.events[{stream, event}] = what;
    }
  }
}

std::vector<std::string> wrong(const std::string& folder, const Told& told) {
  auto store = sqlite::Store::open({.folder = folder});
  if (!store) return {"the store does not open: " + core::describe(store.error())};
  std::vector<std::string> found = check((*store)->log(), told.events);
  if (auto chain = (*store)->records().verify_audit(); !chain) found.push_back(core::describe(chain.error()));
  const auto last = (*store)->records().audit(told.audits - 1, 1);
  if (told.audits > 0 && (!last || last->empty())) found.push_back("LOST: audit record " + std::to_string(told.audits));
  return found;
}

TEST(Kill, NothingAcknowledgedIsLost) {
  const int rounds = std::getenv("FENSHEN_LONG") != nullptr ? 200 : 25;
  const char* const seed_text = std::getenv("FENSHEN_SEED");
  const std::uint64_t seed = seed_text ? std::strtoull(seed_text, nullptr, 10) : static_cast<std::uint64_t>(::getpid());
  const auto start = std::chrono::steady_clock::now();
  std::mt19937_64 random(seed);
  std::unique_ptr<sqlite::TempFolder> folder;
  Told told;
  std::size_t acknowledged = 0, before_ready = 0;
  for (int round = 0; round < rounds; ++round) {
    if (round % kRoundsPerFolder == 0) {
      acknowledged += told.events.size();
      folder = std::make_unique<sqlite::TempFolder>();
      told = {};
    }
    const std::string data = (folder->path() / "data").string();
    Victim victim(data, seed % 1'000 * 1'000 + static_cast<std::uint64_t>(round));
    const bool early = random() % 4 == 0;  // also while it starts and recovers
    ASSERT_TRUE(early || victim.wait_until_ready()) << "seed " << seed << ", round " << round;
    std::this_thread::sleep_for(std::chrono::microseconds(random() % (early ? 30'000 : 150'000)));
    const std::string text = victim.kill();
    ASSERT_TRUE(victim.died_by_us()) << "it ended by itself; seed " << seed << ", round " << round;
    before_ready += text.empty();
    read_told(text, told);
    const auto found = wrong(data, told);
    ASSERT_TRUE(found.empty()) << "seed " << seed << ", round " << round << ": " << found.size() << " complaints, first: " << found[0];
  }
  acknowledged += told.events.size();
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%d kills (%zu before the store was open), %zu acknowledged events, none lost, %.1f s\n", rounds, before_ready, acknowledged, seconds);
  EXPECT_GT(acknowledged, static_cast<std::size_t>(rounds) * 10) << "hardly any load";
}

}  // namespace
}  // namespace fenshen::storage::testing
