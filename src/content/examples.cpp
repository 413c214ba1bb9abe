#include "content/examples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <optional>

#include "content/internal/item_reader.h"

namespace fenshen::content {
namespace {

using conversation::Dialogue;
using conversation::DialogueTurn;
using conversation::Field;
using conversation::FieldKind;
using conversation::Fields;
using conversation::Speaker;

// A scalar that was written without quotes and reads as a number or truth value is one, as in JSON.
FieldKind kind_of(const YAML::Node& node) {
  if (node.IsNull()) return FieldKind::null;
  if (node.Tag() == "!") return FieldKind::text;  // quoted
  const std::string& text = node.Scalar();
  if (text == "true" || text == "false") return FieldKind::boolean;
  double number = 0;
  return YAML::convert<double>::decode(node, number) && text.find_first_not_of("+-.0123456789eE") == std::string::npos ? FieldKind::number
                                                                                                                       : FieldKind::text;
}

void flatten(const YAML::Node& node, const std::string& name, Fields& out) {
  const auto join = [&](const std::string& part) { return name.empty() ? part : name + "." + part; };
  if (node.IsMap()) {
    for (const auto& member : node) flatten(member.second, join(member.first.Scalar()), out);
  } else if (node.IsSequence()) {
    for (std::size_t i = 0; i < node.size(); ++i) flatten(node[i], join(std::to_string(i)), out);
  } else {
    out.push_back({name, node.IsNull() ? "" : node.Scalar(), kind_of(node)});
  }
}

Fields read_fields(ItemReader& in, std::string_view key) {
  Fields fields;
  const YAML::Node node = in.child(key);
  if (!in.has(key)) return fields;
  if (node.IsMap()) flatten(node, "", fields);
  else in.mistake(key, "must be a mapping");
  return fields;
}

void read_head(ItemReader& in, Dialogue& dialogue) {
  if (const std::string channel = in.text("channel"); !channel.empty()) dialogue.channel = channel;
  if (const std::string lang = in.text("lang"); !lang.empty()) dialogue.lang = lang;
  dialogue.started_at = conversation::default_start();
  if (const std::string started = in.text("started_at"); !started.empty()) {
    if (const auto at = core::parse_instant(started)) dialogue.started_at = *at;
    else in.mistake("started_at", "must be an RFC 3339 time with offset");
  }
  dialogue.customer = read_fields(in, "customer");
  dialogue.meta = read_fields(in, "meta");
}

void read_time(ItemReader& in, std::vector<DialogueTurn>& turns, DialogueTurn& turn) {
  constexpr int kLongest = 1'000'000'000;
  turn.start_ms = in.integer("start_ms", -1, 0, kLongest);
  turn.end_ms = in.integer("end_ms", -1, 0, kLongest);
  turn.track = static_cast<std::uint32_t>(in.integer("track", 0, 0, 1000));
  turn.ts = turns.empty() ? 0 : turns.back().ts + 1000;
  const std::string text = in.text("ts");
  if (text.empty()) return;
  double seconds = 0;
  if (!YAML::convert<double>::decode(YAML::Node(text), seconds) || seconds < 0) return in.mistake("ts", "must be a number of seconds");
  const auto at = static_cast<core::Millis>(std::llround(seconds * 1000));
  if (!turns.empty() && at < turns.back().ts) in.mistake("ts", "must not run backwards");
  turn.ts = std::max(at, turns.empty() ? 0 : turns.back().ts);
}

DialogueTurn read_sample_turn(ItemReader& in, std::vector<DialogueTurn>& before) {
  DialogueTurn turn;
  const std::string speaker = in.text("speaker");
  if (auto parsed = conversation::parse_speaker(speaker.empty() ? "system" : speaker)) turn.speaker = *parsed;
  else in.mistake("speaker", parsed.error().message);
  turn.text = in.text("text");
  if (in.has("event")) {
    ItemReader event(in.child("event"), in.file());
    turn.event = conversation::BusinessEvent{event.text("name", true), read_fields(event, "data")};
    event.finish();
  } else {
    in.child("event");
  }
  read_time(in, before, turn);
  return turn;
}

DialogueTurn read_test_turn(ItemReader& in, std::vector<DialogueTurn>& before) {
  DialogueTurn turn;
  const std::pair<std::string_view, Speaker> speakers[] = {
      {"c", Speaker::customer}, {"r", Speaker::rep}, {"b", Speaker::bot}, {"s", Speaker::system}};
  int given = 0;
  for (const auto& [key, speaker] : speakers) {
    if (!in.has(key)) continue;
    turn.speaker = speaker;
    turn.text = in.text(key);
    ++given;
  }
  if (in.has("e")) {
    turn.event = conversation::BusinessEvent{in.text("e", true), read_fields(in, "data")};
    ++given;
  }
  if (given != 1) in.file().add(in.line(), "a turn has exactly one of r, c, b, s, e");
  read_time(in, before, turn);
  return turn;
}

// missing: {DIS-02: [失效]}; [] = the card names none.
void read_missing(ItemReader& holder, Expectation& expectation) {
  const YAML::Node node = holder.child("missing");
  if (!holder.has("missing")) return;
  if (!node.IsMap()) return holder.mistake("missing", "must be like {DIS-02: [失效]}");
  for (const auto& entry : node) {
    std::vector<std::string>& parts = expectation.missing[entry.first.Scalar()];
    if (!entry.second.IsSequence()) holder.mistake("missing", "the parts of a rule are a list");
    else
      for (const auto& part : entry.second) parts.push_back(part.Scalar());
  }
}

Expectation read_expectation(ItemReader& holder, std::string_view key) {
  Expectation expectation;
  const YAML::Node node = holder.child(key);
  if (!holder.has(key)) return expectation;
  ItemReader in(node, holder.file());
  if (!in.valid()) return expectation;
  expectation.rules = in.texts("rules");
  expectation.prompts = in.texts("prompts");
  expectation.topics = in.texts("topics");
  expectation.steps = in.texts("steps");
  expectation.next = in.texts("next");
  expectation.owed = in.texts("owed");
  expectation.undone = in.texts("undone");
  expectation.gates = in.texts("gates");
  expectation.kinds = in.texts("kinds");
  expectation.emotion = in.text("emotion");
  read_missing(in, expectation);
  const YAML::Node entities = in.child("entities");
  if (in.has("entities"))
    for (const auto& entry : entities) {
      ItemReader entity(entry, in.file());
      expectation.entities.push_back({entity.text("type", true), entity.text("value", true)});
      entity.finish();
    }
  in.finish();
  return expectation;
}

void read_end(ItemReader& holder, PackTest& test) {
  const YAML::Node node = holder.child("at_end");
  if (!holder.has("at_end")) return;
  ItemReader in(node, holder.file());
  if (!in.valid()) return;
  test.at_end.rules = in.texts("rules");
  test.at_end.prompts = in.texts("prompts");
  test.at_end.steps = in.texts("steps");
  read_missing(in, test.at_end);
  test.never.rules = in.texts("not_rules");
  test.never.prompts = in.texts("not_prompts");
  test.never.steps = in.texts("not_steps");
  test.never.topics = in.texts("not_topics");
  test.never.kinds = in.texts("not_kinds");
  test.type = in.text("type");
  for (const Field& field : read_fields(in, "fields")) test.fields[field.name] = field.value;
  in.finish();
}

void read_short_form(ItemReader& in, PackTest& test) {
  DialogueTurn turn;
  turn.speaker = Speaker::rep;
  turn.text = in.text("text");
  test.dialogue.turns.push_back(std::move(turn));
  test.expect.emplace_back().rules = in.texts("hits");
  test.refuse.emplace_back().rules = in.texts("not_hits");
  test.ends = in.flag("end", false);
}

// One entry of a list of sayings: the last turn is by `speaker`, those before alternate with the other side.
PackTest read_saying(const PackTest& base, const YAML::Node& node, Speaker speaker, const FileContext& file) {
  PackTest test = base;
  test.origin = {file.label, node.Mark().line + 1};
  std::vector<std::string> texts;
  if (node.IsScalar()) texts.push_back(node.Scalar());
  else if (node.IsSequence())
    for (const auto& part : node) texts.push_back(part.IsScalar() ? part.Scalar() : std::string());
  if (texts.empty() || std::ranges::any_of(texts, &std::string::empty)) file.add(test.origin.line, "a saying is a text, or a list of texts that alternate");
  const Speaker other = speaker == Speaker::customer ? Speaker::rep : Speaker::customer;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    DialogueTurn turn;
    turn.speaker = (texts.size() - i) % 2 == 1 ? speaker : other;
    turn.text = std::move(texts[i]);
    turn.ts = test.dialogue.turns.empty() ? 0 : test.dialogue.turns.back().ts + 1000;
    test.dialogue.turns.push_back(std::move(turn));
    test.expect.emplace_back();
    test.refuse.emplace_back();
  }
  return test;
}

// {rule, hit: […], miss: […]}: many short tests of one rule. A hit comes at the last turn (with `end`: anywhere), a miss nowhere.
std::vector<PackTest> read_sayings(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  std::vector<PackTest> tests;
  PackTest base;
  base.pack = file.pack;
  const std::string rule = in.text("rule", true);
  read_head(in, base.dialogue);
  base.ends = in.flag("end", false);
  const Speaker speaker = in.word<Speaker>("speaker", {{"rep", Speaker::rep}, {"customer", Speaker::customer}, {"bot", Speaker::bot}}, Speaker::rep);
  const YAML::Node before = in.child("before");
  if (in.has("before"))
    for (const auto& entry : before) {
      ItemReader turn(entry, file);
      if (!turn.valid()) continue;
      base.dialogue.turns.push_back(read_test_turn(turn, base.dialogue.turns));
      base.expect.emplace_back();
      base.refuse.emplace_back();
      turn.finish();
    }
  for (const char* key : {"hit", "miss"}) {
    const YAML::Node list = in.child(key);
    if (!in.has(key)) continue;
    if (!list.IsSequence()) {
      in.mistake(key, "must be a list");
      continue;
    }
    for (const auto& entry : list) {
      PackTest test = read_saying(base, entry, speaker, file);
      test.name = test.dialogue.id = fmt::format("{} {}:{}", rule, key, test.origin.line);
      if (test.expect.empty()) continue;
      if (key == std::string_view("miss")) test.never.rules = {rule};
      else (test.ends ? test.at_end : test.expect.back()).rules = {rule};
      tests.push_back(std::move(test));
    }
  }
  in.text("note");
  in.finish();
  return tests;
}

PackTest read_test(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  PackTest test;
  test.origin = in.origin();
  test.pack = file.pack;
  test.name = in.text("name");
  if (test.name.empty()) test.name = fmt::format("{}:{}", file.label, in.line());
  test.dialogue.id = test.name;
  read_head(in, test.dialogue);
  if (in.has("text")) {
    read_short_form(in, test);
  } else {
    test.ends = in.flag("end", true);
    const YAML::Node turns = in.child("turns");
    if (!in.has("turns") || !turns.IsSequence()) in.mistake("turns", "a test needs turns, or text with hits");
    else
      for (const auto& entry : turns) {
        ItemReader turn(entry, file);
        if (!turn.valid()) continue;
        test.dialogue.turns.push_back(read_test_turn(turn, test.dialogue.turns));
        test.expect.push_back(read_expectation(turn, "expect"));
        test.refuse.push_back(read_expectation(turn, "not"));
        turn.finish();
      }
  }
  read_end(in, test);
  in.text("note");
  in.finish();
  return test;
}

Sample read_sample(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  Sample sample;
  sample.origin = in.origin();
  sample.id = sample.dialogue.id = in.text("id", true);
  sample.title = in.localized("title", true);
  sample.scenario = in.localized("scenario");
  read_head(in, sample.dialogue);
  const YAML::Node turns = in.child("turns");
  if (!in.has("turns") || !turns.IsSequence()) in.mistake("turns", "must be a list");
  else
    for (const auto& entry : turns) {
      ItemReader turn(entry, file);
      if (!turn.valid()) continue;
      sample.dialogue.turns.push_back(read_sample_turn(turn, sample.dialogue.turns));
      turn.finish();
    }
  in.text("note");
  in.finish();
  return sample;
}

// Calls `read` for each item of each file below `folder`.
void each_item(const PackSources& sources, std::string_view folder, std::vector<core::Error>& errors,
               const std::function<void(const YAML::Node&, const FileContext&)>& read) {
  for (const SourceFile& source : sources.files) {
    if (!source.path.starts_with(folder) || source.path == kExemptionsPath) continue;
    const FileContext file{source.label, source.pack, {}, 0, &errors};
    try {
      const YAML::Node node = YAML::Load(source.text);
      if (node.IsMap()) read(node, file);
      else if (node.IsSequence())
        for (const auto& item : node) read(item, file);
      else if (!node.IsNull()) file.add(1, "must be a list");
    } catch (const YAML::Exception& error) {
      file.add(error.mark.line + 1, "not valid YAML: " + error.msg);
    }
  }
}

}  // namespace

std::vector<Sample> load_samples(const PackSources& sources, std::vector<core::Error>& errors) {
  std::vector<Sample> samples;
  each_item(sources, "samples/", errors, [&](const YAML::Node& node, const FileContext& file) { samples.push_back(read_sample(node, file)); });
  return samples;
}

std::vector<PackTest> load_tests(const PackSources& sources, std::vector<core::Error>& errors, std::string_view folder) {
  std::vector<PackTest> tests;
  each_item(sources, folder, errors, [&](const YAML::Node& node, const FileContext& file) {
    if (node.IsMap() && node["rule"].IsDefined()) std::ranges::move(read_sayings(node, file), std::back_inserter(tests));
    else tests.push_back(read_test(node, file));
  });
  return tests;
}

}  // namespace fenshen::content
