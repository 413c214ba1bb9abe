// fenshen pack check, fenshen pack test.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "content/examples.h"
#include "core/json_writer.h"
#include "server/cli.h"
#include "server/commands.h"
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
                     {"--measure", "", "the tests kept aside in measure/ instead: what share passes"}},
                    true};

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

Result<int> test(const Arguments& args) {
  TRY_ASSIGN(const Loaded loaded, load_all(args));
  if (!loaded.pack || !loaded.errors.empty()) {
    for (const std::string& line : lines_of(loaded.errors)) print(line + "\n");
    return core::fail(core::Code::invalid, "the packs have mistakes; no test was run");
  }
  const std::string only = args.value("--only").value_or("");
  std::size_t run = 0, failed = 0;
  assist::FoldScratch scratch;
  for (const content::PackTest& item : loaded.tests) {
    if (!only.empty() && item.name.find(only) == std::string::npos && item.origin.file.find(only) == std::string::npos) continue;
    ++run;
    const std::vector<std::string> misses = run_pack_test(item, loaded.pack, scratch);
    if (misses.empty()) continue;
    ++failed;
    print(fmt::format("{}:{}: {}\n", item.origin.file, item.origin.line, item.name));
    for (const std::string& miss : misses) print("    " + miss + "\n");
  }
  print(fmt::format("{{\"tests\":{},\"failed\":{},\"mutants\":null,\"caught\":null,\"exempt\":null}}\n", run, failed));
  return failed == 0 ? 0 : 1;
}

}  // namespace

int pack_check_command(CommandArgs args) { return run(kCheck, args, check); }
int pack_test_command(CommandArgs args) { return run(kTest, args, test); }

}  // namespace fenshen::server
