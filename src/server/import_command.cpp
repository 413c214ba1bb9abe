// fenshen import: dialogues of a file become stored conversations, as they would have come in at the time. One
// conversation is one request to the log, so it is stored whole or not at all; its events carry ids made from their
// place, so what is imported again is known again.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "conversation/dialogue.h"
#include "core/hash.h"
#include "core/json_writer.h"
#include "server/cli.h"
#include "server/commands.h"
#include "server/data_folder.h"
#include "server/lines.h"
#include "server/packs.h"
#include "storage/sqlite/store.h"

namespace fenshen::server {
namespace {

namespace cv = conversation;
using core::Code;
using core::Result;
using core::Status;

const Command kImport{"import", "",
                      "Appends dialogues (docs/formats/dialogue.md) to the store as history, at the times they carry. What is there already is left\n"
                      "as it is: run it again after a kill, and the rest is added. A dialogue with a mistake is left out whole; all mistakes are named.",
                      {{"--in", "FILE", "dialogues, JSON lines; - or a pipe is read as it comes"},
                       {"--data", "DIR", "the data folder (default: FENSHEN_DATA, else .fenshen)"},
                       {"--pack", "DIR", "the content in force at the time, may be repeated (default: packs/finance-cn and packs/yunjiang)"},
                       {"--dry-run", "", "only look for mistakes"}}};

constexpr std::size_t kBatch = 512;
constexpr std::size_t kEventsWaitingMost = 60'000, kEventsPerCommit = 20'000;
constexpr std::size_t kMistakesShown = 1'000;

bool is_utterance(const cv::Event& event) { return std::holds_alternative<cv::Utterance>(event.body); }

struct Line {
  std::string text;
  std::size_t number = 0;
  std::string id;
  std::vector<cv::Event> events;
  std::size_t utterances = 0;
  std::optional<core::Error> error;
};

// Bounds what waits for the disk, and counts what arrived there.
class Arrivals {
 public:
  void leave(std::size_t events) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ == 0 || waiting_ + events <= kEventsWaitingMost; });
    waiting_ += events;
  }
  void arrive(std::size_t events, const Status& status) {
    const std::lock_guard lock(mutex_);
    waiting_ -= events;
    if (!status && !error_) error_ = status.error();
    changed_.notify_all();
  }
  Status drained() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ == 0; });
    return failed();
  }
  Status failed_so_far() {
    const std::lock_guard lock(mutex_);
    return failed();
  }

 private:
  Status failed() const { return error_ ? Status(std::unexpected(*error_)) : Status(); }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t waiting_ = 0;
  std::optional<core::Error> error_;
};

class Import {
 public:
  Import(storage::EventLog* log, std::string file, std::string hash) : log_(log), file_(std::move(file)), hash_(std::move(hash)) {}

  Status run() {
    TRY_ASSIGN(LineReader reader, LineReader::open(file_));
    std::vector<Line> batch, next;
    TRY(read(reader, next));
    while (!next.empty()) {
      batch = std::move(next);
      next.clear();
      std::jthread second([&] { parse(batch, 1); });
      parse(batch, 0);
      second.join();
      TRY(read(reader, next));
      for (Line& line : batch) TRY(take(line));
      TRY(arrivals_.failed_so_far());
      report(false);
    }
    TRY(arrivals_.drained());
    report(true);
    return {};
  }

  std::size_t mistakes() const { return mistakes_; }
  void write_result(std::string& out) const {
    const double seconds = elapsed();
    core::JsonWriter(out).begin_object().field("conversations", conversations_).field("utterances", utterances_).field("imported", imported_.load())
        .field("there_already", there_).field("mistakes", mistakes_.load()).field("seconds", static_cast<double>(static_cast<long>(seconds * 100)) / 100)
        .field("utterances_per_s", static_cast<std::uint64_t>(static_cast<double>(utterances_) / std::max(seconds, 0.001))).end_object();
  }

 private:
  static Status read(LineReader& reader, std::vector<Line>& batch) {
    while (batch.size() < kBatch) {
      Line line;
      TRY_ASSIGN(const bool more, reader.next(line.text));
      if (!more) return {};
      line.number = reader.number();
      if (line.text.find_first_not_of(" \t") != std::string::npos) batch.push_back(std::move(line));
    }
    return {};
  }

  // Every second line: two threads share a batch.
  void parse(std::vector<Line>& batch, std::size_t from) const {
    for (std::size_t i = from; i < batch.size(); i += 2) {
      Line& line = batch[i];
      auto dialogue = cv::parse_dialogue(line.text);
      if (!dialogue) {
        line.error = dialogue.error();
        continue;
      }
      // Without an id of its own: one made from what it says, so that it is the same the next time.
      line.id = dialogue->id.empty() ? "import-" + core::to_hex(core::hash_mix(core::hash_bytes(line.text))) : dialogue->id;
      for (cv::DialogueEvent& event : cv::events_of(*dialogue, hash_, assist::kEngineVersion)) {
        line.utterances += is_utterance(event.event);
        line.events.push_back(std::move(event.event));
      }
      line.text.clear();
    }
  }

