// A flow's YAML to BPMN: steps become tasks, `call` a call activity, `if`, `optional` and `next` exclusive gateways,
// steps done together a pair of parallel gateways. All other keys travel as properties of the task or the process.
#include <fmt/format.h>

#include <pugixml.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "bpmn/bpmn.h"
#include "bpmn/internal/flow_text.h"
#include "bpmn/internal/graph.h"
#include "bpmn/internal/names.h"

namespace fenshen::bpmn {
namespace {

using core::Code;
using core::fail;
using core::Result;
using Kind = Node::Kind;

std::string text_of(const YAML::Node& node, const char* key) {
  const YAML::Node child = node[key];
  return child.IsDefined() && child.IsScalar() ? child.Scalar() : "";
}
bool is_true(const YAML::Node& node, const char* key) { return text_of(node, key) == "true"; }

// Letters, digits and _ stay; the original id stands in an attribute of ours.
std::string xml_id(std::string_view prefix, std::string_view id) {
  std::string out(prefix);
  for (const char c : id) out += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return out;
}

std::string zh_of(const YAML::Node& name) {
  if (name.IsDefined() && name.IsScalar()) return name.Scalar();
  if (name.IsDefined() && name.IsMap() && name["zh"].IsDefined() && name["zh"].IsScalar()) return name["zh"].Scalar();
  return "";
}

class GraphBuilder {
 public:
  explicit GraphBuilder(const YAML::Node& flow) : steps_(flow["steps"]) {}

  Result<Graph> run() {
    const int start = add({Kind::start, "Start", "", -1, 0, 0, "", ""});
    for (std::size_t i = 0; i < steps_.size(); i = place(i)) {}
    end_ = add({Kind::end, "End", "", -1, column_, 0, "", ""});
    join(start, entry(0));
    for (std::size_t i = 0; i < steps_.size(); ++i) TRY(connect(i));
    for (const auto& [fork, last] : forks_) connect_group(fork, last);
    return std::move(graph_);
  }

 private:
  struct Place {
    int gateway = -1, task = -1, route = -1;  // nodes; -1: none
    int fork = -1, merge = -1;                // of the group that the step belongs to
    bool last = true;                         // of its group
  };

  int add(Node node) {
    graph_.nodes.push_back(std::move(node));
    if (graph_.nodes.back().kind == Kind::start) column_ = 1;
    return static_cast<int>(graph_.nodes.size()) - 1;
  }

  bool guarded(std::size_t i) const { return steps_[i]["if"].IsDefined() || is_true(steps_[i], "optional"); }
  bool has_options(std::size_t i) const { return steps_[i]["next"].IsDefined() && steps_[i]["next"].IsSequence(); }

  // Places the step, or the group that begins with it; returns the index behind.
  std::size_t place(std::size_t first) {
    const std::string group = text_of(steps_[first], "together");
    std::size_t end = first + 1;
    while (!group.empty() && end < steps_.size() && text_of(steps_[end], "together") == group) ++end;
    const bool parallel = end - first > 1;
    Place common;
    if (parallel) {
      common.fork = add({Kind::parallel, fmt::format("Fork_{}", first), group, -1, column_++, 0, "", group});
      common.merge = add({Kind::parallel, fmt::format("Merge_{}", first), "", -1, 0, 0, "", ""});
      forks_.emplace_back(first, end - 1);
    }
    const bool gateways = std::ranges::any_of(indexes(first, end), [&](std::size_t i) { return guarded(i); });
    for (std::size_t i = first; i < end; ++i) {
      Place made = common;
      const int row = parallel ? static_cast<int>(i - first) : 0;
      if (guarded(i)) made.gateway = add({Kind::exclusive, fmt::format("If_{}", i), "", -1, column_, row, "", ""});
      const bool calls = !text_of(steps_[i], "call").empty();
      const std::string id = unique(xml_id("Step_", text_of(steps_[i], "id")));
      made.task = add({calls ? Kind::call : Kind::step, id, "", static_cast<int>(i), column_ + (gateways ? 1 : 0), row, "", ""});
      made.last = i + 1 == end;
      places_.push_back(made);
    }
    column_ += gateways ? 2 : 1;
    if (parallel) graph_.nodes[static_cast<std::size_t>(common.merge)].column = column_++;
    if (has_options(end - 1)) places_.back().route = add({Kind::exclusive, fmt::format("Next_{}", end - 1), "", -1, column_++, 0, "", ""});
    return end;
  }

