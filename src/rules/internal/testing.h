// For the tests of this room only: rules from texts, and a conversation driven event by event the way the fold drives it,
// with readings made by hand (each pattern of the rules is either hit or not; scanning is tested in signals/).
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rules/rule_set.h"

namespace fenshen::rules::testing {

using conversation::Speaker;

inline content::Condition condition(const std::string& text) {
  auto parsed = content::parse_condition(text);
  EXPECT_TRUE(parsed.has_value()) << text << ": " << (parsed ? "" : core::describe(parsed.error()));
  return parsed ? std::move(*parsed) : content::Condition{};
}

// What the engines see of one event, with the facts as the fold would have set them.
struct Moment {
  conversation::EventBody body = conversation::Tick{};
  core::Millis at = 0;
  std::uint64_t seq = 0;
  std::uint32_t turn = 0;
  bool speaks = false;
  Speaker speaker = Speaker::system;
  std::set<std::string> patterns;                             // hit by the utterance; with a bracket: a regular expression
  std::vector<std::string> amounts;                           // entities of the utterance
  std::vector<std::pair<std::string, std::string>> context;   // set before the event is looked at
  std::vector<std::string> flows;
};

class Machine {
 public:
  explicit Machine(std::vector<content::Rule> rules, std::vector<content::CalendarSpan> calendar = {}) {
    library_.rules = std::move(rules);
    library_.calendar = std::move(calendar);
    for (const char* code : {"P01", "P14"}) {
      content::Flow flow;
      flow.id = code;
      library_.flows.push_back(std::move(flow));
    }
    lexicon_ = std::make_unique<signals::LexiconBuilder>(library_);
    signals::ConditionSetBuilder builder(library_, *lexicon_);
    rules_ = RuleSet::compile(library_, builder, errors_);
    conditions_ = builder.build();
  }

  const std::vector<core::Error>& errors() const { return errors_; }
  const RuleSet& rules() const { return *rules_; }
  const signals::ConditionSet& conditions() const { return *conditions_; }
  const content::Library& library() const { return library_; }
  signals::PatternId pattern(const std::string& text) const {
    return (text.find('[') != std::string::npos ? lexicon_->add_regex(text) : lexicon_->add(text)).value();
  }

 private:
  content::Library library_;
  std::unique_ptr<signals::LexiconBuilder> lexicon_;
  std::vector<core::Error> errors_;
  std::shared_ptr<const signals::ConditionSet> conditions_;
  std::shared_ptr<const RuleSet> rules_;
};

class Run {
 public:
  explicit Run(const Machine& machine) : machine_(&machine), context_(machine.conditions()), state_(machine.rules().make_state()) {}
  Run(const Run& other) : machine_(other.machine_), context_(other.context_), state_(std::make_unique<RuleState>(*other.state_)), verdicts(other.verdicts) {}

  Run& operator=(const Run& other) {
    Run copy(other);
    std::swap(context_, copy.context_);
    std::swap(state_, copy.state_);
    std::swap(verdicts, copy.verdicts);
    return *this;
  }

  void advance(core::Millis now) { machine_->rules().advance(*state_, now, facts_, verdicts); }

  void step(const Moment& moment) {
    advance(moment.at);
    for (const auto& [path, value] : moment.context) context_.set(path, value);
    flows_.assign(moment.flows.begin(), moment.flows.end());
    event_.body = moment.body;
    event_.seq = moment.seq;
    event_.recorded_at = moment.at;
    reading_.hits.clear();
    for (const std::string& text : moment.patterns) reading_.hits.push_back({machine_->pattern(text), {0, 1}});
    std::ranges::sort(reading_.hits, {}, &signals::Hit::pattern);
    reading_.entities.clear();
    for (const std::string& amount : moment.amounts) reading_.entities.push_back({signals::EntityType::amount, {0, 1}, amount});
    facts_ = {&event_, moment.speaks ? &reading_ : nullptr, moment.speaker, &context_, flows_, {}};
    truths_.clear();
    machine_->conditions().happened(facts_, false, scratch_, truths_);
    machine_->rules().step(*state_, {&facts_, truths_, moment.turn, moment.speaks, std::holds_alternative<conversation::ConversationEnded>(moment.body)},
                           verdicts);
  }

  std::vector<Owed> owed() const {
    std::vector<Owed> list;
    machine_->rules().owed(*state_, list);
    return list;
  }
  std::optional<core::Millis> next_due() const { return machine_->rules().next_due(*state_); }

 private:
  const Machine* machine_;
  signals::Context context_;
  std::unique_ptr<RuleState> state_;
  signals::ConditionSet::Scratch scratch_;
  conversation::Event event_;
  signals::Reading reading_;
  std::vector<std::string_view> flows_;
  std::vector<signals::Truth> truths_;
  signals::Facts facts_;

 public:
  std::vector<Verdict> verdicts;
};

// "broken SAL-01 @3" and so on, for comparing and for reading.
inline std::string show(const Verdict& verdict, const content::Library& library) {
  static constexpr const char* kNames[] = {"warned", "met", "broken"};
  std::string text = std::string(kNames[static_cast<int>(verdict.kind)]) + " " + library.rules[verdict.rule].id + " @" + std::to_string(verdict.cause_seq);
  for (const std::uint16_t part : verdict.missing) text += " -" + std::to_string(part);
  if (!verdict.instance.empty()) text += " [" + verdict.instance + "]";
  if (verdict.severity != library.rules[verdict.rule].severity) text += " escalated";
  if (verdict.alert) text += " alert";
  return text;
}

}  // namespace fenshen::rules::testing
