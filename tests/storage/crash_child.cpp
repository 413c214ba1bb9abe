// The victim: appends under load and tells on stdout what was acknowledged, until it is killed.
//   storage_crash_child FOLDER SEED
// Lines: "ready", "e STREAM EVENT SEQ RECORDED_AT" per event, "a SEQ" per audit record.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "storage/sqlite/store.h"
#include "workload.h"

namespace {

using namespace fenshen;
using namespace fenshen::storage;
using namespace fenshen::storage::testing;

// One write per message: within PIPE_BUF it reaches the pipe whole.
void tell(const std::string& text) {
  if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::_Exit(3);
}

void write_events(EventLog& log, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (unsigned number = 0;; ++number) {
    AppendRequest request = random_request(random, "w" + std::to_string(seed), number);
    const std::string stream = request.stream.id;
    const auto done = [stream, ids = ids_of(request)](core::Result<std::vector<Appended>> result) {
      if (!result) return;  // a full queue: refused, not lost
      std::string lines;
      for (std::size_t i = 0; i < ids.size(); ++i)
        lines += "e " + stream + " " + ids[i] + " " + std::to_string((*result)[i].seq) + " " + std::to_string((*result)[i].recorded_at) + "\n";
      tell(lines);
    };
    if (random() % 8 != 0) log.append(std::move(request), done);
    else done(log.append_and_wait(std::move(request)));
  }
}

void write_audit(Records& records) {
  for (;;) {
    const auto entry = records.add_audit({.actor = "system", .action = "test", .object = "", .detail = "", .hash = {}});
    if (entry) tell("a " + std::to_string(entry->seq) + "\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto store = sqlite::Store::open({.folder = argv[1], .queue_events_max = 2'000});
  if (!store) {
    std::fprintf(stderr, "%s\n", core::describe(store.error()).c_str());
    return 1;
  }
  tell("ready\n");
  const std::uint64_t seed = std::strtoull(argv[2], nullptr, 10) * 100;
  std::vector<std::thread> threads;
  for (std::uint64_t writer = 0; writer < 3; ++writer) threads.emplace_back([&, writer] { write_events((*store)->log(), seed + writer); });
  threads.emplace_back([&] { write_audit((*store)->records()); });
  for (std::thread& thread : threads) thread.join();
}
