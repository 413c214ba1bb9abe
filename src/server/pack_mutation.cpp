#include "server/pack_mutation.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "assist/assist.h"
#include "content/pattern.h"
#include "server/pack_test_run.h"

namespace fenshen::server {
namespace {

using content::Condition;
using content::ConditionNode;
using content::Expectation;
using content::Library;
using content::Mutant;
using content::PackTest;
using content::PhraseClass;
using content::Rule;
using Names = std::set<std::string, std::less<>>;

constexpr std::size_t kProgressEvery = 50;

bool holds(const std::vector<std::string>& list, const std::string& item) { return std::ranges::find(list, item) != list.end(); }

// --- which classes a rule reads ---

class ClassIndex {
 public:
  explicit ClassIndex(const Library& library) {
    for (const PhraseClass& item : library.classes) by_id_.emplace(item.id, &item);
  }
  const PhraseClass* find(const std::string& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
  }
  Names of(const Rule& rule) const {
    Names names;
    content::each_condition(rule, [&](const Condition& condition, std::string_view) { of(condition.root, names); });
    return names;
  }
  void of(const ConditionNode& node, Names& names) const {
    if (node.kind != ConditionNode::Kind::matches) of(node.pattern_text, names);
    of(node.unless_text, names);
    of(node.unless_before_text, names);
    for (std::size_t i = 0; i < content::kGuards.size(); ++i)
      if ((node.guards >> i) & 1U) of(fmt::format("{{{}}}", content::kGuards[i].phrase_class), names);
    for (const ConditionNode& child : node.children) of(child, names);
  }

 private:
  void of(const std::string& pattern, Names& names) const {
    if (pattern.find('{') == std::string::npos) return;
    const auto parsed = content::parse_pattern(pattern);
    if (!parsed) return;
    for (const std::string& name : content::referenced_classes(*parsed)) {
      const PhraseClass* item = find(name);
      if (item == nullptr || !names.insert(name).second) continue;
      for (const std::string& phrase : item->phrases) of(phrase, names);
    }
  }
  std::map<std::string, const PhraseClass*, std::less<>> by_id_;
};

// Whether a condition asks for what flows say (or knowledge): then these have to run too.
bool needs_flows(const ConditionNode& node) {
  using Kind = ConditionNode::Kind;
  if (node.kind == Kind::step || node.kind == Kind::enters || node.kind == Kind::intent) return true;
  const auto reads = [](const std::string& path) { return path == "flow" || path.starts_with("fields."); };
  for (const content::CompareNode& compare : node.compares)
    if (reads(compare.path) || std::ranges::any_of(compare.values, [&](const content::Operand& value) { return value.is_path && reads(value.text); }))
      return true;
  return std::ranges::any_of(node.children, needs_flows);
}

// --- the tests of one rule ---

void keep_rule(Expectation& expectation, const std::string& rule) {
  Expectation kept;
  if (holds(expectation.rules, rule)) kept.rules = {rule};
  if (holds(expectation.prompts, rule)) kept.prompts = {rule};
  if (const auto missing = expectation.missing.find(rule); missing != expectation.missing.end()) kept.missing.insert(*missing);
  expectation = std::move(kept);
}

bool is_empty(const Expectation& expectation) {
  return expectation.rules.empty() && expectation.prompts.empty() && expectation.missing.empty() && expectation.kinds.empty();
}

// The kinds of card a rule may give, among those that must not be there.
void keep_verdicts(const Expectation& from, Expectation& to) {
  for (const std::string& kind : from.kinds)
    if (kind == "violation" || kind == "fraud" || kind == "prompt") to.kinds.push_back(kind);
}

// The test with what it says about this rule alone; `refuses_kinds` also where it only says that no violation may come.
std::optional<PackTest> about(const PackTest& test, const std::string& rule, bool refuses_kinds) {
  PackTest kept = test;
  kept.type.clear();
  kept.fields.clear();
  bool any = false;
  for (std::size_t i = 0; i < kept.expect.size(); ++i) {
    keep_rule(kept.expect[i], rule);
    keep_rule(kept.refuse[i], rule);
    if (refuses_kinds) keep_verdicts(test.refuse[i], kept.refuse[i]);
    any = any || !is_empty(kept.expect[i]) || !is_empty(kept.refuse[i]);
  }
  keep_rule(kept.at_end, rule);
  keep_rule(kept.never, rule);
  if (refuses_kinds) keep_verdicts(test.never, kept.never);
  if (any || !is_empty(kept.at_end) || !is_empty(kept.never)) return kept;
  return std::nullopt;
}

// --- one rule's workshop ---

struct Bench {
  const Rule* rule = nullptr;
  std::shared_ptr<const Library> library;  // the rule alone and what it needs
  std::vector<PackTest> tests;             // about the rule; first those that name it
  bool whole = false;
};

std::shared_ptr<Library> small_library(const Library& library, const ClassIndex& classes, const Rule& rule) {
  auto small = std::make_shared<Library>();
  bool flows = false;
  content::each_condition(rule, [&](const Condition& condition, std::string_view) { flows = flows || needs_flows(condition.root); });
  if (flows) *small = library;
  small->packs = library.packs;
  small->products = library.products;
  small->hash = library.hash;
  small->rules = {rule};
  small->leaves.clear();
  small->announcements.clear();
  small->articles.clear();  // a flow that starts by a topic does not compile then: such a rule is judged with everything
  if (flows) return small;
  for (const std::string& name : classes.of(rule)) small->classes.push_back(*classes.find(name));
  return small;
}

std::shared_ptr<const assist::CompiledPack> compile(const std::shared_ptr<const Library>& library, std::string* error) {
  assist::CompileOutcome outcome = assist::compile(library);
  if (!outcome.pack && error != nullptr) *error = outcome.errors.empty() ? "does not compile" : core::describe(outcome.errors.front());
  return std::move(outcome.pack);
}

class Session {
 public:
  Session(const MutationInput& input, MutationReport& report, const std::function<void(std::size_t, std::size_t)>& progress)
      : input_(input), report_(report), progress_(progress), classes_(*input.library) {}

