// HTTP as plain values: what handlers, tests and commands see. Boost.Beast stays behind http_server.h and http_client.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace fenshen::net {

struct Header {
  std::string name;
  std::string value;
};
using Headers = std::vector<Header>;

// First header of that name, letter case aside; nullopt if absent.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) noexcept;

struct Request {
  std::string method;  // "GET"
  std::string target;  // as sent: path and query, still escaped
  Headers headers;
  std::string body;
  // Filled in by the server.
  std::string remote_address;
  bool loopback = false;   // the peer's address is a loopback address
  bool tls = false;
  bool websocket = false;  // asks to become a socket
  std::chrono::steady_clock::time_point received;

  std::optional<std::string_view> header(std::string_view name) const noexcept { return find_header(headers, name); }
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  bool close = false;  // end the connection after it

  std::optional<std::string_view> header(std::string_view name) const noexcept { return find_header(headers, name); }
};

std::string_view reason_phrase(int status) noexcept;

// The target's parts, unescaped. Segments of "/a%2Fb/c" are "a/b" and "c"; a broken escape or a NUL gives nullopt.
struct Target {
  std::string path;                                          // unescaped as a whole, for logs and files
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;
  // First value of that name; nullopt if absent.
  std::optional<std::string_view> parameter(std::string_view name) const noexcept;
};
std::optional<Target> parse_target(std::string_view target);

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank = false);
std::string percent_encode(std::string_view text);  // all but unreserved characters

// "http://127.0.0.1:8080/base", "https://…", "ws://…", "wss://…".
struct Url {
  bool tls = false;
  std::string host;
  std::uint16_t port = 80;
  std::string base;  // path without trailing slash
};
core::Result<Url> parse_url(std::string_view text);

// Value of one cookie in a Cookie header.
std::optional<std::string_view> find_cookie(const Request& request, std::string_view name) noexcept;

}  // namespace fenshen::net
