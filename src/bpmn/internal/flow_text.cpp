#include "bpmn/internal/flow_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <vector>

namespace fenshen::bpmn {
namespace {

using core::Code;
using core::fail;

constexpr int kDepthMax = 12;
constexpr std::array<std::string_view, 14> kFlowKeys = {"id", "name", "level", "leaf", "start", "fields", "steps", "ends", "from", "to", "source", "note", "", ""};
constexpr std::array<std::string_view, 18> kStepKeys = {"id",   "use",      "call", "name", "if",   "say",  "customer_say", "must",
                                                        "gate", "optional", "ungated", "together", "owed", "rule", "done", "next", "note", ""};
constexpr std::array<std::string_view, 6> kOtherKeys = {"zh", "en", "name", "label", "from", "to"};

std::size_t rank(std::string_view key, int depth) {
  const auto place = [&](const auto& keys) { return static_cast<std::size_t>(std::ranges::find(keys, key) - keys.begin()); };
  return depth == 0 ? place(kFlowKeys) : depth == 2 ? place(kStepKeys) : place(kOtherKeys);
}

bool is_plain_start(unsigned char c) { return std::isalpha(c) != 0 || c >= 0x80; }
bool is_plain(unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80 || c == '_' || c == '.' || c == '-' || c == ' '; }

// Whether YAML reads the text as itself without quotes, inside brackets too.
bool needs_no_quotes(const std::string& text) {
  static const std::set<std::string> kWords = {"null", "yes", "no", "on", "off", "Null", "Yes", "No", "On", "Off", "y", "n", "Y", "N"};
  if (text.empty() || kWords.contains(text) || text.back() == ' ') return false;
  const auto byte = [](char c) { return static_cast<unsigned char>(c); };
  if (std::ranges::all_of(text, [&](char c) { return std::isdigit(byte(c)) != 0 || c == '.'; })) return true;
  return is_plain_start(byte(text.front())) && std::ranges::all_of(text, [&](char c) { return is_plain(byte(c)); });
}

std::string quoted(const std::string& text) {
  if (needs_no_quotes(text)) return text;
  const bool controls = std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  std::string out(1, controls ? '"' : '\'');
  for (const char c : text) {
    if (!controls) out += c == '\'' ? "''" : std::string(1, c);
    else if (c == '"' || c == '\\') out += std::string("\\") + c;
    else if (c == '\n') out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    else out += c;
  }
  return out + (controls ? '"' : '\'');
}

// The members by rank and name. Nodes are never assigned: that would write through to the document.
std::vector<std::pair<std::string, YAML::Node>> members(const YAML::Node& node, int depth) {
  std::vector<std::tuple<std::size_t, std::string, std::size_t>> order;
  std::vector<YAML::Node> values;
  for (const auto& member : node) {
    order.emplace_back(rank(member.first.Scalar(), depth), member.first.Scalar(), values.size());
    values.push_back(member.second);
  }
  std::ranges::sort(order);
  std::vector<std::pair<std::string, YAML::Node>> list;
  list.reserve(order.size());
  for (const auto& [place, key, index] : order) list.emplace_back(key, values[index]);
  return list;
}

bool is_flat(const YAML::Node& node) {
  if (!node.IsMap() && !node.IsSequence()) return true;
  if (node.size() > 4) return false;
  for (const auto& child : node)
    if (node.IsMap() ? child.second.IsMap() || child.second.IsSequence() : child.IsMap() || child.IsSequence()) return false;
  return true;
}

class Writer {
 public:
  std::string run(const YAML::Node& flow) {
    map(flow, 0, 0);
    return std::move(out_);
  }

 private:
  void flat(const YAML::Node& node, int depth) {
    if (node.IsMap()) {
      out_ += '{';
      bool first = true;
      for (const auto& [key, value] : members(node, depth)) {
        out_ += (first ? "" : ", ") + quoted(key) + ": ";
        flat(value, depth + 1);
        first = false;
      }
      out_ += '}';
    } else if (node.IsSequence()) {
      out_ += '[';
      for (std::size_t i = 0; i < node.size(); ++i) {
        out_ += i == 0 ? "" : ", ";
        flat(node[i], depth + 1);
      }
      out_ += ']';
    } else {
      out_ += node.IsScalar() ? quoted(node.Scalar()) : "null";
    }
  }

  // `depth` counts levels of meaning (0 flow, 1 its lists, 2 a step), `indent` columns.
  void map(const YAML::Node& node, int indent, int depth) {
    bool first = true;
    for (const auto& [key, value] : members(node, depth)) {
      if (!first || indent == 0) out_.append(first ? 0 : static_cast<std::size_t>(indent), ' ');
      first = false;
      out_ += quoted(key) + ":";
      below(value, indent, depth + 1);
    }
  }

  void below(const YAML::Node& value, int indent, int depth) {
    const bool steps = depth == 1 && value.IsSequence() && value.size() != 0 && value[0].IsMap();
    if (is_flat(value) && !steps) {
      out_ += ' ';
      flat(value, depth);
      out_ += '\n';
    } else if (value.IsMap()) {
      out_ += '\n';
      out_.append(static_cast<std::size_t>(indent) + 2, ' ');
      map(value, indent + 2, depth);
    } else {
      out_ += '\n';
      for (const auto& item : value) {
        out_.append(static_cast<std::size_t>(indent) + 2, ' ');
        out_ += "- ";
        if (item.IsMap() && item.size() != 0 && (steps || !is_flat(item))) {
          map(item, indent + 4, depth + 1);
        } else {
          flat(item, depth + 1);
          out_ += '\n';
        }
      }
    }
  }

  std::string out_;
};

core::Status check_depth(const YAML::Node& node, int depth) {
  if (depth > kDepthMax) return fail(Code::too_large, "nested too deeply");
  if (node.IsMap())
    for (const auto& member : node) {
      if (!member.first.IsScalar()) return fail(Code::invalid, "a key must be a word");
      TRY(check_depth(member.second, depth + 1));
    }
  if (node.IsSequence())
    for (const auto& item : node) TRY(check_depth(item, depth + 1));
  return {};
}

}  // namespace

core::Result<YAML::Node> read_flow(std::string_view yaml) {
  try {
    const YAML::Node document = YAML::Load(std::string(yaml));
    const YAML::Node flow = document.IsSequence() && document.size() == 1 ? document[0] : document;
    if (!flow.IsMap() || !flow["id"].IsDefined() || !flow["id"].IsScalar()) return fail(Code::invalid, "is no flow: a mapping with an id", "flow");
    TRY(check_depth(flow, 0));
    const YAML::Node steps = flow["steps"];
    if (!steps.IsDefined() || !steps.IsSequence() || steps.size() == 0) return fail(Code::invalid, "needs a list of steps", "steps");
    if (steps.size() > kStepsMax) return fail(Code::too_large, fmt::format("at most {} steps", kStepsMax), "steps");
    for (const auto& step : steps)
      if (!step.IsMap() || !step["id"].IsDefined() || !step["id"].IsScalar()) return fail(Code::invalid, "every step is a mapping with an id", "steps");
    return flow;
  } catch (const YAML::Exception& error) {
    return fail(Code::invalid, "not valid YAML: " + error.msg, fmt::format("line {}", error.mark.line + 1));
  }
}

std::string write_flow(const YAML::Node& flow) { return Writer().run(flow); }

}  // namespace fenshen::bpmn
