// Executes the examples of docs/rules.md: fenced YAML blocks that begin with «# example:». Each holds rules and a dialogue; every
// line of the dialogue says which verdicts it gives (broken, met, warned) and may say what is open then. What is not
// written must not come: the page cannot promise what the engine does not do.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "content/calendar.h"
#include "content/doc_examples.h"
#include "content/load.h"
#include "rules/rule_set.h"
#include "signals/speech.h"

namespace fenshen::rules {
namespace {

using conversation::Speaker;

// Rules of examples leave out what every rule of a pack needs but says nothing about its meaning.
content::PackSources sources_of(const YAML::Node& example) {
  YAML::Node rules = YAML::Clone(example["rules"]);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    YAML::Node rule = rules[i];
    if (!rule["name"]) rule["name"] = rule["id"];
    if (!rule["wording"]) rule["wording"] = "…";
    if (!rule["source"]) rule["source"] = "example";
  }
  content::PackSources sources;
  const auto file = [&](std::string path, std::string text) { sources.files.push_back({"doc", path, path, std::move(text)}); };
  file("pack.yaml", "{id: doc, version: '1', name: doc, time_zone: '+08:00'}");
  file("rules/doc.yaml", content::yaml_text(rules));
  if (example["classes"]) file("classes/doc.yaml", content::yaml_text(example["classes"]));
  if (example["calendar"]) file("calendar.yaml", content::yaml_text(example["calendar"]));
  return sources;
}

// The fold in small: what the assist room does with an event, without flows, knowledge and cards.
class Play {
 public:
  explicit Play(const YAML::Node& example) {
    content::LoadOutcome outcome = content::load(sources_of(example));
    errors = std::move(outcome.errors);
    library_ = outcome.library;
    signals::LexiconBuilder lexicon(*library_);
    signals::ConditionSetBuilder conditions(*library_, lexicon);
    rules_ = RuleSet::compile(*library_, conditions, errors);
    conditions_ = conditions.build();
    if (auto built = lexicon.build()) lexicon_ = *built;
    else errors.push_back(built.error());
    if (!errors.empty()) return;
    context_ = std::make_unique<signals::Context>(*conditions_);
    state_ = rules_->make_state();
    calendar_ = content::Calendar(library_->calendar);
    start_ = *core::parse_instant(example["started_at"] ? example["started_at"].Scalar() : "2026-11-20T10:00:00+08:00");
    now_ = start_;
    for (const auto& entry : example["context"]) context_->set(entry.first.Scalar(), entry.second.Scalar());
  }

  std::vector<core::Error> errors;

  // "broken R-1 warned R-2 (有效期)": what the line gave, by kind.
  std::string step(const YAML::Node& line) {
    verdicts_.clear();
    if (line["at"]) now_ = start_ + static_cast<core::Millis>(line["at"].as<double>() * 1000);
    else if (seq_ != 0) now_ += 1000;
    signals::Facts facts;
    facts.context = context_.get();
    rules_->advance(*state_, now_, facts, verdicts_);
    set_time();
    for (const auto& entry : line["set"]) context_->set(entry.first.Scalar(), entry.second.Scalar());
    if (!line["tick"]) event(line);
    return told();
  }

  std::string open() const {
    std::vector<Owed> owed;
    rules_->owed(*state_, owed);
    std::string text;
    for (const Owed& one : owed) text += (text.empty() ? "" : " ") + library_->rules[one.rule].id + (one.instance.empty() ? "" : "[" + one.instance + "]");
    return text;
  }

 private:
  void set_time() {
    const core::Day day = core::day_of(now_, 480);
    context_->set("hour", signals::number_value(core::hour_of(now_, 480)));
    context_->set("today", signals::date_value(day));
    context_->set("weekday", signals::number_value(content::weekday_of(day)));
    context_->set("workday", calendar_.works(day) ? "true" : "false");
    const content::Localized* holiday = calendar_.holiday(day);
    context_->set("holiday", holiday == nullptr ? std::string_view{} : std::string_view(holiday->zh));
  }

  void event(const YAML::Node& line) {
    conversation::Event event;
    event.seq = ++seq_;
    event.recorded_at = now_;
    Speaker speaker = Speaker::system;
    bool speaks = true;
    if (line["r"]) speaker = Speaker::rep;
    else if (line["c"]) speaker = Speaker::customer;
    else if (line["b"]) speaker = Speaker::bot;
    else speaks = false;
    if (speaks) speak(line, speaker, event);
    else if (line["e"]) event.body = business(line);
    else if (line["start"]) event.body = conversation::ConversationStarted{};
    else if (line["end"]) event.body = conversation::ConversationEnded{};
    else ADD_FAILURE() << "a line says who speaks, what happens, or: tick, start, end";
    signals::Facts facts;
    facts.event = &event;
    facts.reading = speaks ? &reading_ : nullptr;
    facts.speaker = speaker;
    facts.context = context_.get();
    truths_.clear();
    conditions_->happened(facts, false, scratch_, truths_);
    rules_->step(*state_, {&facts, truths_, turn_, speaks, line["end"].IsDefined()}, verdicts_);
    remember(event, speaker, speaks);
  }

