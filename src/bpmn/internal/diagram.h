// A BPMN process as it was read: nodes and flows with the lines they stand in, before it becomes a flow.
#pragma once

#include <pugixml.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace fenshen::bpmn {

enum class Element { start, end, task, call, subprocess, exclusive, parallel };

struct Shape {
  Element element = Element::task;
  pugi::xml_node xml;
  std::string id;
  std::string default_flow;
  std::vector<int> in, out;  // into Diagram::lines
};

struct Line {
  std::string id;
  int from = -1, to = -1;  // into Diagram::shapes
  bool conditional = false;
  std::string condition;
  pugi::xml_node xml;
};

// Where in the document a node stands.
class Places {
 public:
  explicit Places(std::string_view text);
  int line(const pugi::xml_node& node) const;

 private:
  std::vector<std::size_t> breaks_;
};

struct Diagram {
  std::vector<Shape> shapes;
  std::vector<Line> lines;
};

// Reads the process's own elements; what does not map is reported by id and line.
Diagram read_diagram(const pugi::xml_node& process, const Places& places, std::vector<core::Error>& errors);

std::string_view local_name(const pugi::xml_node& node);
bool is_ours(const pugi::xml_node& node);                               // an element of the extension namespace
std::string own_attribute(const pugi::xml_node& node, const char* name);  // an attribute of it
core::Error mistake(const pugi::xml_node& node, const Places& places, std::string message);

}  // namespace fenshen::bpmn
