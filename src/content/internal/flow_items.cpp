// Flows and their steps.
#include <fmt/format.h>

#include <set>

#include "content/internal/items.h"

namespace fenshen::content {
namespace {

// A scalar condition, or {all: [conditions]}: parts that must all be met.
std::vector<Condition> read_parts(const YAML::Node& node, ItemReader& in) {
  std::vector<Condition> parts;
  const auto add = [&](const YAML::Node& scalar) {
    if (!scalar.IsScalar()) return in.file().add(line_of(scalar, in.file()), "done: must be a condition");
    if (auto condition = in.parse(scalar.Scalar(), line_of(scalar, in.file()))) parts.push_back(std::move(*condition));
  };
  if (node.IsScalar()) {
    add(node);
  } else if (node.IsMap() && node["all"].IsDefined() && node["all"].IsSequence() && node.size() == 1) {
    for (const auto& part : node["all"]) add(part);
  } else {
    in.file().add(line_of(node, in.file()), "done: must be a condition, any: […] or all: […]");
  }
  return parts;
}

Evidence read_evidence(ItemReader& in) {
  Evidence evidence;
  YAML::Node node = in.child("done");
  if (!in.has("done")) return evidence;
  if (node.IsMap() && node["any"].IsDefined() && node.size() == 1) node = node["any"];
  if (node.IsSequence()) {
    for (const auto& alternative : node)
      if (auto parts = read_parts(alternative, in); !parts.empty()) evidence.any.push_back(std::move(parts));
  } else if (auto parts = read_parts(node, in); !parts.empty()) {
    evidence.any.push_back(std::move(parts));
  }
  return evidence;
}

// "entity card_tail" | "event card.loss_temp days" | "value 临时 when event card.loss_temp" | "says "p" as 丢失"
std::optional<FlowField::Extraction> parse_extraction(ItemReader& in, const std::string& text, int line) {
  FlowField::Extraction extraction;
  const auto word_end = text.find(' ');
  const std::string kind = text.substr(0, word_end);
  const std::string rest = word_end == std::string::npos ? "" : text.substr(word_end + 1);
  if (kind == "entity" && !rest.empty()) {
    extraction.from = FlowField::From::entity;
    extraction.entity = rest;
    return extraction;
  }
  if (kind == "event" && rest.find(' ') != std::string::npos) {
    extraction.from = FlowField::From::event_field;
    extraction.event = rest.substr(0, rest.find(' '));
    extraction.event_field = rest.substr(rest.find(' ') + 1);
    return extraction;
  }
  if (const auto when = rest.find(" when "); kind == "value" && when != std::string::npos) {
    extraction.from = FlowField::From::constant;
    extraction.value = rest.substr(0, when);
    extraction.when = in.parse(rest.substr(when + 6), line);
    return extraction;
  }
  if (const auto as = text.rfind(" as "); as != std::string::npos && text.find("says ") != std::string::npos) {
    extraction.from = FlowField::From::says;
    extraction.value = text.substr(as + 4);
    extraction.when = in.parse((kind == "says" ? "anyone " : "") + text.substr(0, as), line);
    return extraction;
  }
  in.file().add(line, fmt::format("from: «{}» is none of «entity TYPE», «event NAME FIELD», «value X when CONDITION», «says \"p\" as X»", text));
  return std::nullopt;
}

std::vector<FlowField> read_fields(ItemReader& in) {
  std::vector<FlowField> fields;
  const YAML::Node node = in.child("fields");
  if (!in.has("fields")) return fields;
  if (!node.IsSequence()) {
    in.mistake("fields", "must be a list");
    return fields;
  }
  for (const auto& entry : node) {
    ItemReader reader(entry, in.file());
    if (!reader.valid()) continue;
    FlowField field;
    field.name = reader.text("name", true);
    field.label = reader.localized("label", true);
    for (const std::string& from : reader.texts("from"))
      if (auto extraction = parse_extraction(reader, from, reader.line("from"))) field.extractions.push_back(std::move(*extraction));
    reader.finish();
    fields.push_back(std::move(field));
  }
  return fields;
}

void take_from_common(FlowStep& step, const FlowStep& common, const ItemReader& in) {
  if (!in.has("name")) step.name = common.name;
  if (!in.has("say")) step.say = common.say;
  if (!in.has("customer_say")) step.customer_say = common.customer_say;
  if (!in.has("must")) step.must = common.must;
  if (!in.has("gate")) step.gate = common.gate;
  if (!in.has("optional")) step.optional = common.optional;
  if (!in.has("done")) step.done = common.done;
}

}  // namespace

FlowStep read_step(const YAML::Node& node, const FileContext& file, const std::vector<FlowStep>& common) {
  ItemReader in(node, file);
  FlowStep step;
  step.origin = in.origin();
  step.id = in.text("id", true);
  const std::string use = in.text("use");
  step.name = in.localized("name", use.empty());
  step.say = in.localized("say");
  step.customer_say = in.localized("customer_say");
  step.must = in.flag("must", false);
  step.gate = in.flag("gate", false);
  step.optional = in.flag("optional", false);
  step.only_if = in.condition("if");
  const std::string owed = in.text("owed");
  if (!owed.empty() && !owed.starts_with("after ")) in.mistake("owed", "must be like «after S5»");
  else if (!owed.empty()) step.owed_after = owed.substr(6);
  step.rule = in.text("rule");
  step.done = read_evidence(in);
  if (!use.empty()) {
    bool found = false;
    for (const FlowStep& candidate : common)
      if (candidate.id == use) {
        take_from_common(step, candidate, in);
        found = true;
      }
    if (!found) in.mistake("use", fmt::format("no common step «{}»", use));
  }
  if (in.valid() && step.done.any.empty()) in.file().add(in.line(), fmt::format("step {} has no evidence: done", step.id));
  in.text("note");
  in.finish();
  return step;
}

Flow read_flow(const YAML::Node& node, const FileContext& file, const std::vector<FlowStep>& common) {
  ItemReader in(node, file);
  Flow flow;
  flow.origin = in.origin();
  flow.pack = file.pack;
  flow.version = file.version;
  flow.id = in.text("id", true);
  flow.name = in.localized("name", true);
  flow.level = in.integer("level", 0, 0, 4);
  flow.leaf = in.text("leaf");
  flow.start = in.condition("start");
  flow.fields = read_fields(in);
  const YAML::Node steps = in.child("steps");
  if (!in.has("steps") || !steps.IsSequence() || steps.size() == 0) {
    in.mistake("steps", "needs a list of steps");
  } else {
    std::set<std::string> ids;
    for (const auto& entry : steps) {
      flow.steps.push_back(read_step(entry, file, common));
      if (!ids.insert(flow.steps.back().id).second)
        file.add(flow.steps.back().origin.line, fmt::format("step {} is there twice", flow.steps.back().id));
    }
    for (const FlowStep& step : flow.steps)
      if (!step.owed_after.empty() && !ids.contains(step.owed_after))
        file.add(step.origin.line, fmt::format("owed: no step «{}»", step.owed_after));
  }
  flow.ends = in.texts("ends");
  flow.in_force = in.in_force();
  in.text("note");
  in.source();
  in.finish();
  return flow;
}

}  // namespace fenshen::content