  Status take(Line& line) {
    if (line.error) return mistake(line, *line.error), Status();
    ++conversations_;
    utterances_ += line.utterances;
    const bool again = !seen_.insert(core::hash_bytes(line.id)).second;
    if (log_ == nullptr) {
      if (again) mistake(line, {Code::conflict, "this id stands above already", "id"});
      return {};
    }
    if (again) TRY(arrivals_.drained());  // the one above may still be on its way
    const storage::StreamId stream{.id = line.id};
    if (const auto info = log_->info(stream)) return compare(line, *info);
    else if (info.error().code != Code::not_found) return std::unexpected(info.error());
    return append(line, stream);
  }

  Status append(Line& line, const storage::StreamId& stream) {
    const std::size_t events = line.events.size();
    arrivals_.leave(events);
    // The answer comes on the log's thread, in order: what the line was is kept with it.
    log_->append({.stream = stream, .events = std::move(line.events), .imported = true, .subject = {}},
                 [this, events, number = line.number](core::Result<std::vector<storage::Appended>> result) {
                   const bool theirs = !result && (result.error().code == Code::invalid || result.error().code == Code::too_large);
                   if (theirs) refused(number, result.error());
                   else if (result) ++imported_;
                   arrivals_.arrive(events, result || theirs ? Status() : Status(std::unexpected(result.error())));
                 });
    return {};
  }

  // What is stored under this id must be this conversation, whatever packs it was bound to.
  Status compare(Line& line, const storage::StreamInfo& info) {
    bool same = info.last_seq == line.events.size();
    if (same) {
      TRY_ASSIGN(const auto stored, log_->read(info.stream, 0, line.events.size()));
      for (std::size_t i = 0; same && i < stored.size(); ++i) {
        const bool bound = std::holds_alternative<cv::PackBound>(stored[i].body);
        same = stored[i].id == line.events[i].id && stored[i].body.index() == line.events[i].body.index() &&
               (bound || stored[i].erased || cv::body_to_json(stored[i].body) == cv::body_to_json(line.events[i].body));
      }
    }
    if (same) return ++there_, Status();
    return mistake(line, {Code::conflict, "another conversation of this id is stored already", "id"}), Status();
  }

  void mistake(const Line& line, const core::Error& error) { refused(line.number, error); }
  void refused(std::size_t number, const core::Error& error) {
    if (++mistakes_ <= kMistakesShown) fmt::print(stderr, "{}:{} {}{}{}\n", file_, number, error.where, error.where.empty() ? "" : " ", error.message);
    else if (mistakes_ == kMistakesShown + 1) fmt::print(stderr, "… and more\n");
  }

  double elapsed() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count(); }
  void report(bool last) {
    const double now = elapsed();
    if (!last && now < next_report_) return;
    next_report_ = now + 1;
    fmt::print(stderr, "{} conversations, {} utterances, {:.0f}/s\n", conversations_, utterances_, static_cast<double>(utterances_) / std::max(now, 0.001));
  }

  storage::EventLog* log_;  // null: a dry run
  const std::string file_, hash_;
  Arrivals arrivals_;
  std::unordered_set<std::uint64_t> seen_;
  std::size_t conversations_ = 0, utterances_ = 0, there_ = 0;
  std::atomic<std::size_t> imported_ = 0, mistakes_ = 0;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  double next_report_ = 1;
};

Result<int> import(const Arguments& args) {
  if (!args.has("--in")) return core::fail(Code::invalid, "is missing: --in FILE", "--in");
  TRY_ASSIGN(const content::PackSources sources, content::read_packs(packs_or_default(args.values("--pack"))));
  const content::LoadOutcome loaded = content::load(sources);
  if (!loaded.errors.empty()) return std::unexpected(loaded.errors.front());
  std::unique_ptr<storage::sqlite::Store> store;
  if (!args.has("--dry-run")) {
    storage::sqlite::StoreOptions options;
    options.folder = data_folder(args);
    options.batch_events_max = kEventsPerCommit;
    auto opened = storage::sqlite::Store::open(std::move(options));
    if (!opened && opened.error().code == Code::conflict)
      return core::fail(Code::conflict, opened.error().message + "; history is imported while the server is stopped", opened.error().where);
    if (!opened) return std::unexpected(opened.error());
    store = std::move(*opened);
    TRY(store->records().put_pack_snapshot(loaded.library->hash, content::to_snapshot(sources)));
  }
  Import work(store ? &store->log() : nullptr, *args.value("--in"), loaded.library->hash);
  const Status status = work.run();
  store.reset();
  TRY(status);
  std::string line;
  work.write_result(line);
  print(line + "\n");
  return work.mistakes() == 0 ? 0 : 1;
}

}  // namespace

int import_command(CommandArgs args) { return run(kImport, args, import); }

}  // namespace fenshen::server
