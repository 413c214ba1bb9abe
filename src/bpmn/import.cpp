// A BPMN document to flows: one per process and embedded sub-process. Tasks become steps in the order of the flow, what
// stands between them becomes `if`, `optional`, `next` and `together`.
#include <fmt/format.h>

#include <pugixml.hpp>

#include <algorithm>
#include <set>

#include "bpmn/bpmn.h"
#include "bpmn/internal/diagram.h"
#include "bpmn/internal/flow_text.h"
#include "bpmn/internal/names.h"
#include "bpmn/internal/steps.h"
#include "core/utf8.h"

namespace fenshen::bpmn {
namespace {

using core::Code;
using core::Error;

constexpr std::size_t kBytesMax = 4 << 20;
constexpr int kDepthMax = 8;
constexpr std::size_t kFlowsMax = 64;

// A value of ours: text, list or mapping.
YAML::Node read_value(const pugi::xml_node& node, int depth) {
  const std::string_view kind = node.attribute("kind").value();
  if (depth > 2 * kDepthMax || kind == "null") return YAML::Node(YAML::NodeType::Null);
  if (kind != "map" && kind != "list") return YAML::Node(std::string(node.text().get()));
  YAML::Node made(kind == "map" ? YAML::NodeType::Map : YAML::NodeType::Sequence);
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    if (kind == "list") made.push_back(read_value(child, depth + 1));
    else made.force_insert(std::string(child.attribute("name").value()), read_value(child, depth + 1));
  }
  return made;
}

// The properties of ours that the element carries.
void read_properties(const pugi::xml_node& element, YAML::Node& into) {
  for (const pugi::xml_node& extension : element.children()) {
    if (local_name(extension) != "extensionElements") continue;
    for (const pugi::xml_node& property : extension.children())
      if (is_ours(property) && local_name(property) == "property" && *property.attribute("name").value() != '\0')
        into[std::string(property.attribute("name").value())] = read_value(property, 0);
  }
}

// What an editor wrote into the name counts; a title that only stood in for a missing one does not.
void read_name(const pugi::xml_node& element, YAML::Node& into, const std::string& stand_in) {
  const std::string name = element.attribute("name").value();
  if (into["name"].IsDefined() && into["name"].IsMap()) {
    if (!name.empty()) into["name"]["zh"] = name;
  } else if (!name.empty() && name != own_attribute(element, "title")) {
    into["name"] = name;
  } else if (!into["use"].IsDefined() && own_attribute(element, "title").empty()) {
    into["name"] = stand_in;
  }
}

std::string documentation_of(const pugi::xml_node& element) {
  for (const pugi::xml_node& child : element.children())
    if (local_name(child) == "documentation") return child.text().get();
  return "";
}

class Importer {
 public:
  Importer(std::string_view xml, ImportOutcome& out) : places_(xml), out_(out) {}

  void run(const pugi::xml_node& definitions) {
    for (const pugi::xml_node& child : definitions.children())
      if (child.type() == pugi::node_element && local_name(child) == "process") read_process(child, "", 0);
    if (out_.errors.empty() && out_.flows.empty()) out_.errors.push_back({Code::invalid, "holds no process", "line 1, definitions"});
    if (!out_.errors.empty()) out_.flows.clear();
  }

 private:
  void fail(const pugi::xml_node& node, std::string message) { out_.errors.push_back(mistake(node, places_, std::move(message))); }

  static std::string id_of(const pugi::xml_node& node) {
    const std::string own = own_attribute(node, "id");
    return own.empty() ? node.attribute("id").value() : own;
  }

  void read_process(const pugi::xml_node& process, const std::string& parent, int depth) {
    if (depth > kDepthMax) return fail(process, "sub-processes are nested too deeply");
    if (out_.flows.size() >= kFlowsMax) return fail(process, fmt::format("more than {} processes", kFlowsMax));
    const std::string id = parent.empty() ? id_of(process) : parent;
    if (id.empty()) return fail(process, "the process has no id");
    const std::size_t before = out_.errors.size();
    const Diagram diagram = read_diagram(process, places_, out_.errors);
    YAML::Node flow(YAML::NodeType::Map);
    flow["id"] = id;
    read_properties(process, flow);
    read_name(process, flow, id);
    const std::vector<StepPlan> plans = out_.errors.size() == before ? plan_steps(diagram, process, places_, out_.errors) : std::vector<StepPlan>();
    const std::size_t place = out_.flows.size();
    out_.flows.push_back({id, ""});
    YAML::Node steps(YAML::NodeType::Sequence);
    const std::vector<std::string> ids = step_ids(diagram, plans);
    for (const StepPlan& plan : plans) steps.push_back(read_step(diagram, plan, ids, id, depth));
    flow["steps"] = steps;
    out_.flows[place].yaml = write_flow(flow);
  }