  void run() {
    find_exemptions();
    prepare();
    each(report_.mutants.size(), [&](std::size_t i, assist::FoldScratch& scratch) {
      judge(report_.results[i], scratch);
      if (const std::size_t done = ++done_; done % kProgressEvery == 0) progress_(done, report_.mutants.size());
    });
    name_broken_exemptions();
  }

 private:
  template <typename Work>
  void each(std::size_t count, Work work) {
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> workers;
    for (unsigned t = 0; t < std::max(1U, input_.threads); ++t)
      workers.emplace_back([&] {
        assist::FoldScratch scratch;
        for (std::size_t i = next++; i < count; i = next++) work(i, scratch);
      });
  }

  void find_exemptions() {
    for (const Exemption& exemption : input_.exemptions)
      if (!exempt_.emplace(exemption.mutant, &exemption).second) fail(exemption, "is exempt twice");
    std::set<std::string> names;
    for (const Mutant& mutant : report_.mutants) names.insert(mutant.name);
    if (!input_.only.empty()) return;
    for (const Exemption& exemption : input_.exemptions)
      if (!names.contains(exemption.mutant)) fail(exemption, "is no mutant (any more)");
  }

  void fail(const Exemption& exemption, std::string_view what) {
    report_.errors.push_back({core::Code::invalid, fmt::format("exemption {}: {}", exemption.mutant, what),
                              fmt::format("{}:{}", exemption.origin.file, exemption.origin.line)});
  }

