#include "conversation/json_fields.h"

#include <fmt/format.h>

#include <charconv>

namespace fenshen::conversation {
namespace {

namespace json = boost::json;

constexpr std::size_t kFieldsMax = 200;
constexpr int kDepthMax = 6;
constexpr std::size_t kValueBytesMax = 4096;

// Shortest decimal text that reads back as the same number: 0.1 stays 0.1, 4862.30 becomes 4862.3.
std::string decimal(double number) {
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed);
  return error == std::errc{} ? std::string(buffer, end) : fmt::format("{}", number);
}

core::Status flatten(const json::value& value, const std::string& name, int depth, Fields& out, std::string_view where) {
  if (depth > kDepthMax) return core::fail(core::Code::invalid, "nested too deep", fmt::format("{}.{}", where, name));
  const auto join = [&](std::string_view part) { return name.empty() ? std::string(part) : fmt::format("{}.{}", name, part); };
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) TRY(flatten(member.value(), join(member.key()), depth + 1, out, where));
    return {};
  }
  if (const auto* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) TRY(flatten((*array)[i], join(std::to_string(i)), depth + 1, out, where));
    return {};
  }
  if (out.size() == kFieldsMax) return core::fail(core::Code::too_large, "more than 200 fields", std::string(where));
  Field field{.name = name, .value = {}, .kind = FieldKind::null};
  if (const auto* text = value.if_string()) {
    field.kind = FieldKind::text;
    field.value.assign(text->data(), text->size());
  } else if (const auto* flag = value.if_bool()) {
    field.kind = FieldKind::boolean;
    field.value = *flag ? "true" : "false";
  } else if (value.is_number()) {
    field.kind = FieldKind::number;
    if (value.is_double()) field.value = decimal(value.get_double());
    else field.value = value.is_int64() ? std::to_string(value.get_int64()) : std::to_string(value.get_uint64());
  }
  if (field.value.size() > kValueBytesMax) return core::fail(core::Code::too_large, "value too long", fmt::format("{}.{}", where, name));
  out.push_back(std::move(field));
  return {};
}

json::value value_of(const Field& field) {
  switch (field.kind) {
    case FieldKind::text: return json::string(field.value);
    case FieldKind::boolean: return field.value == "true";
    case FieldKind::null: return nullptr;
    case FieldKind::number: break;
  }
  boost::system::error_code error;
  json::value number = json::parse(field.value, error);
  return error ? json::value(json::string(field.value)) : number;
}

}  // namespace

core::Result<Fields> fields_from_json(const json::value& value, std::string_view where) {
  Fields fields;
  if (value.is_null()) return fields;
  if (!value.is_object()) return core::fail(core::Code::invalid, "must be an object", std::string(where));
  TRY(flatten(value, {}, 0, fields, where));
  return fields;
}

json::object fields_to_json(const Fields& fields) {
  json::object object;
  for (const Field& field : fields) object[field.name] = value_of(field);
  return object;
}

core::Result<json::value> parse_json(std::string_view text, std::string_view where) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 32;
  json::value value = json::parse(text, error, {}, options);
  if (error) return core::fail(core::Code::invalid, "not valid JSON: " + error.message(), std::string(where));
  return value;
}

}  // namespace fenshen::conversation
