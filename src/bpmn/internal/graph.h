// A flow as a graph of BPMN nodes: made by export, drawn by layout.
#pragma once

#include <string>
#include <vector>

namespace fenshen::bpmn {

struct Node {
  enum class Kind { start, step, call, exclusive, parallel, end } kind = Kind::step;
  std::string id;
  std::string name;
  int step = -1;       // index of the step, for kinds step and call
  int column = 0, row = 0;
  std::string default_edge;
  std::string together;  // of a parallel fork
};

struct Edge {
  std::string id;
  int from = 0, to = 0;   // indexes of nodes
  bool conditional = false;
  std::string condition;
};

struct Graph {
  std::vector<Node> nodes;
  std::vector<Edge> edges;
};

struct Point {
  int x = 0, y = 0;
};
struct Box {
  int x = 0, y = 0, width = 0, height = 0;
};
Box box_of(const Node& node);
// Where the line of the edge runs: straight between neighbours, else above (forward) or below (back) what lies between.
std::vector<Point> line_of(const Graph& graph, std::size_t edge);

}  // namespace fenshen::bpmn