  std::vector<std::string> step_ids(const Diagram& diagram, const std::vector<StepPlan>& plans) {
    std::vector<std::string> ids;
    std::set<std::string> seen;
    for (const StepPlan& plan : plans) {
      const pugi::xml_node& node = diagram.shapes[static_cast<std::size_t>(plan.shape)].xml;
      ids.push_back(id_of(node));
      if (!seen.insert(ids.back()).second) fail(node, fmt::format("step «{}» is there twice", ids.back()));
    }
    return ids;
  }

  YAML::Node read_step(const Diagram& diagram, const StepPlan& plan, const std::vector<std::string>& ids, const std::string& flow, int depth) {
    const Shape& shape = diagram.shapes[static_cast<std::size_t>(plan.shape)];
    YAML::Node step(YAML::NodeType::Map);
    step["id"] = id_of(shape.xml);
    read_properties(shape.xml, step);
    read_name(shape.xml, step, id_of(shape.xml));
    if (const std::string note = documentation_of(shape.xml); !note.empty() && !step["note"].IsDefined()) step["note"] = note;
    if (shape.element == Element::call) {
      const std::string called = shape.xml.attribute("calledElement").value();
      if (called.empty()) fail(shape.xml, "calledElement is missing: which flow?");
      step["call"] = called;
    } else if (shape.element == Element::subprocess) {
      const std::string id = flow + "-" + id_of(shape.xml);
      step["call"] = id;
      read_process(shape.xml, id, depth + 1);
    }
    if (plan.condition == kOptional) step["optional"] = "true";
    else if (!plan.condition.empty()) step["if"] = plan.condition;
    if (!plan.together.empty()) step["together"] = plan.together;
    write_next(step, plan, ids);
    return step;
  }

  static void write_next(YAML::Node& step, const StepPlan& plan, const std::vector<std::string>& ids) {
    const auto name = [&](int target) { return target < static_cast<int>(ids.size()) ? ids[static_cast<std::size_t>(target)] : std::string(kEnd); };
    if (plan.next.empty()) return;
    if (plan.next.size() == 1 && plan.next[0].condition.empty()) {
      step["next"] = name(plan.next[0].to);
      return;
    }
    YAML::Node list(YAML::NodeType::Sequence);
    for (const Option& option : plan.next) {
      YAML::Node one(YAML::NodeType::Map);
      one["to"] = name(option.to);
      if (!option.condition.empty()) one["if"] = option.condition;
      list.push_back(one);
    }
    step["next"] = list;
  }

  Places places_;
  ImportOutcome& out_;
};

}  // namespace

ImportOutcome import_flows(std::string_view xml) {
  ImportOutcome out;
  if (xml.size() > kBytesMax) {
    out.errors.push_back({Code::too_large, "larger than 4 MiB", "line 1"});
    return out;
  }
  if (core::find_invalid_utf8(xml)) {
    out.errors.push_back({Code::invalid, "is not valid UTF-8", "line 1"});
    return out;
  }
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!parsed) {
    const auto line = 1 + std::count(xml.begin(), xml.begin() + std::min<std::ptrdiff_t>(parsed.offset, static_cast<std::ptrdiff_t>(xml.size())), '\n');
    out.errors.push_back({Code::invalid, fmt::format("not valid XML: {}", parsed.description()), fmt::format("line {}", line)});
    return out;
  }
  const pugi::xml_node root = document.document_element();
  if (local_name(root) != "definitions") {
    out.errors.push_back({Code::invalid, "is no BPMN document: its root must be definitions", "line 1"});
    return out;
  }
  try {
    Importer(xml, out).run(root);
  } catch (const YAML::Exception& error) {
    out.flows.clear();
    out.errors.push_back({Code::invalid, "an extension of ours is damaged: " + error.msg, "line 1"});
  }
  return out;
}

}  // namespace fenshen::bpmn
