#include "gateway/http/call.h"

#include <algorithm>
#include <charconv>

#include "conversation/json_fields.h"
#include "core/check.h"
#include "core/json_writer.h"
#include "core/utf8.h"
#include "gateway/live/own_ids.h"

namespace fenshen::gateway {

namespace json = boost::json;
using core::Code;
using core::Result;

int status_of(Code code) noexcept {
  switch (code) {
    case Code::invalid: return 422;
    case Code::not_found: return 404;
    case Code::conflict: return 409;
    case Code::forbidden: return 403;
    case Code::unauthorized: return 401;
    case Code::too_large: return 413;
    case Code::limited: return 429;
    case Code::unavailable: return 503;
    case Code::corrupt: return 500;
    case Code::internal: return 500;
  }
  return 500;
}

net::Response problem(int status, std::string_view code, std::string_view detail, std::string_view where) {
  net::Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/problem+json"});
  core::JsonWriter out(response.body);
  out.begin_object().field("type", "about:blank").field("title", net::reason_phrase(status)).field("status", status).field("code", code);
  out.field("detail", detail);
  if (!where.empty()) out.field("where", where);
  out.end_object();
  return response;
}

net::Response problem(const core::Error& error) {
  const int status = status_of(error.code);
  const std::string_view code = error.code == Code::limited ? std::string_view("rate_limited") : core::to_string(error.code);
  net::Response response = problem(status, code, error.message, error.where);
  if (error.code == Code::limited) {
    const bool seconds = !error.where.empty() && std::ranges::all_of(error.where, [](char c) { return c >= '0' && c <= '9'; });
    response.headers.push_back({"Retry-After", seconds ? error.where : "1"});
  }
  return response;
}

net::Response json_response(int status, std::string body) {
  net::Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/json"});
  response.body = std::move(body);
  return response;
}

Call::Call(net::Request incoming, net::Exchange exchange, Decorate decorate, Sent sent)
    : request(std::move(incoming)), exchange_(std::move(exchange)), decorate_(std::move(decorate)), sent_(std::move(sent)) {}

const access::Principal& Call::who() const {
  FENSHEN_CHECK(principal.has_value());
  return *principal;
}

bool Call::english() const { return target.parameter("lang") == "en"; }

void Call::respond(net::Response response) {
  decorate_(*this, response);
  sent_(*this, response.status, response.body.size());
  exchange_.respond(std::move(response));
}

void Call::accept_socket(net::WsHandler handler) {
  sent_(*this, 101, 0);
  exchange_.accept_socket(std::move(handler));
}

Result<json::object> Call::body() const {
  const auto type = request.header("Content-Type");
  if (!type || !type->starts_with("application/json")) return core::fail(Code::invalid, "the body must be application/json", "Content-Type");
  TRY_ASSIGN(json::value value, conversation::parse_json(request.body, "body"));
  if (!value.is_object()) return core::fail(Code::invalid, "the body must be a JSON object", "body");
  return std::move(value.get_object());
}

Result<std::string> optional_string(const json::object& object, std::string_view name, std::size_t most) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return std::string();
  if (!value->is_string()) return core::fail(Code::invalid, "must be a string", std::string(name));
  const auto& text = value->get_string();
  if (text.size() > most) return core::fail(Code::invalid, "is too long", std::string(name));
  if (core::find_invalid_utf8({text.data(), text.size()})) return core::fail(Code::invalid, "holds bytes that are not UTF-8, or NUL", std::string(name));
  return std::string(text);
}

Result<std::string> string_member(const json::object& object, std::string_view name, std::size_t most) {
  TRY_ASSIGN(std::string text, optional_string(object, name, most));
  if (text.empty()) return core::fail(Code::invalid, "is missing", std::string(name));
  return text;
}

Result<bool> optional_bool(const json::object& object, std::string_view name, bool otherwise) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return otherwise;
  if (!value->is_bool()) return core::fail(Code::invalid, "must be true or false", std::string(name));
  return value->get_bool();
}

Result<std::optional<std::int64_t>> optional_integer(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return std::optional<std::int64_t>();
  if (!value->is_int64()) return core::fail(Code::invalid, "must be an integer", std::string(name));
  return std::optional<std::int64_t>(value->get_int64());
}

Result<std::uint64_t> number_parameter(const net::Target& target, std::string_view name, std::uint64_t otherwise, std::uint64_t most) {
  const auto text = target.parameter(name);
  if (!text || text->empty()) return otherwise;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number > most)
    return core::fail(Code::invalid, "must be a number from 0 to " + std::to_string(most), std::string(name));
  return number;
}

core::Status check_id(std::string_view id, std::string_view where) {
  if (id.empty() || id.size() > 200) return core::fail(Code::invalid, "must have 1 to 200 bytes", std::string(where));
  if (core::find_invalid_utf8(id)) return core::fail(Code::invalid, "is not UTF-8", std::string(where));
  if (std::ranges::any_of(id, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
    return core::fail(Code::invalid, "holds control characters", std::string(where));
  return {};
}

core::Status check_event_id(std::string_view id, std::string_view where) {
  TRY(check_id(id, where));
  if (is_own_id(id)) return core::fail(Code::invalid, "may not begin with ~: such ids are the server's own", std::string(where));
  return {};
}

std::string count_of_mistakes(std::size_t count) { return std::to_string(count) + (count == 1 ? " mistake" : " mistakes"); }

core::Status check_text(std::string_view text, std::string_view where) {
  if (text.size() > 20'000) return core::fail(Code::invalid, "is too long", std::string(where));
  if (core::find_invalid_utf8(text)) return core::fail(Code::invalid, "holds bytes that are not UTF-8, or NUL", std::string(where));
  if (std::ranges::all_of(text, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }))
    return core::fail(Code::invalid, "is empty", std::string(where));
  return {};
}

}  // namespace fenshen::gateway
