// fenshen history: a year of the demo bank's dialogues, made from the packs; and how much of what was planted is found.
#include <fmt/format.h>

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "assist/verdict_fold.h"
#include "conversation/dialogue.h"
#include "core/json_writer.h"
#include "server/cli.h"
#include "server/commands.h"
#include "server/history/dialogue.h"
#include "server/lines.h"
#include "server/packs.h"

namespace fenshen::server {
namespace {

namespace cv = conversation;
namespace json = boost::json;
using core::Code;
using core::Result;
using core::Status;

const Command kHistory{"history", "",
                       "Writes a year of the demo bank's dialogues (docs/formats/dialogue.md), made from the packs' articles, flows and history/ by a seed:\n"
                       "the same seed gives the same bytes. What was planted on purpose stands in the labels. With --measure FILE it folds such dialogues\n"
                       "instead and tells, rule by rule, how much of what was planted is found and what else fires.",
                       {{"--seed", "N", "1 to 2^31 (default 1)"},
                        {"--utterances", "N", "about so many, 1,000 to 100,000,000 (default 1,000,000)"},
                        {"--from", "DATE", "first day, YYYY-MM-DD (default 2025-11-22)"},
                        {"--to", "DATE", "the day after the last (default 2026-11-22)"},
                        {"--out", "FILE", "dialogues; - is standard output (default)"},
                        {"--measure", "FILE", "measure instead of writing; - reads standard input"},
                        {"--pack", "DIR", "pack folder, may be repeated (default: packs/finance-cn and packs/yunjiang)"}}};

Result<core::Day> day(const Arguments& args, std::string_view option, std::string_view otherwise) {
  const auto parsed = core::parse_date(args.value(option).value_or(std::string(otherwise)));
  if (!parsed) return core::fail(Code::invalid, "must be a date, YYYY-MM-DD", std::string(option));
  return *parsed;
}

// --- writing ---

Status write_year(const history::HistorySource& source, std::uint64_t seed, std::uint64_t utterances, core::Day from, core::Day to, LineWriter& out) {
  const auto begun = std::chrono::steady_clock::now();
  history::DialogueMaker maker(source, seed);
  std::uint64_t weights = 0, behind = 0, number = 0, said = 0, planted = 0;
  for (core::Day date = from; date < to; ++date) weights += maker.weight_of(date);
  if (weights == 0) return core::fail(Code::invalid, "nothing happens on these days", "--from");
  std::vector<history::Made> made;
  for (core::Day date = from; date < to; ++date) {
    behind += maker.weight_of(date);
    const std::uint64_t due = utterances * behind / weights;
    history::Random random(core::hash_combine(seed, static_cast<std::uint64_t>(date)));
    made.clear();
    while (said < due) {
      made.push_back(maker.make(date, ++number, random));
      said += made.back().utterances;
      planted += made.back().planted;
    }
    std::ranges::stable_sort(made, {}, &history::Made::started_at);
    for (const history::Made& one : made) out.write(one.line);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  fmt::print(stderr, "{} conversations, {} utterances, {} planted violations, {:.1f} s\n", number, said, planted, seconds);
  return {};
}

// --- measuring ---

struct RuleTally {
  std::uint64_t planted = 0, found = 0, tempting = 0, fallen_for = 0, others = 0;
  std::string example;  // of what else fired: conversation and turn
};
using Tally = std::map<std::string, RuleTally>;

struct Planted {
  std::vector<std::pair<std::int32_t, std::string>> said, tempting;  // turn, rule
  std::vector<std::string> omitted;
};

void read_rules(const json::object& from, const char* name, std::int32_t turn, std::vector<std::pair<std::int32_t, std::string>>& out) {
  if (const json::value* list = from.if_contains(name); list != nullptr && list->is_array())
    for (const json::value& rule : list->get_array())
      if (rule.is_string()) out.emplace_back(turn, rule.get_string());
}

Planted read_planted(std::string_view line) {
  Planted planted;
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  if (error || !value.is_object()) return planted;
  std::vector<std::pair<std::int32_t, std::string>> omitted;
  if (const json::value* labels = value.get_object().if_contains("labels"); labels != nullptr && labels->is_object()) read_rules(labels->get_object(), "rules", -1, omitted);
  for (auto& [turn, rule] : omitted) planted.omitted.push_back(std::move(rule));
  const json::value* turns = value.get_object().if_contains("turns");
  if (turns == nullptr || !turns->is_array()) return planted;
  for (std::size_t i = 0; i < turns->get_array().size(); ++i) {
    const json::value& turn = turns->get_array()[i];
    if (!turn.is_object()) continue;
    const json::value* expect = turn.get_object().if_contains("expect");
    if (expect == nullptr || !expect->is_object()) continue;
    read_rules(expect->get_object(), "rules", static_cast<std::int32_t>(i), planted.said);
    read_rules(expect->get_object(), "not_rules", static_cast<std::int32_t>(i), planted.tempting);
  }
  return planted;
}

class Measure {
 public:
  explicit Measure(std::shared_ptr<const assist::CompiledPack> pack) : pack_(std::move(pack)), fold_(pack_) {}

  Status take(const std::string& line) {
    TRY_ASSIGN(const cv::Dialogue dialogue, cv::parse_dialogue(line));
    const Planted planted = read_planted(line);
    fold_.reset();
    verdicts_.clear();
    turn_of_.clear();
    for (const cv::DialogueEvent& item : cv::events_of(dialogue, assist::hash_of(*pack_), assist::kEngineVersion)) {
      if (item.turn >= 0) fold_.next_turn(item.turn);
      turn_of_.push_back(item.turn);
      fold_.fold(item.event, scratch_, verdicts_);
      utterances += std::holds_alternative<cv::Utterance>(item.event.body);
    }
    compare(dialogue.id, planted);
    return {};
  }

  Tally tally;
  std::uint64_t utterances = 0;

 private:
  // From one turn before to two after, as with labelled cases, or later if that turn is the cause (a deadline); of a duty
  // left out anywhere.
  void compare(const std::string& id, const Planted& planted) {
    const content::Library& library = assist::library_of(*pack_);
    std::vector<bool> used(verdicts_.size(), false);
    const auto find = [&](const std::string& rule, std::int32_t from, std::int32_t to, bool spared) {
      bool any = false;
      for (std::size_t i = 0; i < verdicts_.size(); ++i) {
        const assist::FoldVerdict& verdict = verdicts_[i];
        const bool counts = verdict.kind == assist::FoldVerdict::Kind::broken && (!spared || verdict.card != assist::CardKind::prompt);
        if (!counts || library.rules[verdict.item].id != rule) continue;
        const std::int32_t cause = verdict.seq >= 1 && verdict.seq <= turn_of_.size() ? turn_of_[verdict.seq - 1] : -1;
        if ((verdict.turn < from || verdict.turn > to) && (cause < 0 || cause != from + 1)) continue;
        any = used[i] = true;
      }
      return any;
    };
    for (const auto& [turn, rule] : planted.said) {
      ++tally[rule].planted;
      tally[rule].found += find(rule, turn - 1, turn + 2, false);
    }
    for (const std::string& rule : planted.omitted) {
      ++tally[rule].planted;
      tally[rule].found += find(rule, 0, std::numeric_limits<std::int32_t>::max(), false);
    }
    for (const auto& [turn, rule] : planted.tempting) {
      ++tally[rule].tempting;
      tally[rule].fallen_for += find(rule, turn, turn, true);  // at that very turn
    }
    for (std::size_t i = 0; i < verdicts_.size(); ++i) {
      const assist::FoldVerdict& verdict = verdicts_[i];
      if (used[i] || verdict.kind != assist::FoldVerdict::Kind::broken || verdict.card == assist::CardKind::prompt) continue;
      RuleTally& one = tally[library.rules[verdict.item].id];
      ++one.others;
      if (one.example.empty()) one.example = fmt::format("{} turn {}", id, verdict.turn);
    }
  }

  std::shared_ptr<const assist::CompiledPack> pack_;
  assist::VerdictFold fold_;
  assist::FoldScratch scratch_;
  std::vector<assist::FoldVerdict> verdicts_;
  std::vector<std::int32_t> turn_of_;  // by seq - 1
};

void print_tally(const Tally& tally) {
  fmt::print("{:<8} {:>8} {:>8} {:>7} {:>9} {:>10} {:>8}  {}\n", "rule", "planted", "found", "recall", "tempting", "fallen for", "others", "first of the others");
  for (const auto& [rule, one] : tally)
    fmt::print("{:<8} {:>8} {:>8} {:>7} {:>9} {:>10} {:>8}  {}\n", rule, one.planted, one.found,
               one.planted == 0 ? std::string("-") : fmt::format("{:.1f} %", 100.0 * static_cast<double>(one.found) / static_cast<double>(one.planted)), one.tempting,
               one.fallen_for, one.others, one.example);
}

Status measure(const std::string& file, const std::shared_ptr<const assist::CompiledPack>& pack) {
  TRY_ASSIGN(LineReader reader, LineReader::open(file));
  constexpr std::size_t kBatch = 1024;
  Measure first(pack), second(pack);
  std::vector<std::string> lines;
  std::uint64_t conversations = 0;
  for (bool more = true; more;) {
    lines.clear();
    while (lines.size() < kBatch) {
      std::string line;
      TRY_ASSIGN(more, reader.next(line));
      if (!more) break;
      if (!line.empty()) lines.push_back(std::move(line));
    }
    conversations += lines.size();
    Status statuses[2];
    const auto work = [&](Measure& one, std::size_t from) {
      for (std::size_t i = from; i < lines.size() && statuses[from]; i += 2) statuses[from] = one.take(lines[i]);
    };
    {
      std::jthread other([&] { work(second, 1); });
      work(first, 0);
    }
    for (const Status& status : statuses) TRY(status);
  }
  for (const auto& [rule, one] : second.tally) {
    RuleTally& sum = first.tally[rule];
    sum.planted += one.planted;
    sum.found += one.found;
    sum.tempting += one.tempting;
    sum.fallen_for += one.fallen_for;
    sum.others += one.others;
    if (sum.example.empty()) sum.example = one.example;
  }
  print_tally(first.tally);
  RuleTally all;
  for (const auto& [rule, one] : first.tally) {
    all.planted += one.planted;
    all.found += one.found;
    all.tempting += one.tempting;
    all.fallen_for += one.fallen_for;
    all.others += one.others;
  }
  std::string line;
  core::JsonWriter(line).begin_object().field("conversations", conversations).field("utterances", first.utterances + second.utterances).field("planted", all.planted)
      .field("found", all.found).field("tempting", all.tempting).field("fallen_for", all.fallen_for).field("others", all.others).end_object();
  print(line + "\n");
  return {};
}

Result<int> history_or_measure(const Arguments& args) {
  const auto folders = packs_or_default(args.values("--pack"));
  if (args.has("--measure")) {
    TRY_ASSIGN(const auto pack, compile_packs(folders));
    TRY(measure(*args.value("--measure"), pack));
    return 0;
  }
  TRY_ASSIGN(const long seed, args.number("--seed", 1, 1, 2147483647));
  TRY_ASSIGN(const long utterances, args.number("--utterances", 1'000'000, 1'000, 100'000'000));
  TRY_ASSIGN(const core::Day from, day(args, "--from", "2025-11-22"));
  TRY_ASSIGN(const core::Day to, day(args, "--to", "2026-11-22"));
  TRY_ASSIGN(const content::PackSources sources, content::read_packs(folders));
  const content::LoadOutcome loaded = content::load(sources);
  if (!loaded.errors.empty()) return std::unexpected(loaded.errors.front());
  TRY_ASSIGN(const history::HistorySource source, history::load_source(sources, *loaded.library));
  TRY_ASSIGN(LineWriter out, LineWriter::open(args.value("--out").value_or("-")));
  TRY(write_year(source, static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(utterances), from, to, out));
  TRY(out.close());
  return 0;
}

}  // namespace

int history_command(CommandArgs args) { return run(kHistory, args, history_or_measure); }

}  // namespace fenshen::server
