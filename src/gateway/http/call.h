// One request on its way through the gateway: who asks, what for, and the answer that is owed. Handlers keep it alive as
// long as they need; it is answered once, from any thread.
#pragma once

#include <boost/json.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "core/result.h"
#include "net/http_server.h"

namespace fenshen::gateway {

struct Route;

// Problem as application/problem+json (docs/formats/api.md, "Errors").
net::Response problem(int status, std::string_view code, std::string_view detail, std::string_view where = {});
net::Response problem(const core::Error& error);
int status_of(core::Code code) noexcept;

net::Response json_response(int status, std::string body);

class Call {
 public:
  using Sent = std::function<void(const Call&, int status, std::size_t bytes)>;
  using Decorate = std::function<void(const Call&, net::Response&)>;
  Call(net::Request incoming, net::Exchange exchange, Decorate decorate, Sent sent);

  net::Request request;
  net::Target target;
  const Route* route = nullptr;
  std::vector<std::string> parameters;             // {…} of the route's pattern, in order
  std::optional<access::Principal> principal;      // who asks; unset on open routes
  std::string session_token;                       // the cookie's value
  std::string request_id;
  bool head = false;

  const access::Principal& who() const;
  bool english() const;  // ?lang=en

  void respond(net::Response response);
  void json(int status, std::string body) { respond(json_response(status, std::move(body))); }
  void fail(const core::Error& error) { respond(problem(error)); }
  void fail(int status, std::string_view code, std::string_view detail, std::string_view where = {}) {
    respond(problem(status, code, detail, where));
  }
  void accept_socket(net::WsHandler handler);

  // The body as a JSON object.
  core::Result<boost::json::object> body() const;

 private:
  net::Exchange exchange_;
  Decorate decorate_;
  Sent sent_;
};
using CallPtr = std::shared_ptr<Call>;

// The first of several results that failed; nullptr if none did.
template <typename... Results>
const core::Error* first_error(const Results&... results) {
  const core::Error* found = nullptr;
  ((found = found == nullptr && !results ? &results.error() : found), ...);
  return found;
}

// Members of a JSON object, with the field named where it is missing or wrong.
core::Result<std::string> string_member(const boost::json::object& object, std::string_view name, std::size_t most = 65'536);
core::Result<std::string> optional_string(const boost::json::object& object, std::string_view name, std::size_t most = 65'536);
core::Result<bool> optional_bool(const boost::json::object& object, std::string_view name, bool otherwise);
core::Result<std::optional<std::int64_t>> optional_integer(const boost::json::object& object, std::string_view name);
// Number of a query parameter; otherwise the given value. invalid: not a number in the bounds.
core::Result<std::uint64_t> number_parameter(const net::Target& target, std::string_view name, std::uint64_t otherwise, std::uint64_t most);
// An id that a client chose: 1 to 200 bytes, clean UTF-8 without control characters.
core::Status check_id(std::string_view id, std::string_view where);
// The same for the id of an event; the server's own (own_ids.h) are not a client's to give.
core::Status check_event_id(std::string_view id, std::string_view where);
std::string count_of_mistakes(std::size_t count);  // "1 mistake", "2 mistakes"
// Words that somebody wrote: clean UTF-8, at most 20,000 bytes, not blank.
core::Status check_text(std::string_view text, std::string_view where);

}  // namespace fenshen::gateway