  static std::vector<std::size_t> indexes(std::size_t from, std::size_t to) {
    std::vector<std::size_t> list;
    for (std::size_t i = from; i < to; ++i) list.push_back(i);
    return list;
  }

  std::string unique(std::string id) {
    while (!ids_.insert(id).second) id += "_";
    return id;
  }

  int own_entry(std::size_t i) const { return places_[i].gateway >= 0 ? places_[i].gateway : places_[i].task; }
  int entry(std::size_t i) const {
    if (i >= steps_.size()) return end_;
    return places_[i].fork >= 0 ? places_[i].fork : own_entry(i);
  }

  Edge& join(int from, int to) {
    graph_.edges.push_back({fmt::format("Flow_{}", graph_.edges.size() + 1), from, to, false, ""});
    return graph_.edges.back();
  }
  void join_if(int from, int to, const std::string& condition) {
    Edge& edge = join(from, to);
    edge.conditional = true;
    edge.condition = condition;
  }
  void join_default(int from, int to) { graph_.nodes[static_cast<std::size_t>(from)].default_edge = join(from, to).id; }

  Result<int> target(std::size_t i, const std::string& id) const {
    if (id == kEnd) return end_;
    for (std::size_t other = 0; other < steps_.size(); ++other)
      if (text_of(steps_[other], "id") == id) return entry(other);
    return fail(Code::invalid, fmt::format("next: no step «{}»", id), text_of(steps_[i], "id"));
  }

  core::Status connect(std::size_t i) {
    const Place& place = places_[i];
    const int behind = place.merge >= 0 ? place.merge : entry(i + 1);
    if (place.gateway >= 0) {
      const std::string condition = text_of(steps_[i], "if");
      join_if(place.gateway, place.task, condition.empty() ? std::string(kOptional) : condition);
      join_default(place.gateway, behind);
    }
    if (place.merge >= 0) {
      join(place.task, place.merge);
      return place.last ? leave(i, place.merge) : core::Status{};
    }
    return leave(i, place.task);
  }

  // From the task, or from the merge of its group, to where the flow goes on.
  core::Status leave(std::size_t i, int from) {
    const YAML::Node next = steps_[i]["next"];
    if (!next.IsDefined() || next.IsNull()) return join(from, entry(i + 1)), core::Status{};
    if (next.IsScalar()) {
      TRY_ASSIGN(const int to, target(i, next.Scalar()));
      join(from, to);
      return {};
    }
    const int route = places_[i].route;
    join(from, route);
    for (const auto& option : next) {
      if (!option.IsMap()) return fail(Code::invalid, "next: every option is {to, if}", text_of(steps_[i], "id"));
      TRY_ASSIGN(const int to, target(i, text_of(option, "to")));
      const std::string condition = text_of(option, "if");
      if (condition.empty()) return join_default(route, to), core::Status{};
      join_if(route, to, condition);
    }
    join_default(route, entry(i + 1));
    return {};
  }

  void connect_group(std::size_t first, std::size_t last) {
    for (std::size_t i = first; i <= last; ++i) join(places_[i].fork, own_entry(i));
  }

  YAML::Node steps_;
  Graph graph_;
  std::vector<Place> places_;
  std::vector<std::pair<std::size_t, std::size_t>> forks_;
  std::set<std::string> ids_;
  int column_ = 0, end_ = 0;
};

// --- XML ---

bool is_xml_text(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; });
}

class XmlWriter {
 public:
  XmlWriter(const YAML::Node& flow, Graph graph) : flow_(flow), graph_(std::move(graph)) {}

