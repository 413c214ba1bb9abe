// Messages of sockets: small JSON objects, read leniently (a member of the wrong kind counts as absent).
#pragma once

#include <boost/json.hpp>

#include <memory>
#include <string>
#include <string_view>

#include "conversation/json_fields.h"
#include "core/json_writer.h"
#include "core/result.h"
#include "net/http_server.h"

namespace fenshen::gateway {

inline std::string error_message(std::string_view code, std::string_view detail, std::string_view conversation = {}) {
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("op", "error").field("code", code).field("detail", detail);
  if (!conversation.empty()) out.field("conversation", conversation);
  out.end_object();
  return text;
}

inline std::string text_member(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}
inline std::uint64_t number_member(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() && value->get_int64() > 0 ? static_cast<std::uint64_t>(value->get_int64()) : 0;
}
inline bool flag_member(const boost::json::object& object, std::string_view name, bool otherwise) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

inline core::Result<boost::json::object> parse_message(std::string_view text) {
  TRY_ASSIGN(boost::json::value value, conversation::parse_json(text, "message"));
  if (!value.is_object()) return core::fail(core::Code::invalid, "a message is a JSON object");
  return std::move(value.get_object());
}

// A machine with opened, message and closed, kept alive by its connection.
template <typename Machine>
net::WsHandler handler_of(std::shared_ptr<Machine> machine) {
  net::WsHandler handler;
  handler.on_open = [machine](std::shared_ptr<net::WsSession> socket) { machine->opened(std::move(socket)); };
  handler.on_message = [machine](std::string_view text) { machine->message(text); };
  handler.on_close = [machine] { machine->closed(); };
  return handler;
}

}  // namespace fenshen::gateway
