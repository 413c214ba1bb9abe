// What one event costs beside 5,000 rules: one that concerns none, and one that three rules wait for.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "rules/rule_set.h"

namespace fenshen::rules {
namespace {

content::Condition condition(const std::string& text) { return content::parse_condition(text).value(); }

content::Library many_rules(int count) {
  content::Library library;
  for (int i = 0; i < count; ++i) {
    content::Rule& rule = library.rules.emplace_back();
    const std::string number = std::to_string(i);
    rule.id = "R" + number;
    rule.applies = condition(i % 2 == 0 ? "product.class == wealth" : "channel == voice");
    if (i % 3 == 0) {
      rule.when = condition("event bad" + std::to_string(i / 9));
    } else {
      rule.require.push_back({"", condition("event good" + number)});
      rule.by = content::Deadline{2, 0, true, std::nullopt, ""};
      if (i % 30 != 1) rule.after = condition("event offer" + number);
    }
  }
  return library;
}

void step_many_rules(benchmark::State& state, const std::string& event_name) {
  const content::Library library = many_rules(static_cast<int>(state.range(0)));
  signals::LexiconBuilder lexicon(library);
  signals::ConditionSetBuilder builder(library, lexicon);
  std::vector<core::Error> errors;
  const auto rules = RuleSet::compile(library, builder, errors);
  const auto conditions = builder.build();
  signals::Context context(*conditions);
  const auto rule_state = rules->make_state();
  signals::ConditionSet::Scratch scratch;
  std::vector<signals::Truth> truths;
  std::vector<Verdict> verdicts;
  conversation::Event event;
  event.body = conversation::BusinessEvent{event_name, {}};
  std::uint32_t turn = 0;
  for (auto _ : state) {
    ++event.seq;
    event.recorded_at += 1000;
    context.set("turn", signals::number_value(++turn));
    const signals::Facts facts{&event, nullptr, conversation::Speaker::system, &context, {}, {}};
    truths.clear();
    verdicts.clear();
    rules->advance(*rule_state, event.recorded_at, facts, verdicts);
    conditions->happened(facts, false, scratch, truths);
    rules->step(*rule_state, {&facts, truths, turn, false, false}, verdicts);
    benchmark::DoNotOptimize(verdicts.data());
  }
}

void quiet_event(benchmark::State& state) { step_many_rules(state, "nobody.waits"); }
void event_of_three_rules(benchmark::State& state) { step_many_rules(state, "bad7"); }
BENCHMARK(quiet_event)->Arg(500)->Arg(5'000);
BENCHMARK(event_of_three_rules)->Arg(500)->Arg(5'000);

}  // namespace
}  // namespace fenshen::rules
