// Where nodes and lines stand in the diagram: one column after the other in the order of the flow, steps that are done
// together one below the other.
#include <algorithm>

#include "bpmn/internal/graph.h"

namespace fenshen::bpmn {
namespace {

constexpr int kColumn = 170, kRow = 130, kLeft = 120, kMiddle = 320, kLane = 14, kLanes = 8;

Point centre(const Box& box) { return {box.x + box.width / 2, box.y + box.height / 2}; }

}  // namespace

Box box_of(const Node& node) {
  const bool task = node.kind == Node::Kind::step || node.kind == Node::Kind::call;
  const bool gateway = node.kind == Node::Kind::exclusive || node.kind == Node::Kind::parallel;
  const int width = task ? 120 : gateway ? 50 : 36, height = task ? 80 : gateway ? 50 : 36;
  return {kLeft + node.column * kColumn - width / 2, kMiddle + node.row * kRow - height / 2, width, height};
}

std::vector<Point> line_of(const Graph& graph, std::size_t edge) {
  const Node& from = graph.nodes[static_cast<std::size_t>(graph.edges[edge].from)];
  const Node& to = graph.nodes[static_cast<std::size_t>(graph.edges[edge].to)];
  const Box a = box_of(from), b = box_of(to);
  const Point ca = centre(a), cb = centre(b);
  const int lane = static_cast<int>(edge % kLanes) * kLane;
  if (to.column <= from.column) {  // back
    const int y = kMiddle + 4 * kRow + lane;
    return {{ca.x, a.y + a.height}, {ca.x, y}, {cb.x, y}, {cb.x, b.y + b.height}};
  }
  if (to.column == from.column + 1) {
    if (from.row == to.row) return {{a.x + a.width, ca.y}, {b.x, cb.y}};
    const int x = from.row > to.row ? b.x - 20 - lane / 4 : a.x + a.width + 20 + lane / 4;
    return {{a.x + a.width, ca.y}, {x, ca.y}, {x, cb.y}, {b.x, cb.y}};
  }
  const int y = kMiddle - kRow - lane;
  return {{ca.x, a.y}, {ca.x, y}, {cb.x, y}, {cb.x, b.y}};
}

}  // namespace fenshen::bpmn
