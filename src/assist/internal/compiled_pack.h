// Everything that the fold reads, compiled once and shared by all conversations bound to it. Immutable.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "assist/assist.h"
#include "assist/internal/circumstances.h"
#include "assist/internal/internal_words.h"
#include "content/library.h"
#include "flow/flow_set.h"
#include "knowledge/index.h"
#include "rules/rule_set.h"
#include "signals/condition_set.h"
#include "signals/lexicon.h"

namespace fenshen::assist {

// What a condition outside rules and flows stands for.
struct Cue {
  enum class Kind : std::uint8_t { announcement, leaf, article } kind = Kind::leaf;
  std::uint32_t index = 0;  // into Library::announcements, leaves or articles
};

class CompiledPack {
 public:
  std::shared_ptr<const content::Library> library;
  std::shared_ptr<const signals::Lexicon> lexicon;
  std::shared_ptr<const signals::ConditionSet> conditions;
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const flow::FlowSet> flows;
  std::shared_ptr<const knowledge::Index> index;

  std::vector<std::vector<Cue>> cues;                  // by condition id
  std::vector<std::vector<std::string_view>> topics;   // by article
  std::unordered_map<std::string_view, std::uint32_t> leaf_by_code;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> leaves_by_topic;
  std::unordered_map<std::string_view, std::uint32_t> product_by_code;
  bool reads_intents = false;  // some condition or flow reads the topic of a turn
  InternalWords internal_words;
  CircumstancesRead circumstances;
  int offset_minutes = 480;
};

}  // namespace fenshen::assist
