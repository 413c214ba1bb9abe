// fenshen pack check, fenshen pack test.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "content/examples.h"
#include "core/json_writer.h"
#include "server/cli.h"
#include "server/commands.h"
#include "server/pack_mutation.h"
#include "server/pack_test_run.h"
#include "server/packs.h"

namespace fenshen::server {
namespace {

using core::Error;
using core::Result;

const Command kCheck{"pack check", "[DIR…]", "Checks packs together: every mistake with file and line. Default: packs/finance-cn and packs/yunjiang.", {}, true};
const Command kTest{"pack test",
                    "[DIR…]",
                    "Runs the tests inside packs. Default: packs/finance-cn and packs/yunjiang.",
                    {{"--only", "TEXT", "tests whose name or file holds TEXT"},
                     {"--measure", "", "the tests kept aside in measure/ instead: what share passes"},
                     {"--mutate", "", "do the tests notice when a rule is a little wrong? --only TEXT: mutants whose name holds TEXT"},
                     {"--list", "", "with --mutate: the mutants with what they change, without running them"},
                     {"--threads", "N", "with --mutate: workers, 1 to 64 (default 2); the output does not depend on it"}},
                    true};

// Of a hundred mutants, how many the tests must notice.
constexpr std::size_t kCaughtPercentMin = 90;
constexpr std::size_t kTestsPerRuleMin = 3;

struct Loaded {
  content::PackSources sources;
  content::LoadOutcome outcome;
  std::vector<content::PackTest> tests;
  std::vector<Error> errors;
  std::shared_ptr<const assist::CompiledPack> pack;
};

Result<Loaded> load_all(const Arguments& args) {
  Loaded loaded;
  TRY_ASSIGN(loaded.sources, content::read_packs(packs_or_default(args.operands())));
  loaded.outcome = content::load(loaded.sources);
  loaded.errors = loaded.outcome.errors;
  loaded.tests = content::load_tests(loaded.sources, loaded.errors, args.has("--measure") ? "measure/" : "tests/");
  content::load_samples(loaded.sources, loaded.errors);
  assist::CompileOutcome compiled = assist::compile(loaded.outcome.library);
  loaded.errors.insert(loaded.errors.end(), compiled.errors.begin(), compiled.errors.end());
  loaded.pack = std::move(compiled.pack);
  return loaded;
}

// A mistake that two stages see is said once.
std::vector<std::string> lines_of(const std::vector<Error>& errors) {
  std::vector<std::string> lines;
  std::set<std::string> seen;
  for (const Error& error : errors)
    if (std::string line = core::describe(error); seen.insert(line).second) lines.push_back(std::move(line));
  return lines;
}

Result<int> check(const Arguments& args) {
  TRY_ASSIGN(const Loaded loaded, load_all(args));
  const std::vector<std::string> lines = lines_of(loaded.errors);
  for (const std::string& line : lines) print(line + "\n");
  const content::Library& library = *loaded.outcome.library;
  std::size_t questions = 0, steps = 0, types = 0;
  for (const content::Article& article : library.articles) questions += 1 + article.variants_zh.size() + article.variants_en.size();
  for (const content::Flow& flow : library.flows) steps += flow.steps.size();
  for (const content::Leaf& leaf : library.leaves) types += std::ranges::count(leaf.code, '.') == 2;
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("articles", library.articles.size()).field("questions", questions).field("rules", library.rules.size());
  out.field("flows", library.flows.size()).field("steps", steps).field("types", types).field("announcements", library.announcements.size());
  out.field("experts", 0).field("tests", loaded.tests.size()).field("errors", lines.size()).end_object();
  print(text + "\n");
  return lines.empty() ? 0 : 1;
}

// The line where the changed words stand: the first one at or after the item's that holds them.
int line_of(const content::PackSources& sources, const content::Mutant& mutant) {
  const auto file = std::ranges::find(sources.files, mutant.origin.file, &content::SourceFile::label);
  if (file == sources.files.end() || mutant.snippet.empty() || mutant.snippet.find('\n') != std::string::npos) return mutant.origin.line;
  std::size_t at = 0;
  for (int line = 1; line < mutant.origin.line && at != std::string::npos; ++line) at = file->text.find('\n', at) + 1;
  const std::size_t found = file->text.find(mutant.snippet, at);
  if (found == std::string::npos) return mutant.origin.line;
  return mutant.origin.line + static_cast<int>(std::count(file->text.begin() + static_cast<std::ptrdiff_t>(at), file->text.begin() + static_cast<std::ptrdiff_t>(found), '\n'));
}

void print_mutant(const content::PackSources& sources, const content::Mutant& mutant, std::string_view fate) {
  print(fmt::format("{} {}:{}{}\n    - {}\n", mutant.name, mutant.origin.file, line_of(sources, mutant), fate, mutant.before));
  if (!mutant.after.empty()) print(fmt::format("    + {}\n", mutant.after));
}

void print_operators(const MutationReport& report) {
  for (const content::MutationOperator op : content::kMutationOperators) {
    std::size_t all = 0, caught = 0;
    for (const MutantResult& result : report.results) {
      if (result.mutant->op != op || result.fate == MutantFate::exempt || result.fate == MutantFate::broken) continue;
      ++all;
      caught += result.fate != MutantFate::survived;
    }
    print(fmt::format("{}: {} of {} caught\n", content::to_string(op), caught, all));
  }
}

void print_report(const Loaded& loaded, const MutationReport& report) {
  for (const MutantResult& result : report.results) {
    if (result.fate == MutantFate::survived) print_mutant(loaded.sources, *result.mutant, " survived");
    if (result.fate == MutantFate::broken) print(fmt::format("{} is no valid rule and not counted: {}\n", result.mutant->name, result.error));
  }
  for (const std::string& line : lines_of(report.errors)) print(line + "\n");
  print_operators(report);
}

// Rules with too few tests, or none of a kind. What a guard and a limit are is what the mutants say: tests that let every
// mutant of a kind live hold no test of that kind.
std::size_t print_thin_rules(const Loaded& loaded, const MutationReport& report) {
  std::size_t thin = 0;
  for (const RuleTests& rule : tests_by_rule(*loaded.outcome.library, loaded.tests)) {
    std::vector<std::string> lacks;
    if (rule.tests < kTestsPerRuleMin) lacks.push_back(fmt::format("has {} tests, {} are needed", rule.tests, kTestsPerRuleMin));
    if (rule.hits == 0) lacks.push_back("no hit");
    if (rule.misses == 0) lacks.push_back("no miss");
    std::size_t guards = 0, guards_caught = 0, edges = 0, edges_caught = 0;
    for (const MutantResult& result : report.results) {
      if (!result.mutant->rule || result.mutant->rule->id != rule.rule || result.fate == MutantFate::exempt || result.fate == MutantFate::broken) continue;
      const bool guard = result.mutant->op == content::MutationOperator::drop_guard;
      const bool edge = result.mutant->op == content::MutationOperator::shift_limit || result.mutant->op == content::MutationOperator::swap_order;
      const bool caught = result.fate != MutantFate::survived;
      guards += guard;
      guards_caught += guard && caught;
      edges += edge;
      edges_caught += edge && caught;
    }
    if (guards != 0 && guards_caught == 0) lacks.push_back("no test of a guard");
    if (edges != 0 && edges_caught == 0) lacks.push_back("no test of a boundary");
    if (lacks.empty()) continue;
    ++thin;
    print(fmt::format("{}:{}: {}: {}\n", rule.origin.file, rule.origin.line, rule.rule, fmt::join(lacks, ", ")));
  }
  return thin;
}

struct TestCounts {
  std::size_t run = 0, failed = 0;
};

void print_result(const TestCounts& counts, const MutationReport* report) {
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("tests", counts.run).field("failed", counts.failed);
  if (report == nullptr) {
    out.key("mutants").null().key("caught").null().key("exempt").null();
  } else {
    const std::size_t caught = report->count(MutantFate::caught) + report->count(MutantFate::exempt_but_caught);
    out.field("mutants", caught + report->count(MutantFate::survived)).field("caught", caught).field("exempt", report->count(MutantFate::exempt));
  }
  out.end_object();
  print(text + "\n");
}

Result<int> mutate_packs(const Arguments& args, const Loaded& loaded, std::vector<content::PackTest> passing, const TestCounts& counts) {
  const std::string only = args.value("--only").value_or("");
  if (args.has("--list")) {
    for (const content::Mutant& mutant : mutants_of(*loaded.outcome.library, only)) print_mutant(loaded.sources, mutant, "");
    return 0;
  }
  TRY_ASSIGN(const long threads, args.number("--threads", 2, 1, 64));
  std::vector<Error> errors;
  const std::vector<Exemption> exemptions = load_exemptions(loaded.sources, errors);
  MutationInput input{loaded.outcome.library, passing, exemptions, only, static_cast<unsigned>(threads)};
  MutationReport report = mutate(input, [](std::size_t done, std::size_t all) { fmt::print(stderr, "{} of {} mutants\n", done, all); });
  report.errors.insert(report.errors.begin(), errors.begin(), errors.end());
  print_report(loaded, report);
  const std::size_t thin = only.empty() ? print_thin_rules(loaded, report) : 0;
  if (report.whole_library != 0) fmt::print(stderr, "{} rules were judged beside all others\n", report.whole_library);
  print_result(counts, &report);
  const std::size_t caught = report.count(MutantFate::caught), all = caught + report.count(MutantFate::survived);
  return counts.failed == 0 && report.errors.empty() && thin == 0 && caught * 100 >= all * kCaughtPercentMin ? 0 : 1;
}

Result<int> test(const Arguments& args) {
  TRY_ASSIGN(const Loaded loaded, load_all(args));
  if (!loaded.pack || !loaded.errors.empty()) {
    for (const std::string& line : lines_of(loaded.errors)) print(line + "\n");
    return core::fail(core::Code::invalid, "the packs have mistakes; no test was run");
  }
  const bool mutates = args.has("--mutate");
  const std::string only = mutates ? "" : args.value("--only").value_or("");
  TestCounts counts;
  std::vector<content::PackTest> passing;
  assist::FoldScratch scratch;
  for (const content::PackTest& item : loaded.tests) {
    if (!only.empty() && item.name.find(only) == std::string::npos && item.origin.file.find(only) == std::string::npos) continue;
    ++counts.run;
    const std::vector<std::string> misses = run_pack_test(item, loaded.pack, scratch);
    if (misses.empty()) {
      if (mutates) passing.push_back(item);
      continue;
    }
    ++counts.failed;
    print(fmt::format("{}:{}: {}\n", item.origin.file, item.origin.line, item.name));
    for (const std::string& miss : misses) print("    " + miss + "\n");
  }
  if (mutates) return mutate_packs(args, loaded, std::move(passing), counts);
  print_result(counts, nullptr);
  return counts.failed == 0 ? 0 : 1;
}

}  // namespace

int pack_check_command(CommandArgs args) { return run(kCheck, args, check); }
int pack_test_command(CommandArgs args) { return run(kTest, args, test); }

}  // namespace fenshen::server
