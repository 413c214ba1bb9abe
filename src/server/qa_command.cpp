// fenshen qa run: what another version of the content would have found in stored history.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "content/load.h"
#include "core/json_writer.h"
#include "server/cli.h"
#include "server/commands.h"
#include "server/data_folder.h"
#include "server/lines.h"
#include "server/packs.h"
#include "service/history_run.h"
#include "storage/sqlite/store.h"

namespace fenshen::server {
namespace {

using core::Code;
using core::Result;
using core::Status;
using service::Difference;
using service::HistoryCounts;
using service::Label;
using service::SideCounts;

const Command kQaRun{"qa run", "",
                     "Folds the conversations of a store with the rules and flows of --pack, and names every verdict that differs from --baseline or,\n"
                     "without it, from the packs that each conversation was bound to. Reads beside a running server and changes nothing.",
                     {{"--pack", "DIR…", "pack folders of the new version, may be repeated (default: packs/finance-cn and packs/yunjiang)"},
                      {"--baseline", "DIR…", "pack folders of the old version, may be repeated"},
                      {"--from", "DATE", "only conversations that began on this day or later, YYYY-MM-DD"},
                      {"--to", "DATE", "only those that began before this day"},
                      {"--team", "NAME", "only of this team"},
                      {"--data", "DIR", "the data folder (default: FENSHEN_DATA, else .fenshen)"},
                      {"--out", "FILE", "the differences, JSON lines; - is standard output"},
                      {"--changed-only", "", "fold only rules that differ, where rules alone differ: the same differences sooner"},
                      {"--threads", "N", "workers, 1 to 64 (default 2); the result does not depend on it"}}};

constexpr core::Millis kDay = 24 * 3600 * core::Millis{1000};

Result<core::Millis> day(const Arguments& args, std::string_view option, core::Millis otherwise, int offset_minutes) {
  const auto text = args.value(option);
  if (!text) return otherwise;
  const auto parsed = core::parse_date(*text);
  if (!parsed) return core::fail(Code::invalid, "must be a date, YYYY-MM-DD", std::string(option));
  return *parsed * kDay - offset_minutes * core::Millis{60'000};
}

void write_difference(const Difference& difference, const std::vector<Label>& labels, int offset, std::string& line) {
  const Label& label = labels[difference.label];
  line.clear();
  core::JsonWriter out(line);
  out.begin_object().field("conversation", difference.conversation).field("change", difference.added ? "added" : "removed")
      .field(label.step ? "step" : "rule", label.id).field("kind", assist::to_string(difference.kind)).field("turn", difference.turn)
      .field("seq", difference.seq).field("at", core::format_instant(difference.at, offset)).field("team", difference.team)
      .field("rep", difference.rep).field("month", difference.month).end_object();
}

void print_table(std::string_view title, const std::vector<std::pair<std::string, SideCounts>>& rows, bool sides) {
  if (rows.empty()) return;
  fmt::print("{:<28} {:>9} {:>9}", title, "added", "removed");
  if (sides) fmt::print(" {:>9} {:>9}", "before", "after");
  fmt::print("\n");
  for (const auto& [name, counts] : rows) {
    fmt::print("  {:<26} {:>9} {:>9}", name, counts.added, counts.removed);
    if (sides) fmt::print(" {:>9} {:>9}", counts.before, counts.after);
    fmt::print("\n");
  }
}

void print_counts(const HistoryCounts& counts, const std::vector<Label>& labels) {
  std::vector<std::pair<std::string, SideCounts>> rules, steps, teams(counts.teams.begin(), counts.teams.end()), months(counts.months.begin(), counts.months.end());
  for (std::size_t i = 0; i < counts.labels.size(); ++i) {
    const SideCounts& one = counts.labels[i];
    if (labels[i].step ? one.added + one.removed > 0 : one.before + one.after > 0) (labels[i].step ? steps : rules).emplace_back(labels[i].id, one);
  }
  for (auto* list : {&rules, &steps}) std::ranges::sort(*list, {}, &std::pair<std::string, SideCounts>::first);
  for (auto& [name, one] : teams)
    if (name.empty()) name = "(none)";
  print_table("rule", rules, true);
  print_table("step", steps, true);
  print_table("team", teams, false);
  print_table("month", months, false);
}

Result<content::PackSources> sources_of(const std::vector<std::filesystem::path>& folders) { return content::read_packs(folders); }

Result<int> qa_run(const Arguments& args) {
  TRY_ASSIGN(const long threads, args.number("--threads", 2, 1, 64));
  TRY_ASSIGN(content::PackSources after, sources_of(packs_or_default(args.values("--pack"))));
  std::optional<content::PackSources> baseline;
  if (args.has("--baseline")) {
    TRY_ASSIGN(baseline, sources_of(packs_or_default(args.values("--baseline"))));
  }
  storage::sqlite::StoreOptions store_options;
  store_options.folder = data_folder(args);
  store_options.read_only = true;
  TRY_ASSIGN(const auto store, storage::sqlite::Store::open(std::move(store_options)));
  service::HistoryPairs pairs(std::move(after), std::move(baseline), args.has("--changed-only"), &store->records());
  TRY(pairs.load());

  service::HistoryRunOptions options;
  const int offset = pairs.offset_minutes();
  TRY_ASSIGN(options.from, day(args, "--from", options.from, offset));
  TRY_ASSIGN(options.to, day(args, "--to", options.to, offset));
  options.team = args.value("--team").value_or("");
  options.threads = static_cast<unsigned>(threads);
  std::optional<LineWriter> out;
  if (args.has("--out")) {
    TRY_ASSIGN(out, LineWriter::open(*args.value("--out")));
  }
  const auto begun = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(); };
  double next_report = 1;
  options.take = [&](std::vector<Difference>& found, const HistoryCounts& so_far, std::uint64_t last) -> Status {
    std::string line;
    if (out && !found.empty()) {
      const std::vector<Label> labels = pairs.book().labels();
      for (const Difference& difference : found) {
        write_difference(difference, labels, offset, line);
        out->write(line);
      }
    }
    if (const double now = elapsed(); now >= next_report) {
      next_report = now + 1;
      fmt::print(stderr, "{} of {} conversations, {} utterances, {} verdicts differ\n", so_far.done, last, so_far.utterances, so_far.added + so_far.removed);
    }
    return {};
  };
  TRY_ASSIGN(const HistoryCounts counts, service::run_history(store->log(), pairs, options));
  const double seconds = elapsed();
  if (out) TRY(out->close());
  print_counts(counts, pairs.book().labels());
  std::string line;
  core::JsonWriter(line).begin_object().field("conversations", counts.conversations).field("utterances", counts.utterances)
      .field("seconds", static_cast<double>(static_cast<long>(seconds * 1000)) / 1000)
      .field("utterances_per_s", static_cast<std::uint64_t>(static_cast<double>(counts.utterances) / std::max(seconds, 0.001)))
      .field("verdicts_changed", counts.added + counts.removed).field("added", counts.added).field("removed", counts.removed)
      .field("steps_changed", counts.steps_added + counts.steps_removed).end_object();
  print(line + "\n");
  return 0;
}

}  // namespace

int qa_run_command(CommandArgs args) { return run(kQaRun, args, qa_run); }

}  // namespace fenshen::server
