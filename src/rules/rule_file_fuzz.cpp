// Any bytes as a whole rule file of a pack: loading and compiling answer with rules or with errors that name a place, and rules that
// compile run over a short dialogue without a fault.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/load.h"
#include "rules/rule_set.h"

namespace {

using namespace fenshen;

content::PackSources sources_with(std::string rules) {
  content::PackSources sources;
  const auto file = [&](std::string path, std::string text) { sources.files.push_back({"p", path, path, std::move(text)}); };
  file("pack.yaml", "{id: p, version: '1', name: p, time_zone: '+08:00'}");
  file("classes/c.yaml",
       "- {id: negation, phrases: [不是]}\n- {id: prohibition, phrases: [不能]}\n- {id: quoting, phrases: [有人说]}\n- {id: question_mark, phrases: [吗]}\n- {id: a, phrases: [保本, 稳赚]}\n");
  file("rules/r.yaml", std::move(rules));
  return sources;
}

void run(const rules::RuleSet& rules, const signals::ConditionSet& conditions, const signals::Lexicon& lexicon) {
  const auto state = rules.make_state();
  signals::Context context(conditions);
  signals::Reader reader;
  signals::Reading reading;
  signals::ConditionSet::Scratch scratch;
  std::vector<signals::Truth> truths;
  std::vector<rules::Verdict> verdicts;
  const std::vector<conversation::EventBody> bodies = {
      conversation::ConversationStarted{}, conversation::Utterance{.speaker = conversation::Speaker::rep, .text = "这个保本吗，稳赚三万元"},
      conversation::BusinessEvent{"x", {{"no", "1", conversation::FieldKind::text}}}, conversation::Utterance{.speaker = conversation::Speaker::customer, .text = "我买 3306"},
      conversation::ConversationEnded{}};
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    conversation::Event event;
    event.seq = i + 1;
    event.recorded_at = static_cast<core::Millis>(i) * 86'400'000;
    event.body = bodies[i];
    signals::Facts facts;
    facts.event = &event;
    facts.context = &context;
    const auto* said = std::get_if<conversation::Utterance>(&event.body);
    if (said != nullptr) {
      reader.read(lexicon, said->text, 0, reading);
      facts.reading = &reading;
      facts.speaker = said->speaker;
    }
    rules.advance(*state, event.recorded_at, facts, verdicts);
    truths.clear();
    conditions.happened(facts, false, scratch, truths);
    rules.step(*state, {&facts, truths, static_cast<std::uint32_t>(i), said != nullptr, i + 1 == bodies.size()}, verdicts);
  }
  rules.advance(*state, core::Millis{4000} * 86'400'000, {}, verdicts);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  const content::LoadOutcome outcome = content::load(sources_with({reinterpret_cast<const char*>(data), size}));
  for (const core::Error& error : outcome.errors)
    if (error.where.find(':') == std::string::npos || error.message.empty()) std::abort();
  signals::LexiconBuilder lexicon(*outcome.library);
  signals::ConditionSetBuilder conditions(*outcome.library, lexicon);
  std::vector<core::Error> errors;
  const auto rules = rules::RuleSet::compile(*outcome.library, conditions, errors);
  for (const core::Error& error : errors)
    if (error.where.find(':') == std::string::npos) std::abort();
  const auto made = conditions.build();
  if (const auto built = lexicon.build()) run(*rules, *made, **built);
  return 0;
}
