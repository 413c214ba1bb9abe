// Dialogues that come with a pack: samples for the desk and the pack's own tests.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "content/load.h"
#include "conversation/dialogue.h"

namespace fenshen::content {

struct Sample {
  std::string id;
  Localized title;
  Localized scenario;  // one line: what to watch
  conversation::Dialogue dialogue;
  Origin origin;
};
std::vector<Sample> load_samples(const PackSources& sources, std::vector<core::Error>& errors);

struct ExpectedEntity {
  std::string type;
  std::string value;
};

// What a turn must (`expect`) or must not (`not`) give.
struct Expectation {
  std::vector<std::string> rules, prompts, topics, steps, kinds;
  std::vector<std::string> next, owed, undone, gates;  // steps told so at this turn; gates: told as broken
  std::string emotion;
  std::vector<ExpectedEntity> entities;
  std::map<std::string, std::vector<std::string>> missing;  // rule -> parts that its card names as missing, exactly
};

struct PackTest {
  std::string name;
  std::string pack;
  conversation::Dialogue dialogue;
  std::vector<Expectation> expect, refuse;  // by turn
  bool ends = true;
  Expectation at_end;   // rules, steps, type, fields over the whole dialogue
  Expectation never;    // not_rules, not_prompts, not_steps, not_topics over the whole dialogue
  std::string type;     // leaf that the wrap-up proposes first
  std::map<std::string, std::string> fields;
  Origin origin;
};
// Not a test: mutants that need not be caught (fenshen pack test --mutate).
inline constexpr std::string_view kExemptionsPath = "tests/mutants-exempt.yaml";

// Tests of the folder tests/ (they must pass), or of measure/: kept aside, written without knowledge of the packs, to measure them.
std::vector<PackTest> load_tests(const PackSources& sources, std::vector<core::Error>& errors, std::string_view folder = "tests/");

}  // namespace fenshen::content
