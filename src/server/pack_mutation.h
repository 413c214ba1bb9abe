// Mutation testing of packs: does some pack test fail when a rule or a phrase class is a little wrong? Each mutant is
// compiled into a library of that one rule and what it needs, and only the tests that speak of the rule are run.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "content/examples.h"
#include "content/load.h"
#include "content/mutate.h"
#include "core/result.h"

namespace fenshen::server {

// A mutant that need not be noticed, with the reason: tests/mutants-exempt.yaml of a pack. `was`: what the mutant changes
// (Mutant::before), so that a name that has come to mean another place is found.
struct Exemption {
  std::string mutant, was, reason;
  content::Origin origin;
};
std::vector<Exemption> load_exemptions(const content::PackSources& sources, std::vector<core::Error>& errors);

enum class MutantFate : std::uint8_t { caught, survived, exempt, exempt_but_caught, broken };
struct MutantResult {
  const content::Mutant* mutant = nullptr;
  MutantFate fate = MutantFate::survived;
  std::string by;     // caught: the first test that noticed, FILE:LINE
  std::string error;  // broken: why it does not compile
};

struct MutationInput {
  std::shared_ptr<const content::Library> library;
  std::span<const content::PackTest> tests;  // those that pass
  std::span<const Exemption> exemptions;
  std::string only;      // mutants whose name holds this; empty: all
  unsigned threads = 2;
};
struct MutationReport {
  std::vector<content::Mutant> mutants;  // of the whole library, by item, less those that `only` leaves out
  std::vector<MutantResult> results;     // one each
  std::vector<core::Error> errors;       // exemptions that match nothing
  std::size_t whole_library = 0;         // rules that could only be judged with the whole library
  std::size_t count(MutantFate fate) const;
};
// All mutants of the rules and of the classes that rules use.
std::vector<content::Mutant> mutants_of(const content::Library& library, std::string_view only);
// `progress(done, all)` is called now and then, from any thread.
MutationReport mutate(const MutationInput& input, const std::function<void(std::size_t, std::size_t)>& progress);

// What the tests of each rule lack: three of them, one that expects it, one that refuses it.
struct RuleTests {
  std::string rule;
  content::Origin origin;
  std::size_t tests = 0, hits = 0, misses = 0;
};
std::vector<RuleTests> tests_by_rule(const content::Library& library, std::span<const content::PackTest> tests);

}  // namespace fenshen::server
