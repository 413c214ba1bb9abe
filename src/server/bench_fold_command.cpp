// fenshen bench fold: thread CPU time of the fold per utterance, by stage, with packs padded to a given size.
#include <fmt/format.h>
#include <simdjson.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "conversation/dialogue.h"
#include "server/allocations.h"
#include "server/cli.h"
#include "server/commands.h"
#include "server/lines.h"
#include "server/packs.h"
#include "server/padding.h"

namespace fenshen::server {
namespace {

using core::Result;

const Command kBench{"bench fold",
                     "",
                     "Folds dialogues again and again and prints thread CPU µs per utterance (median of five passes after a warm-up).",
                     {{"--in", "FILE…", "dialogues (default: dev files of csds, stc3_helpdesk, teleantifraud in FENSHEN_CORPORA)"},
                      {"--pack", "DIR", "pack folder, may be repeated"},
                      {"--rules", "N", "pad the packs to N rules"},
                      {"--patterns", "N", "pad the packs to about N patterns (phrases of rules, flows and classes)"},
                      {"--articles", "N", "pad the packs to N knowledge entries, paraphrases included"},
                      {"--intents", "N", "accepted; classifiers come with their own mechanism"}}};

constexpr int kPasses = 5;

struct Input {
  std::vector<std::string> lines;
  std::vector<std::vector<conversation::DialogueEvent>> dialogues;
  std::vector<std::string> ids;
  std::size_t utterances = 0, bytes = 0;
};

Result<Input> read_input(const std::vector<std::string>& files) {
  Input input;
  for (const std::string& file : files) {
    TRY_ASSIGN(LineReader reader, LineReader::open(file));
    std::string line;
    for (;;) {
      TRY_ASSIGN(const bool more, reader.next(line));
      if (!more) break;
      auto dialogue = conversation::parse_dialogue(line);
      if (!dialogue) return core::fail(dialogue.error().code, dialogue.error().message, fmt::format("{}:{}", file, reader.number()));
      for (const auto& turn : dialogue->turns) {
        input.utterances += !turn.text.empty();
        input.bytes += turn.text.size();
      }
      input.ids.push_back(dialogue->id);
      input.dialogues.push_back(conversation::events_of(*dialogue, "", ""));
      input.lines.push_back(std::move(line));
    }
  }
  if (input.utterances == 0) return core::fail(core::Code::invalid, "no utterances in the input");
  return input;
}

std::vector<std::string> default_files() {
  const char* corpora = std::getenv("FENSHEN_CORPORA");
  if (corpora == nullptr) return {};
  std::vector<std::string> files;
  for (const std::string_view set : {"csds", "stc3_helpdesk", "teleantifraud"}) files.push_back(fmt::format("{}/{}/dev.jsonl", corpora, set));
  return files;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Wall time by stage: the probe is too frequent for the CPU clock, so stages are shares of the CPU time measured without it.
struct StageClock {
  std::chrono::steady_clock::time_point last = std::chrono::steady_clock::now();
  double spent[6] = {};
  std::size_t allocations_before = 0;
  std::array<std::size_t, 6> allocations = {};
  static void passed(void* context, assist::Stage stage) {
    auto& clock = *static_cast<StageClock*>(context);
    clock.allocations[static_cast<std::size_t>(stage)] += allocations_of_this_thread() - clock.allocations_before;
    clock.allocations_before = allocations_of_this_thread();
    const auto now = std::chrono::steady_clock::now();
    clock.spent[static_cast<int>(stage)] += std::chrono::duration<double, std::micro>(now - clock.last).count();
    clock.last = now;
  }
};

class Bench {
 public:
  Bench(const Input& input, std::shared_ptr<const assist::CompiledPack> pack) : input_(input), pack_(std::move(pack)) {}

  double pass_us() {
    const std::int64_t start = core::thread_cpu_ns();
    for (std::size_t i = 0; i < input_.dialogues.size(); ++i) {
      assist::Assist assist(input_.ids[i], pack_);
      for (const auto& item : input_.dialogues[i]) assist.fold(item.event, scratch_, out_);
    }
    return static_cast<double>(core::thread_cpu_ns() - start) / 1000.0 / static_cast<double>(input_.utterances);
  }

  void stages(StageClock& clock) {
    scratch_.set_probe(&StageClock::passed, &clock);
    for (std::size_t i = 0; i < input_.dialogues.size(); ++i) {
      assist::Assist assist(input_.ids[i], pack_);
      for (const auto& item : input_.dialogues[i]) {
        clock.last = std::chrono::steady_clock::now();
        clock.allocations_before = allocations_of_this_thread();
        const auto before = clock.allocations;
        assist.fold(item.event, scratch_, out_);
        const bool quiet = out_.cards.empty() && std::holds_alternative<conversation::Utterance>(item.event.body);
        if (!quiet) clock.allocations = before;  // what a card costs is another matter
      }
    }
    scratch_.set_probe(nullptr, nullptr);
  }

  // Heap allocations in folds of utterances: all, and those that caused no card.
  std::pair<double, double> allocations() {
    std::size_t all = 0, quiet = 0, quiet_utterances = 0, utterances = 0;
    for (std::size_t i = 0; i < input_.dialogues.size(); ++i) {
      assist::Assist assist(input_.ids[i], pack_);
      for (const auto& item : input_.dialogues[i]) {
        const std::size_t before = allocations_of_this_thread();
        assist.fold(item.event, scratch_, out_);
        const std::size_t spent = allocations_of_this_thread() - before;
        if (!std::holds_alternative<conversation::Utterance>(item.event.body)) continue;
        ++utterances;
        all += spent;
        if (!out_.cards.empty()) continue;
        ++quiet_utterances;
        quiet += spent;
      }
    }
    return {static_cast<double>(all) / static_cast<double>(std::max<std::size_t>(utterances, 1)),
            static_cast<double>(quiet) / static_cast<double>(std::max<std::size_t>(quiet_utterances, 1))};
  }

 private:
  const Input& input_;
  std::shared_ptr<const assist::CompiledPack> pack_;
  assist::FoldScratch scratch_;
  assist::FoldResult out_;
};

// The named peer: simdjson (on demand) reading every text of the same lines.
double simdjson_us(const Input& input) {
  simdjson::ondemand::parser parser;
  std::vector<simdjson::padded_string> lines(input.lines.begin(), input.lines.end());
  std::vector<double> passes;
  for (int pass = 0; pass <= kPasses; ++pass) {
    std::size_t bytes = 0;
    const std::int64_t start = core::thread_cpu_ns();
    for (const auto& line : lines) {
      auto document = parser.iterate(line);
      for (auto turn : document["turns"]) {
        std::string_view text;
        if (turn["text"].get(text) == simdjson::SUCCESS) bytes += text.size();
      }
    }
    const double us = static_cast<double>(core::thread_cpu_ns() - start) / 1000.0 / static_cast<double>(input.utterances);
    if (pass > 0 && bytes > 0) passes.push_back(us);
  }
  return median(std::move(passes));
}

Result<int> bench(const Arguments& args) {
  std::vector<std::string> files = args.values("--in");
  if (files.empty()) files = default_files();
  if (files.empty()) return core::fail(core::Code::invalid, "set FENSHEN_CORPORA or give --in FILE…");
  TRY_ASSIGN(const long rules, args.number("--rules", 0, 0, 100'000));
  TRY_ASSIGN(const long patterns, args.number("--patterns", 0, 0, 200'000));
  TRY_ASSIGN(const long articles, args.number("--articles", 0, 0, 2'000'000));
  TRY_ASSIGN(const Input input, read_input(files));
  TRY_ASSIGN(const auto sources, content::read_packs(packs_or_default(args.values("--pack"))));
  content::LoadOutcome loaded = content::load(sources);
  if (!loaded.errors.empty()) return core::fail(core::Code::invalid, "the packs have mistakes: fenshen pack check");
  const auto library = pad(*loaded.library, static_cast<std::size_t>(rules), static_cast<std::size_t>(patterns), static_cast<std::size_t>(articles));
  const auto start = std::chrono::steady_clock::now();
  assist::CompileOutcome compiled = assist::compile(library);
  if (!compiled.pack) return core::fail(core::Code::internal, core::describe(compiled.errors.front()));
  fmt::print("compiled in {:.0f} ms: {} rules, {} articles\n",
             std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count(), library->rules.size(), library->articles.size());

  Bench run(input, compiled.pack);
  run.pass_us();
  std::vector<double> passes;
  for (int i = 0; i < kPasses; ++i) passes.push_back(run.pass_us());
  const double us = median(passes);
  StageClock clock;
  run.stages(clock);
  double total = 0;
  for (const double spent : clock.spent) total += spent;
  const auto [allocs, quiet] = run.allocations();
  const double peer = simdjson_us(input);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto share = [&](assist::Stage stage) { return fmt::format("{:.2f}", us * clock.spent[static_cast<int>(stage)] / total); };
  constexpr std::string_view kStages[] = {"signals", "classify", "flow", "rules", "knowledge", "assist"};
  fmt::print("allocations of quiet utterances by stage, an utterance:");
  for (std::size_t i = 0; i < std::size(kStages); ++i)
    fmt::print(" {} {:.3f}", kStages[i], static_cast<double>(clock.allocations[i]) / static_cast<double>(input.utterances));
  fmt::print("\n{:.2f} µs an utterance, {:.1f} × simdjson on the same lines\n", us, us / peer);
  fmt::print("{{\"utterances\":{},\"mean_bytes\":{:.1f},\"cpu_us_per_utterance\":{:.2f},\"simdjson_us\":{:.3f},\"stages\":{{\"signals\":{},\"classify\":{},"
             "\"flow\":{},\"rules\":{},\"knowledge\":{},\"assist\":{}}},\"allocs_per_utterance\":{:.3f},\"allocs_quiet\":{:.3f},\"peak_mb\":{:.1f}}}\n",
             input.utterances, static_cast<double>(input.bytes) / static_cast<double>(input.utterances), us, peer, share(assist::Stage::signals),
             share(assist::Stage::classify), share(assist::Stage::flow), share(assist::Stage::rules), share(assist::Stage::knowledge),
             share(assist::Stage::assist), allocs, quiet, static_cast<double>(usage.ru_maxrss) / 1024.0);
  return 0;
}

}  // namespace

int bench_fold_command(CommandArgs args) { return run(kBench, args, bench); }

}  // namespace fenshen::server
