// Flows and their steps.
#include <fmt/format.h>

#include "content/internal/flow_check.h"
#include "content/internal/items.h"

namespace fenshen::content {
namespace {

// A condition, {field: name}, or {all: [of these]}: parts that must all be met.
std::vector<EvidencePart> read_parts(const YAML::Node& node, ItemReader& in) {
  std::vector<EvidencePart> parts;
  const auto add = [&](const YAML::Node& one) {
    if (one.IsMap() && one.size() == 1 && one["field"].IsDefined() && one["field"].IsScalar()) {
      parts.emplace_back().field = one["field"].Scalar();
    } else if (!one.IsScalar()) {
      in.file().add(line_of(one, in.file()), "done: must be a condition or {field: NAME}");
    } else if (auto condition = in.parse(one.Scalar(), line_of(one, in.file()))) {
      parts.emplace_back(std::move(*condition));
    }
  };
  if (node.IsMap() && node["all"].IsDefined() && node["all"].IsSequence() && node.size() == 1) {
    for (const auto& part : node["all"]) add(part);
  } else if (node.IsScalar() || (node.IsMap() && node["field"].IsDefined())) {
    add(node);
  } else {
    in.file().add(line_of(node, in.file()), "done: must be a condition, {field: NAME}, any: […] or all: […]");
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

// `next: S5`, or a list of {to, if}; an option without `if` is the last.
std::vector<FlowBranch> read_branches(ItemReader& in) {
  std::vector<FlowBranch> branches;
  const YAML::Node node = in.child("next");
  if (!in.has("next")) return branches;
  if (node.IsScalar()) {
    branches.emplace_back().to = node.Scalar();
    return branches;
  }
  if (!node.IsSequence() || node.size() == 0) {
    in.mistake("next", "must be the id of a step, end, or a list of {to, if}");
    return branches;
  }
  for (const auto& entry : node) {
    ItemReader reader(entry, in.file());
    if (!reader.valid()) continue;
    if (!branches.empty() && !branches.back().only_if) in.file().add(reader.line(), "next: comes after an option without if, which always holds");
    FlowBranch branch;
    branch.to = reader.text("to", true);
    branch.only_if = reader.condition("if");
    reader.finish();
    branches.push_back(std::move(branch));
  }
  return branches;
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

// {captured value: {zh, en}}; a plain text is the English form of it.
std::vector<std::pair<std::string, Localized>> read_values(ItemReader& in) {
  std::vector<std::pair<std::string, Localized>> values;
  const YAML::Node node = in.child("values");
  if (!in.has("values")) return values;
  if (!node.IsMap()) {
    in.mistake("values", "must be a mapping from a captured value to how it is shown");
    return values;
  }
  for (const auto& member : node) {
    if (!member.first.IsScalar()) {
      in.mistake("values", "must be a mapping from a captured value to how it is shown");
      continue;
    }
    const std::string value = member.first.Scalar();
    Localized shown = member.second.IsScalar() ? Localized{value, member.second.Scalar()} : read_localized(member.second, in.file(), "values");
    values.emplace_back(value, std::move(shown));
  }
  return values;
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
    field.line = reader.line();
    field.values = read_values(reader);
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
  step.use = use;
  step.call = in.text("call");
  step.next = read_branches(in);
  step.together = in.text("together");
  step.ungated = in.flag("ungated", false);
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
  if (in.valid() && step.done.any.empty() && step.call.empty()) in.file().add(in.line(), fmt::format("step {} has no evidence: done", step.id));
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
    for (const auto& entry : steps) flow.steps.push_back(read_step(entry, file, common));
  }
  flow.ends = in.texts("ends");
  flow.ends_line = in.line("ends");
  flow.start_line = in.line("start");
  flow.in_force = in.in_force();
  in.text("note");
  in.source();
  in.finish();
  check_flow(flow, file);
  return flow;
}

}  // namespace fenshen::content
