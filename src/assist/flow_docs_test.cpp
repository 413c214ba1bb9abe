// Executes the examples of docs/flows.md: fenced YAML blocks that begin with «# example:». Each holds flows and a dialogue;
// every line says which step cards it gives, and gives no others. It runs through the whole fold, as in a live contact.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <boost/json.hpp>

#include <memory>
#include <string>
#include <vector>

#include "assist/assist.h"
#include "content/doc_examples.h"
#include "content/load.h"

namespace fenshen::assist {
namespace {

namespace json = boost::json;
using conversation::Speaker;

// What every flow of a pack needs but says nothing about its meaning is left out of the examples.
YAML::Node completed(const YAML::Node& flows) {
  YAML::Node made = YAML::Clone(flows);
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (!made[i]["name"]) made[i]["name"] = made[i]["id"].Scalar();
    for (std::size_t j = 0; j < made[i]["fields"].size(); ++j)
      if (!made[i]["fields"][j]["label"]) made[i]["fields"][j]["label"] = made[i]["fields"][j]["name"].Scalar();
    for (std::size_t j = 0; j < made[i]["steps"].size(); ++j)
      if (YAML::Node step = made[i]["steps"][j]; !step["name"] && !step["use"]) step["name"] = step["id"].Scalar();
  }
  return made;
}

content::PackSources sources_of(const YAML::Node& example) {
  content::PackSources sources;
  const auto file = [&](std::string path, std::string text) { sources.files.push_back({"doc", path, path, std::move(text)}); };
  file("pack.yaml", "{id: doc, version: '1', name: doc, time_zone: '+08:00'}");
  file("flows/doc.yaml", content::yaml_text(completed(example["flows"])));
  if (example["common"]) file("flows/common.yaml", content::yaml_text(example["common"]));
  file("classes/doc.yaml", "- {id: flow_correction, phrases: ['说错|不对', '不是..是']}\n- {id: flow_denial, phrases: [不是]}\n");
  return sources;
}

class Play {
 public:
  explicit Play(const YAML::Node& example) {
    content::LoadOutcome outcome = content::load(sources_of(example));
    CompileOutcome compiled = compile(outcome.library);
    errors = std::move(outcome.errors);
    errors.insert(errors.end(), compiled.errors.begin(), compiled.errors.end());
    if (!errors.empty() || compiled.pack == nullptr) return;
    assist_ = std::make_unique<Assist>("doc", compiled.pack);
    conversation::ConversationStarted started{"voice", example["lang"] ? example["lang"].Scalar() : "zh", {}, {}};
    for (const auto& entry : example["customer"]) started.customer.push_back({entry.first.Scalar(), entry.second.Scalar()});
    for (const auto& entry : example["meta"]) started.meta.push_back({entry.first.Scalar(), entry.second.Scalar()});
    at_start = fold(std::move(started));
  }

  std::vector<core::Error> errors;
  std::string at_start;

  std::string step(const YAML::Node& line) {
    for (const auto& [key, speaker] : {std::pair{"r", Speaker::rep}, {"c", Speaker::customer}, {"b", Speaker::bot}})
      if (line[key]) {
        conversation::Utterance said;
        said.speaker = speaker;
        said.text = line[key].Scalar();
        return fold(std::move(said));
      }
    if (line["e"]) {
      conversation::BusinessEvent body;
      body.name = line["e"].Scalar();
      for (const auto& entry : line["data"]) body.data.push_back({entry.first.Scalar(), entry.second.Scalar()});
      return fold(std::move(body));
    }
    if (line["hand"]) {
      const auto text = [&](const char* key) { return line[key] ? line[key].Scalar() : std::string(); };
      return fold(conversation::FlowAction{text("hand"), text("flow"), text("step"), text("reason")});
    }
    if (line["join"]) return fold(conversation::ParticipantJoined{line["join"].Scalar(), Speaker::rep});
    ADD_FAILURE() << "a line is r, c, b, e, hand or join";
    return "";
  }

