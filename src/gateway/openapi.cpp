#include "gateway/openapi.h"

#include <yaml-cpp/yaml.h>

#include <charconv>

#include "core/json_writer.h"

namespace fenshen::gateway {
namespace {

bool is_number(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && text.front() != '+' && text.front() != '.' && text.back() != '.' &&
         (text == "0" || text.front() != '0' || text.starts_with("0."));
}

void write_scalar(core::JsonWriter& out, const YAML::Node& node) {
  const std::string& text = node.Scalar();
  const bool plain = node.Tag() == "?";
  if (plain && (text == "true" || text == "false" || (!text.empty() && is_number(text)))) out.raw(text);
  else if (plain && (text == "null" || text == "~")) out.null();
  else out.value(text);
}

void write(core::JsonWriter& out, const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Map:
      out.begin_object();
      for (const auto& item : node) {
        out.key(item.first.Scalar());
        write(out, item.second);
      }
      out.end_object();
      break;
    case YAML::NodeType::Sequence:
      out.begin_array();
      for (const auto& item : node) write(out, item);
      out.end_array();
      break;
    case YAML::NodeType::Scalar: write_scalar(out, node); break;
    default: out.null(); break;
  }
}

}  // namespace

core::Result<std::string> openapi_json(std::string_view yaml) {
  try {
    std::string text;
    core::JsonWriter out(text);
    write(out, YAML::Load(std::string(yaml)));
    return text;
  } catch (const YAML::Exception& error) {
    return core::fail(core::Code::invalid, error.msg, "line " + std::to_string(error.mark.line + 1));
  }
}

}  // namespace fenshen::gateway
