#include "bpmn/internal/diagram.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "bpmn/internal/names.h"

namespace fenshen::bpmn {
namespace {

struct Known {
  std::string_view name;
  Element element;
};
constexpr std::array kKnown = {
    Known{"startEvent", Element::start},        Known{"endEvent", Element::end},
    Known{"task", Element::task},               Known{"userTask", Element::task},
    Known{"manualTask", Element::task},         Known{"serviceTask", Element::task},
    Known{"sendTask", Element::task},           Known{"receiveTask", Element::task},
    Known{"scriptTask", Element::task},         Known{"businessRuleTask", Element::task},
    Known{"callActivity", Element::call},       Known{"subProcess", Element::subprocess},
    Known{"exclusiveGateway", Element::exclusive}, Known{"parallelGateway", Element::parallel},
};
// They say nothing about the order of steps.
constexpr std::array<std::string_view, 12> kWithoutMeaning = {"documentation", "extensionElements", "textAnnotation", "association",   "group",    "laneSet",
                                                              "dataObject",    "dataObjectReference", "dataStoreReference", "category", "property", "ioSpecification"};
// Parts of a task or an event that change what it means.
constexpr std::array<std::string_view, 2> kLoops = {"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"};

// The prefix bound to a namespace at the node, looked up outwards.
std::string_view uri_of(pugi::xml_node node, std::string_view prefix) {
  const std::string name = prefix.empty() ? "xmlns" : fmt::format("xmlns:{}", prefix);
  for (; !node.empty(); node = node.parent())
    if (const pugi::xml_attribute bound = node.attribute(name.c_str()); !bound.empty()) return bound.value();
  return {};
}

std::string_view prefix_of(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

class Reader {
 public:
  Reader(const pugi::xml_node& process, const Places& places, std::vector<core::Error>& errors) : process_(process), places_(places), errors_(errors) {}

  Diagram run() {
    for (const pugi::xml_node& child : process_.children())
      if (child.type() == pugi::node_element) read(child);
    for (const pugi::xml_node& flow : flows_) connect(flow);
    return std::move(diagram_);
  }

 private:
  void fail(const pugi::xml_node& node, std::string message) { errors_.push_back(mistake(node, places_, std::move(message))); }

  void read(const pugi::xml_node& node) {
    const std::string_view name = local_name(node);
    if (is_ours(node) || std::ranges::find(kWithoutMeaning, name) != kWithoutMeaning.end()) return;
    if (name == "sequenceFlow") return flows_.push_back(node);
    const auto known = std::ranges::find(kKnown, name, &Known::name);
    if (known == kKnown.end()) return fail(node, fmt::format("{} does not map to a flow", name));
    Shape shape;
    shape.element = known->element;
    shape.xml = node;
    shape.id = node.attribute("id").value();
    shape.default_flow = node.attribute("default").value();
    if (shape.id.empty()) return fail(node, fmt::format("{} has no id", name));
    check_parts(node, known->element);
    if (!by_id_.emplace(shape.id, static_cast<int>(diagram_.shapes.size())).second) return fail(node, "the id is there twice");
    diagram_.shapes.push_back(std::move(shape));
  }

  void check_parts(const pugi::xml_node& node, Element element) {
    for (const pugi::xml_node& part : node.children()) {
      const std::string_view name = local_name(part);
      if (std::ranges::find(kLoops, name) != kLoops.end()) fail(part.parent(), fmt::format("{} does not map: a step is done once, or a later step leads back to it", name));
      if ((element == Element::start || element == Element::end) && name.ends_with("EventDefinition"))
        fail(node, fmt::format("{} does not map: only plain start and end events do", name));
    }
    if (std::string_view(node.attribute("triggeredByEvent").value()) == "true") fail(node, "an event sub-process does not map");
  }

  void connect(const pugi::xml_node& node) {
    Line line;
    line.xml = node;
    line.id = node.attribute("id").value();
    line.from = find(node, "sourceRef");
    line.to = find(node, "targetRef");
    if (line.from < 0 || line.to < 0) return;
    for (const pugi::xml_node& child : node.children()) {
      if (local_name(child) != "conditionExpression") continue;
      line.condition = child.text().get();
      line.conditional = !line.condition.empty();
    }
    const auto index = static_cast<int>(diagram_.lines.size());
    diagram_.shapes[static_cast<std::size_t>(line.from)].out.push_back(index);
    diagram_.shapes[static_cast<std::size_t>(line.to)].in.push_back(index);
    diagram_.lines.push_back(std::move(line));
  }

  int find(const pugi::xml_node& node, const char* attribute) {
    const std::string id = node.attribute(attribute).value();
    const auto found = by_id_.find(id);
    if (found != by_id_.end()) return found->second;
    fail(node, fmt::format("{}: no element «{}» that maps", attribute, id));
    return -1;
  }

  pugi::xml_node process_;
  const Places& places_;
  std::vector<core::Error>& errors_;
  Diagram diagram_;
  std::map<std::string, int> by_id_;
  std::vector<pugi::xml_node> flows_;
};

}  // namespace

Places::Places(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') breaks_.push_back(i);
}

int Places::line(const pugi::xml_node& node) const {
  const auto offset = node.offset_debug();
  if (offset < 0) return 1;
  return 1 + static_cast<int>(std::ranges::lower_bound(breaks_, static_cast<std::size_t>(offset)) - breaks_.begin());
}

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool is_ours(const pugi::xml_node& node) { return uri_of(node, prefix_of(node.name())) == kFenshenUri; }

std::string own_attribute(const pugi::xml_node& node, const char* name) {
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    const std::string_view full = attribute.name();
    const auto colon = full.find(':');
    if (colon != std::string_view::npos && full.substr(colon + 1) == name && uri_of(node, full.substr(0, colon)) == kFenshenUri) return attribute.value();
  }
  return "";
}

core::Error mistake(const pugi::xml_node& node, const Places& places, std::string message) {
  const std::string id = node.attribute("id").value();
  return {core::Code::invalid, std::move(message), fmt::format("line {}, {} {}", places.line(node), local_name(node), id.empty() ? "(no id)" : id)};
}

Diagram read_diagram(const pugi::xml_node& process, const Places& places, std::vector<core::Error>& errors) {
  return Reader(process, places, errors).run();
}

}  // namespace fenshen::bpmn