  void speak(const YAML::Node& line, Speaker speaker, conversation::Event& event) {
    conversation::Utterance said;
    said.speaker = speaker;
    said.text = (line["r"] ? line["r"] : line["c"] ? line["c"] : line["b"]).Scalar();
    if (line["from"]) said.start_ms = static_cast<std::int64_t>(line["from"].as<double>() * 1000);
    if (line["to"]) said.end_ms = static_cast<std::int64_t>(line["to"].as<double>() * 1000);
    reader_.read(*lexicon_, said.text, core::day_of(now_, 480), reading_);
    signals::MannerPaths(*conditions_).set(*context_, speech_.hear(said, reading_));
    if (speaker != last_) ++turn_;
    last_ = speaker;
    event.body = std::move(said);
  }

  static conversation::BusinessEvent business(const YAML::Node& line) {
    conversation::BusinessEvent body;
    body.name = line["e"].Scalar();
    for (const auto& entry : line["data"]) body.data.push_back({entry.first.Scalar(), entry.second.Scalar(), conversation::FieldKind::text});
    return body;
  }

  // last.*: what this event leaves for later ones.
  void remember(const conversation::Event& event, Speaker speaker, bool speaks) {
    if (speaks)
      for (const signals::Entity& entity : reading_.entities)
        context_->set("last." + std::string(conversation::to_string(speaker)) + "." + std::string(signals::to_string(entity.type)), entity.value);
    if (const auto* body = std::get_if<conversation::BusinessEvent>(&event.body))
      for (const conversation::Field& field : body->data) context_->set("last.event." + body->name + "." + field.name, field.value);
  }

  std::string told() const {
    std::string text;
    for (const char* kind : {"warned", "met", "broken"})
      for (const Verdict& one : verdicts_) {
        constexpr const char* kNames[] = {"warned", "met", "broken"};
        if (std::string_view(kNames[static_cast<int>(one.kind)]) != kind) continue;
        text += std::string(text.empty() ? "" : ", ") + kind + " " + library_->rules[one.rule].id;
        if (!one.instance.empty()) text += "[" + one.instance + "]";
        std::string missing;
        for (const std::uint16_t part : one.missing)
          if (const std::string& name = library_->rules[one.rule].require[part].name.zh; !name.empty()) missing += (missing.empty() ? "" : " ") + name;
        if (!missing.empty()) text += " (" + missing + ")";
        if (one.kind == Verdict::Kind::broken && one.severity != library_->rules[one.rule].severity) text += " as major";
        if (one.alert) text += " alert";
      }
    return text;
  }

  std::shared_ptr<const content::Library> library_;
  std::shared_ptr<const signals::Lexicon> lexicon_;
  std::shared_ptr<const signals::ConditionSet> conditions_;
  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<signals::Context> context_;
  std::unique_ptr<RuleState> state_;
  content::Calendar calendar_;
  signals::Reader reader_;
  signals::Reading reading_;
  signals::Speech speech_;
  signals::ConditionSet::Scratch scratch_;
  std::vector<signals::Truth> truths_;
  std::vector<Verdict> verdicts_;
  core::Millis start_ = 0, now_ = 0;
  std::uint64_t seq_ = 0;
  std::uint32_t turn_ = 0;
  Speaker last_ = Speaker::system;
};

TEST(Docs, EveryExampleOfTheRuleLanguageHolds) {
  const auto examples = content::doc_examples(FENSHEN_SOURCE_DIR "/docs/rules.md");
  EXPECT_GE(examples.size(), 40U);
  for (const content::DocExample& one : examples) {
    SCOPED_TRACE("docs/rules.md:" + std::to_string(one.line) + " " + one.name);
    const YAML::Node example = YAML::Load(one.text);
    Play play(example);
    if (example["refused"]) {
      const std::string part = example["refused"].Scalar();
      std::string all;
      for (const core::Error& error : play.errors) all += core::describe(error) + "\n";
      EXPECT_NE(all.find(part), std::string::npos) << "said instead: " << all;
      continue;
    }
    for (const core::Error& error : play.errors) ADD_FAILURE() << core::describe(error);
    if (!play.errors.empty()) continue;
    int number = 0;
    for (const auto& line : example["dialogue"]) {
      ++number;
      EXPECT_EQ(play.step(line), line["gives"] ? line["gives"].Scalar() : "") << "line " << number;
      if (line["open"]) {
        EXPECT_EQ(play.open(), line["open"].Scalar()) << "line " << number;
      }
    }
    EXPECT_GT(number, 0);
  }
}

}  // namespace
}  // namespace fenshen::rules
