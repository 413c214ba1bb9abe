#include "server/stored_replay.h"

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "assist/replayer.h"
#include "content/load.h"
#include "storage/sqlite/store.h"

namespace fenshen::server {
namespace {

using core::Result;
using core::Status;

constexpr std::size_t kStreamsAtOnce = 256, kEventsAtOnce = 1000;

// Packs by hash, made again from their snapshots once each.
class SnapshotPacks {
 public:
  explicit SnapshotPacks(const storage::Records& records) : records_(records) {}

  Result<std::shared_ptr<const assist::CompiledPack>> operator()(std::string_view hash) {
    const std::lock_guard lock(mutex_);
    if (const auto known = packs_.find(hash); known != packs_.end()) return known->second;
    TRY_ASSIGN(const std::string bytes, records_.pack_snapshot(hash));
    TRY_ASSIGN(const content::PackSources sources, content::from_snapshot(bytes));
    const content::LoadOutcome loaded = content::load(sources);
    if (!loaded.errors.empty()) return core::fail(core::Code::corrupt, "pack snapshot has mistakes: " + core::describe(loaded.errors.front()), std::string(hash));
    const assist::CompileOutcome compiled = assist::compile(loaded.library);
    if (!compiled.pack) return core::fail(core::Code::corrupt, "pack snapshot does not compile: " + core::describe(compiled.errors.front()), std::string(hash));
    packs_.emplace(hash, compiled.pack);
    return compiled.pack;
  }

 private:
  const storage::Records& records_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const assist::CompiledPack>, std::less<>> packs_;
};

struct Job {
  storage::StreamInfo info;
  std::vector<std::string> cards;
  Status status;
};

Status replay_one(const storage::EventLog& log, SnapshotPacks& packs, assist::FoldScratch& scratch, Job& job) {
  assist::Replayer replayer(job.info.stream.id, [&](std::string_view hash) { return packs(hash); });
  std::vector<assist::Frame> frames;
  for (std::uint64_t after = 0;;) {
    TRY_ASSIGN(const auto events, log.read(job.info.stream, after, kEventsAtOnce));
    for (const conversation::Event& event : events) {
      frames.clear();
      TRY(replayer.feed(event, scratch, frames));
      for (const assist::Frame& frame : frames)
        if (frame.kind == assist::Frame::Kind::card) job.cards.push_back(frame.card.json);
      after = event.seq;
    }
    if (events.size() < kEventsAtOnce) return {};
  }
}

}  // namespace

Status replay_store(const std::string& data_folder, std::size_t threads, LineWriter& out) {
  if (std::error_code error; !std::filesystem::is_directory(data_folder, error))
    return core::fail(core::Code::not_found, "there is no such data folder", data_folder);
  else if (!std::filesystem::exists(std::filesystem::path(data_folder) / "events.db", error))
    return core::fail(core::Code::not_found, "this folder holds no store: it is not the data folder of a server", data_folder);
  storage::sqlite::StoreOptions options;
  options.folder = data_folder;
  options.read_only = true;
  TRY_ASSIGN(const auto store, storage::sqlite::Store::open(std::move(options)));
  SnapshotPacks packs(store->records());
  std::vector<assist::FoldScratch> scratches(threads);
  for (std::uint64_t position = 0;;) {
    TRY_ASSIGN(const auto streams, store->log().streams("default", storage::StreamKind::conversation, position, kStreamsAtOnce));
    std::vector<Job> jobs;
    for (const storage::StreamInfo& info : streams) jobs.push_back({info, {}, {}});
    std::atomic<std::size_t> next = 0;
    const auto work = [&](assist::FoldScratch& scratch) {
      for (std::size_t i = next++; i < jobs.size(); i = next++) jobs[i].status = replay_one(store->log(), packs, scratch, jobs[i]);
    };
    {
      std::vector<std::jthread> workers;
      for (std::size_t i = 1; i < threads && i < jobs.size(); ++i) workers.emplace_back([&, i] { work(scratches[i]); });
      work(scratches.front());
    }
    for (const Job& job : jobs) {
      if (!job.status) return std::unexpected(job.status.error());
      for (const std::string& card : job.cards) out.write(card);
      position = job.info.position;
    }
    if (streams.size() < kStreamsAtOnce) return {};
  }
}

}  // namespace fenshen::server