  // What of the panels a line may ask: the flow on top, how sure it is, what is owed, the fields, reasons.
  std::string top() const { return std::string(assist_->glance().flow); }
  std::string sure() const { return std::to_string(flows().at(0).at("detected").at("confidence").as_int64()); }
  std::string owed() const {
    std::string text;
    for (const json::value& one : panel("owed"))
      if (one.at("due").as_bool()) append(text, one.at("flow"), one.at("step"), '.');
    return text;
  }
  std::string fields() const {
    std::string text;
    for (const json::value& flow : flows())
      for (const json::value& field : flow.at("fields").as_array())
        append(text, field.at("name"), field.as_object().contains("display") ? field.at("display") : field.at("value"), '=');
    return text;
  }
  std::string reasons() const {
    std::string text;
    for (const json::value& flow : flows())
      for (const json::value& step : flow.at("steps").as_array())
        if (step.at("reason").is_string()) append(text, step.at("id"), step.at("reason"), '=');
    return text;
  }

 private:
  static void append(std::string& text, const json::value& a, const json::value& b, char between) {
    text += (text.empty() ? "" : " ") + std::string(a.as_string()) + between + std::string(b.as_string());
  }
  json::array panel(std::string_view name) const { return json::parse(assist_->panels_json()).at("flow").at(name).as_array(); }
  json::array flows() const { return panel("flows"); }

  std::string fold(conversation::EventBody body) {
    conversation::Event event;
    event.seq = ++seq_;
    event.recorded_at = 1'795'000'000'000 + static_cast<core::Millis>(seq_) * 1000;
    event.body = std::move(body);
    assist_->fold(event, scratch_, result_);
    std::string text;
    for (const Card& card : result_.cards) {
      if (card.kind != CardKind::step) continue;
      const json::object object = json::parse(card.json).as_object();
      std::string one = object.contains("gate_broken") ? "gate" : std::string(object.at("state").as_string());
      if (object.contains("handed_over")) one = "handed over at";
      one += " " + card.item;
      if (object.contains("gate_broken")) one += " by " + std::string(object.at("broken_by").at("id").as_string());
      text += (text.empty() ? "" : ", ") + one;
    }
    return text;
  }

  std::unique_ptr<Assist> assist_;
  FoldScratch scratch_;
  FoldResult result_;
  std::uint64_t seq_ = 0;
};

TEST(FlowDocs, EveryExampleHolds) {
  const auto examples = content::doc_examples(FENSHEN_SOURCE_DIR "/docs/flows.md");
  EXPECT_GE(examples.size(), 20U);
  for (const content::DocExample& one : examples) {
    SCOPED_TRACE("docs/flows.md:" + std::to_string(one.line) + " " + one.name);
    const YAML::Node example = YAML::Load(one.text);
    Play play(example);
    if (example["refused"]) {
      std::string all;
      for (const core::Error& error : play.errors) all += core::describe(error) + "\n";
      EXPECT_NE(all.find(example["refused"].Scalar()), std::string::npos) << "said instead: " << all;
      continue;
    }
    for (const core::Error& error : play.errors) ADD_FAILURE() << core::describe(error);
    if (!play.errors.empty()) continue;
    if (example["gives"]) EXPECT_EQ(play.at_start, example["gives"].Scalar()) << "at the start";
    int number = 0;
    for (const auto& line : example["dialogue"]) {
      ++number;
      EXPECT_EQ(play.step(line), line["gives"] ? line["gives"].Scalar() : "") << "line " << number;
      if (line["top"]) EXPECT_EQ(play.top(), line["top"].Scalar()) << "line " << number;
      if (line["sure"]) EXPECT_EQ(play.sure(), line["sure"].Scalar()) << "line " << number;
      if (line["owed"]) EXPECT_EQ(play.owed(), line["owed"].Scalar()) << "line " << number;
      if (line["fields"]) EXPECT_EQ(play.fields(), line["fields"].Scalar()) << "line " << number;
      if (line["reasons"]) EXPECT_EQ(play.reasons(), line["reasons"].Scalar()) << "line " << number;
    }
    EXPECT_GT(number, 0);
  }
}

}  // namespace
}  // namespace fenshen::assist