  void name_broken_exemptions() {
    for (const MutantResult& result : report_.results) {
      const auto found = exempt_.find(result.mutant->name);
      if (found == exempt_.end()) continue;
      const Exemption& exemption = *found->second;
      if (result.fate == MutantFate::exempt_but_caught) fail(exemption, "is caught by a test: remove the exemption (" + result.by + ")");
      if (exemption.was != result.mutant->before) fail(exemption, fmt::format("is now «{}», was «{}»", result.mutant->before, exemption.was));
    }
  }

  // A bench for each rule of which a mutant is asked.
  void prepare() {
    std::map<std::string, Names, std::less<>> classes_of_rule;
    Names mutated;
    for (const Mutant& mutant : report_.mutants)
      mutated.insert(mutant.rule ? mutant.rule->id : mutant.phrase_class->id);
    for (const Rule& rule : input_.library->rules) {
      const Names names = classes_.of(rule);
      const bool reads = std::ranges::any_of(names, [&](const std::string& name) { return mutated.contains(name); });
      if (!reads && !mutated.contains(rule.id)) continue;
      benches_.emplace_back().rule = &rule;
      by_item_[rule.id].push_back(benches_.size() - 1);
      for (const std::string& name : names) by_item_[name].push_back(benches_.size() - 1);
    }
    std::atomic<std::size_t> whole = 0;
    each(benches_.size(), [&](std::size_t i, assist::FoldScratch& scratch) {
      furnish(benches_[i], scratch);
      whole += benches_[i].whole;
    });
    report_.whole_library = whole;
  }

  // The tests that pass with the rule alone. If one that passes with everything does not, the rule needs everything.
  void furnish(Bench& bench, assist::FoldScratch& scratch) {
    std::vector<PackTest> named, kinds;
    for (const PackTest& test : input_.tests) {
      if (auto kept = about(test, bench.rule->id, false)) named.push_back(std::move(*kept));
      else if (auto refusing = about(test, bench.rule->id, true)) kinds.push_back(std::move(*refusing));
    }
    std::ranges::move(kinds, std::back_inserter(named));
    bench.tests = std::move(named);
    bench.library = small_library(*input_.library, classes_, *bench.rule);
    const auto alone = compile(bench.library, nullptr);
    bench.whole = !alone || std::ranges::any_of(bench.tests, [&](const PackTest& test) { return !run_pack_test(test, alone, scratch, *bench.rule).empty(); });
    if (!bench.whole) return;
    bench.library = input_.library;
    const auto all = compile(bench.library, nullptr);
    std::erase_if(bench.tests, [&](const PackTest& test) { return !run_pack_test(test, all, scratch, *bench.rule).empty(); });
  }

  void judge(MutantResult& result, assist::FoldScratch& scratch) {
    const bool caught = is_caught(result, scratch);
    if (result.fate == MutantFate::broken) return;
    const bool exempt = exempt_.contains(result.mutant->name);
    result.fate = caught ? (exempt ? MutantFate::exempt_but_caught : MutantFate::caught) : exempt ? MutantFate::exempt : MutantFate::survived;
  }

  bool is_caught(MutantResult& result, assist::FoldScratch& scratch) {
    const Mutant& mutant = *result.mutant;
    const std::string& item = mutant.rule ? mutant.rule->id : mutant.phrase_class->id;
    for (const std::size_t index : by_item_.find(item)->second) {
      const Bench& bench = benches_[index];
      auto library = std::make_shared<Library>(*bench.library);
      for (Rule& rule : library->rules)
        if (mutant.rule && rule.id == item) rule = *mutant.rule;
      for (PhraseClass& phrases : library->classes)
        if (mutant.phrase_class && phrases.id == item) phrases = *mutant.phrase_class;
      const auto pack = compile(library, &result.error);
      if (!pack) {
        result.fate = MutantFate::broken;
        return false;
      }
      for (const PackTest& test : bench.tests) {
        if (run_pack_test(test, pack, scratch, *bench.rule).empty()) continue;
        result.by = fmt::format("{}:{}", test.origin.file, test.origin.line);
        return true;
      }
    }
    return false;
  }

