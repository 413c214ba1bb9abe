// fenshen replay: dialogues of a file (--in), or the conversations of a stored log (--data), to cards.
#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "server/cli.h"
#include "server/commands.h"
#include "server/dialogue_replay.h"
#include "server/lines.h"
#include "server/packs.h"
#include "server/stored_replay.h"

namespace fenshen::server {
namespace {

using core::Result;
using core::Status;

const Command kReplay{"replay", "",
                      "Folds dialogues (--in) or the conversations of a stored log (--data) and writes the cards, one JSON object a line.",
                      {{"--in", "FILE", "dialogues, JSON lines; - or a pipe is read as it comes"},
                       {"--data", "DIR", "data folder of a server: its log"},
                       {"--out", "FILE", "cards; - is standard output (default)"},
                       {"--signals", "FILE", "what was read off each customer or rep turn (with --in)"},
                       {"--pack", "DIR", "pack folder, may be repeated (default: packs/finance-cn and packs/yunjiang)"},
                       {"--threads", "N", "workers, 1 to 64 (default 2); the output does not depend on it"}}};

constexpr std::size_t kBatch = 256;

struct Job {
  std::string line;
  std::size_t number = 0;
  DialogueCards cards;
  std::optional<core::Error> error;
};

class FileReplay {
 public:
  FileReplay(std::shared_ptr<const assist::CompiledPack> pack, std::size_t threads, bool with_signals)
      : pack_(std::move(pack)), scratches_(threads), with_signals_(with_signals) {}

  Status run(const std::string& in, LineWriter& out, LineWriter* signals) {
    TRY_ASSIGN(LineReader reader, LineReader::open(in));
    for (bool more = true; more;) {
      std::vector<Job> jobs;
      while (jobs.size() < kBatch) {
        Job job;
        TRY_ASSIGN(more, reader.next(job.line));
        if (!more) break;
        job.number = reader.number();
        if (!job.line.empty()) jobs.push_back(std::move(job));
      }
      work(jobs);
      for (const Job& job : jobs) {
        if (job.error) return std::unexpected(core::Error{job.error->code, job.error->message, fmt::format("{}:{} {}", in, job.number, job.error->where)});
        for (const assist::Card& card : job.cards.cards) out.write(card.json);
        if (signals != nullptr)
          for (const std::string& line : job.cards.signals) signals->write(line);
      }
    }
    return {};
  }

 private:
  void work(std::vector<Job>& jobs) {
    std::atomic<std::size_t> next = 0;
    const auto worker = [&](assist::FoldScratch& scratch) {
      for (std::size_t i = next++; i < jobs.size(); i = next++) fold(jobs[i], scratch);
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < scratches_.size() && i < jobs.size(); ++i) threads.emplace_back([&, i] { worker(scratches_[i]); });
    worker(scratches_.front());
  }

  void fold(Job& job, assist::FoldScratch& scratch) {
    auto dialogue = conversation::parse_dialogue(job.line);
    if (!dialogue) return job.error = dialogue.error(), void();
    if (dialogue->id.empty()) dialogue->id = fmt::format("line-{}", job.number);
    job.cards = replay_dialogue(*dialogue, pack_, scratch, with_signals_);
  }

  std::shared_ptr<const assist::CompiledPack> pack_;
  std::vector<assist::FoldScratch> scratches_;
  bool with_signals_;
};

Result<int> replay(const Arguments& args) {
  TRY_ASSIGN(const long threads, args.number("--threads", 2, 1, 64));
  if (args.has("--in") == args.has("--data")) return core::fail(core::Code::invalid, "either --in FILE or --data DIR is needed", "usage");
  TRY_ASSIGN(LineWriter out, LineWriter::open(args.value("--out").value_or("-")));
  if (args.has("--data")) {
    TRY(replay_store(*args.value("--data"), static_cast<std::size_t>(threads), out));
    TRY(out.close());
    return 0;
  }
  TRY_ASSIGN(auto pack, compile_packs(packs_or_default(args.values("--pack"))));
  std::optional<LineWriter> signals;
  if (args.has("--signals")) {
    TRY_ASSIGN(signals, LineWriter::open(*args.value("--signals")));
  }
  TRY(FileReplay(std::move(pack), static_cast<std::size_t>(threads), signals.has_value()).run(*args.value("--in"), out, signals ? &*signals : nullptr));
  if (signals) TRY(signals->close());
  TRY(out.close());
  return 0;
}

}  // namespace

int replay_command(CommandArgs args) { return run(kReplay, args, replay); }

}  // namespace fenshen::server