  Result<std::string> run() {
    auto declaration = document_.prepend_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    pugi::xml_node definitions = definitions_node();
    const std::string id = text_of(flow_, "id");
    pugi::xml_node process = definitions.append_child("bpmn:process");
    process_id_ = xml_id(std::isalpha(static_cast<unsigned char>(id.front())) != 0 ? "" : "Process_", id);
    process.append_attribute("id") = process_id_.c_str();
    process.append_attribute("name") = zh_of(flow_["name"]).c_str();
    process.append_attribute("isExecutable") = "true";
    process.append_attribute("fenshen:id") = id.c_str();
    properties(process, flow_, {"id", "steps"});
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) write_node(process, static_cast<int>(i));
    for (const Edge& edge : graph_.edges) write_edge(process, edge);
    write_diagram(definitions);
    if (!fits_) return fail(Code::invalid, "holds a control character, which XML has no place for", "flow");
    std::ostringstream out;
    document_.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
    return out.str();
  }

 private:
  pugi::xml_node definitions_node() {
    pugi::xml_node node = document_.append_child("bpmn:definitions");
    node.append_attribute("xmlns:bpmn") = std::string(kModelUri).c_str();
    node.append_attribute("xmlns:bpmndi") = "http://www.omg.org/spec/BPMN/20100524/DI";
    node.append_attribute("xmlns:dc") = "http://www.omg.org/spec/DD/20100524/DC";
    node.append_attribute("xmlns:di") = "http://www.omg.org/spec/DD/20100524/DI";
    node.append_attribute("xmlns:xsi") = "http://www.w3.org/2001/XMLSchema-instance";
    node.append_attribute("xmlns:fenshen") = std::string(kFenshenUri).c_str();
    node.append_attribute("id") = "Definitions_1";
    node.append_attribute("targetNamespace") = std::string(kFenshenUri).c_str();
    node.append_attribute("exporter") = "fenshen";
    node.append_attribute("exporterVersion") = "1";
    return node;
  }

  void set_text(pugi::xml_node node, const std::string& text) {
    fits_ = fits_ && is_xml_text(text);
    if (!text.empty()) node.append_child(pugi::node_pcdata).set_value(text.c_str());
  }

  void value(pugi::xml_node node, const YAML::Node& from) {
    if (from.IsMap()) {
      node.append_attribute("kind") = "map";
      for (const auto& member : from) property(node, member.first.Scalar(), member.second);
    } else if (from.IsSequence()) {
      node.append_attribute("kind") = "list";
      for (const auto& item : from) value(node.append_child("fenshen:item"), item);
    } else if (from.IsScalar()) {
      set_text(node, from.Scalar());
    } else {
      node.append_attribute("kind") = "null";
    }
  }

  void property(pugi::xml_node parent, const std::string& name, const YAML::Node& from) {
    pugi::xml_node node = parent.append_child("fenshen:property");
    node.append_attribute("name") = name.c_str();
    fits_ = fits_ && is_xml_text(name);
    value(node, from);
  }

  void properties(pugi::xml_node parent, const YAML::Node& from, const std::set<std::string>& without) {
    pugi::xml_node extension;
    for (const auto& member : from) {
      if (without.contains(member.first.Scalar())) continue;
      if (extension.empty()) extension = parent.append_child("bpmn:extensionElements");
      property(extension, member.first.Scalar(), member.second);
    }
  }

  void write_node(pugi::xml_node process, int index) {
    static const std::map<Kind, const char*> kElements = {{Kind::start, "bpmn:startEvent"},           {Kind::step, "bpmn:userTask"},
                                                          {Kind::call, "bpmn:callActivity"},          {Kind::exclusive, "bpmn:exclusiveGateway"},
                                                          {Kind::parallel, "bpmn:parallelGateway"}, {Kind::end, "bpmn:endEvent"}};
    const Node& node = graph_.nodes[static_cast<std::size_t>(index)];
    pugi::xml_node element = process.append_child(kElements.at(node.kind));
    element.append_attribute("id") = node.id.c_str();
    if (node.step >= 0) write_step(element, steps()[static_cast<std::size_t>(node.step)], node.step);
    else if (!node.name.empty()) element.append_attribute("name") = node.name.c_str();
    if (!node.default_edge.empty()) element.append_attribute("default") = node.default_edge.c_str();
    if (!node.together.empty()) element.append_attribute("fenshen:together") = node.together.c_str();
    for (const Edge& edge : graph_.edges)
      if (edge.to == index) element.append_child("bpmn:incoming").append_child(pugi::node_pcdata).set_value(edge.id.c_str());
    for (const Edge& edge : graph_.edges)
      if (edge.from == index) element.append_child("bpmn:outgoing").append_child(pugi::node_pcdata).set_value(edge.id.c_str());
  }

  YAML::Node steps() const { return flow_["steps"]; }

  void write_step(pugi::xml_node element, const YAML::Node& step, int index) {
    const std::string id = text_of(step, "id"), use = text_of(step, "use"), name = zh_of(step["name"]);
    element.append_attribute("name") = (!name.empty() ? name : !use.empty() ? use : id).c_str();
    element.append_attribute("fenshen:id") = id.c_str();
    element.append_attribute("fenshen:order") = index;
    // What stands in for a name that the step does not have.
    if (name.empty()) element.append_attribute("fenshen:title") = (!use.empty() ? use : id).c_str();
    std::set<std::string> native = {"id", "if", "next", "call"};
    if (step["name"].IsDefined() && step["name"].IsScalar()) native.insert("name");
    if (is_true(step, "optional") && text_of(step, "if").empty()) native.insert("optional");
    const std::string group = text_of(step, "together");
    const auto same = [&](int other) {
      return other >= 0 && other < static_cast<int>(steps().size()) && text_of(steps()[static_cast<std::size_t>(other)], "together") == group;
    };
    if (!group.empty() && (same(index - 1) || same(index + 1))) native.insert("together");
    const std::string call = text_of(step, "call");
    if (!call.empty()) element.append_attribute("calledElement") = call.c_str();
    properties(element, step, native);
  }

  void write_edge(pugi::xml_node process, const Edge& edge) {
    pugi::xml_node element = process.append_child("bpmn:sequenceFlow");
    element.append_attribute("id") = edge.id.c_str();
    element.append_attribute("sourceRef") = graph_.nodes[static_cast<std::size_t>(edge.from)].id.c_str();
    element.append_attribute("targetRef") = graph_.nodes[static_cast<std::size_t>(edge.to)].id.c_str();
    if (!edge.conditional) return;
    pugi::xml_node condition = element.append_child("bpmn:conditionExpression");
    condition.append_attribute("xsi:type") = "bpmn:tFormalExpression";
    condition.append_attribute("language") = std::string(kConditionLanguage).c_str();
    set_text(condition, edge.condition);
  }

  void write_diagram(pugi::xml_node definitions) {
    pugi::xml_node diagram = definitions.append_child("bpmndi:BPMNDiagram");
    diagram.append_attribute("id") = "Diagram_1";
    pugi::xml_node plane = diagram.append_child("bpmndi:BPMNPlane");
    plane.append_attribute("id") = "Plane_1";
    plane.append_attribute("bpmnElement") = process_id_.c_str();
    for (const Node& node : graph_.nodes) {
      pugi::xml_node shape = plane.append_child("bpmndi:BPMNShape");
      shape.append_attribute("id") = (node.id + "_di").c_str();
      shape.append_attribute("bpmnElement") = node.id.c_str();
      if (node.kind == Kind::exclusive) shape.append_attribute("isMarkerVisible") = "true";
      const Box box = box_of(node);
      pugi::xml_node bounds = shape.append_child("dc:Bounds");
      bounds.append_attribute("x") = box.x;
      bounds.append_attribute("y") = box.y;
      bounds.append_attribute("width") = box.width;
      bounds.append_attribute("height") = box.height;
    }
    for (std::size_t i = 0; i < graph_.edges.size(); ++i) {
      pugi::xml_node line = plane.append_child("bpmndi:BPMNEdge");
      line.append_attribute("id") = (graph_.edges[i].id + "_di").c_str();
      line.append_attribute("bpmnElement") = graph_.edges[i].id.c_str();
      for (const Point point : line_of(graph_, i)) {
        pugi::xml_node at = line.append_child("di:waypoint");
        at.append_attribute("x") = point.x;
        at.append_attribute("y") = point.y;
      }
    }
  }

  YAML::Node flow_;
  Graph graph_;
  pugi::xml_document document_;
  std::string process_id_;
  bool fits_ = true;
};

}  // namespace

Result<std::string> export_flow(std::string_view flow_yaml) {
  TRY_ASSIGN(const YAML::Node flow, read_flow(flow_yaml));
  try {
    TRY_ASSIGN(Graph graph, GraphBuilder(flow).run());
    return XmlWriter(flow, std::move(graph)).run();
  } catch (const YAML::Exception& error) {
    return fail(Code::invalid, error.msg, "flow");
  }
}

Result<std::string> canonical(std::string_view flow_yaml) {
  TRY_ASSIGN(const YAML::Node flow, read_flow(flow_yaml));
  return write_flow(flow);
}

}  // namespace fenshen::bpmn