  const MutationInput& input_;
  MutationReport& report_;
  const std::function<void(std::size_t, std::size_t)>& progress_;
  const ClassIndex classes_;
  std::vector<Bench> benches_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_item_;  // rule or class -> benches
  std::map<std::string, const Exemption*, std::less<>> exempt_;
  std::atomic<std::size_t> done_ = 0;
};

}  // namespace

std::vector<Exemption> load_exemptions(const content::PackSources& sources, std::vector<core::Error>& errors) {
  std::vector<Exemption> exemptions;
  for (const content::SourceFile& file : sources.files) {
    if (file.path != content::kExemptionsPath) continue;
    const auto mistake = [&](int line, std::string message) {
      errors.push_back({core::Code::invalid, std::move(message), fmt::format("{}:{}", file.label, line)});
    };
    try {
      for (const auto& node : YAML::Load(file.text)) {
        Exemption item;
        item.origin = {file.label, node.Mark().line + 1};
        for (const auto& member : node) {
          const std::string key = member.first.Scalar();
          if (key == "mutant") item.mutant = member.second.Scalar();
          else if (key == "was") item.was = member.second.Scalar();
          else if (key == "reason") item.reason = member.second.Scalar();
          else mistake(item.origin.line, fmt::format("unknown key {}", key));
        }
        if (item.mutant.empty() || item.was.empty() || item.reason.empty()) mistake(item.origin.line, "an exemption has mutant, was and reason");
        exemptions.push_back(std::move(item));
      }
    } catch (const YAML::Exception& error) {
      mistake(error.mark.line + 1, "not valid YAML: " + error.msg);
    }
  }
  return exemptions;
}

std::size_t MutationReport::count(MutantFate fate) const {
  return static_cast<std::size_t>(std::ranges::count(results, fate, &MutantResult::fate));
}

std::vector<Mutant> mutants_of(const Library& library, std::string_view only) {
  const ClassIndex classes(library);
  std::vector<Mutant> mutants;
  Names used;
  const auto take = [&](std::vector<Mutant> some) {
    for (Mutant& mutant : some)
      if (only.empty() || mutant.name.find(only) != std::string::npos) mutants.push_back(std::move(mutant));
  };
  for (const Rule& rule : library.rules) {
    used.merge(classes.of(rule));
    take(content::mutants_of(rule));
  }
  for (const std::string& name : used) take(content::mutants_of(*classes.find(name)));
  return mutants;
}

MutationReport mutate(const MutationInput& input, const std::function<void(std::size_t, std::size_t)>& progress) {
  MutationReport report;
  report.mutants = mutants_of(*input.library, input.only);
  for (const Mutant& mutant : report.mutants) report.results.emplace_back().mutant = &mutant;
  Session(input, report, progress).run();
  return report;
}

std::vector<RuleTests> tests_by_rule(const Library& library, std::span<const PackTest> tests) {
  std::map<std::string, RuleTests, std::less<>> by_rule;
  for (const Rule& rule : library.rules) by_rule[rule.id] = {rule.id, rule.origin};
  for (const PackTest& test : tests) {
    Names hits, misses;
    const auto gather = [](const Expectation& from, Names& to) {
      to.insert(from.rules.begin(), from.rules.end());
      to.insert(from.prompts.begin(), from.prompts.end());
    };
    for (const Expectation& expectation : test.expect) gather(expectation, hits);
    for (const Expectation& expectation : test.refuse) gather(expectation, misses);
    gather(test.at_end, hits);
    gather(test.never, misses);
    for (auto& [id, counts] : by_rule) {
      const bool hit = hits.contains(id), miss = misses.contains(id);
      counts.hits += hit;
      counts.misses += miss;
      counts.tests += hit || miss;
    }
  }
  std::vector<RuleTests> list;
  for (auto& [id, counts] : by_rule) list.push_back(std::move(counts));
  return list;
}

}  // namespace fenshen::server
