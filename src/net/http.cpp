#include "net/http.h"

#include <algorithm>
#include <charconv>

namespace fenshen::net {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_letters(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Calls `take` with each part of `text` between separators.
template <typename Take>
void split(std::string_view text, char separator, Take take) {
  while (true) {
    const std::size_t at = text.find(separator);
    take(text.substr(0, at));
    if (at == std::string_view::npos) return;
    text.remove_prefix(at + 1);
  }
}

bool parse_query(std::string_view text, Target& target) {
  bool clean = true;
  split(text, '&', [&](std::string_view part) {
    if (part.empty()) return;
    const std::size_t equals = part.find('=');
    auto name = percent_decode(part.substr(0, equals), true);
    auto value = percent_decode(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1), true);
    if (!name || !value) clean = false;
    else target.query.emplace_back(std::move(*name), std::move(*value));
  });
  return clean;
}

}  // namespace

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) noexcept {
  for (const Header& header : headers)
    if (same_letters(header.name, name)) return header.value;
  return std::nullopt;
}

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 507: return "Insufficient Storage";
    default: return status < 400 ? "OK" : "Error";
  }
}

std::optional<std::string_view> Target::parameter(std::string_view name) const noexcept {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '%') {
      if (at + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[at + 1]), low = hex_digit(text[at + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      at += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out.push_back(c);
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    }
  }
  return out;
}

std::optional<Target> parse_target(std::string_view text) {
  if (text.empty() || text.front() != '/') return std::nullopt;
  Target target;
  text = text.substr(0, text.find('#'));
  const std::size_t question = text.find('?');
  const std::string_view path = text.substr(0, question);
  auto whole = percent_decode(path);
  if (!whole) return std::nullopt;
  target.path = std::move(*whole);
  split(path.substr(1), '/', [&](std::string_view part) {
    if (auto segment = percent_decode(part); segment && !part.empty()) target.segments.push_back(std::move(*segment));
  });
  if (question != std::string_view::npos && !parse_query(text.substr(question + 1), target)) return std::nullopt;
  return target;
}

core::Result<Url> parse_url(std::string_view text) {
  Url url;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return core::fail(core::Code::invalid, "a URL begins with http:// or https://");
  const std::string_view scheme = text.substr(0, scheme_end);
  if (scheme == "https" || scheme == "wss") url.tls = true;
  else if (scheme != "http" && scheme != "ws") return core::fail(core::Code::invalid, "unknown scheme of the URL");
  text.remove_prefix(scheme_end + 3);
  const std::size_t slash = text.find('/');
  std::string_view authority = text.substr(0, slash);
  if (slash != std::string_view::npos) url.base = std::string(text.substr(slash));
  while (!url.base.empty() && url.base.back() == '/') url.base.pop_back();
  url.port = url.tls ? 443 : 80;
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const std::string_view digits = authority.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc() || end != digits.data() + digits.size() || url.port == 0)
      return core::fail(core::Code::invalid, "the URL's port is not a number from 1 to 65535");
    authority = authority.substr(0, colon);
  }
  if (authority.size() > 2 && authority.front() == '[') authority = authority.substr(1, authority.size() - 2);
  if (authority.empty()) return core::fail(core::Code::invalid, "the URL names no host");
  url.host = std::string(authority);
  return url;
}

std::optional<std::string_view> find_cookie(const Request& request, std::string_view name) noexcept {
  const auto header = request.header("Cookie");
  if (!header) return std::nullopt;
  std::optional<std::string_view> found;
  split(*header, ';', [&](std::string_view part) {
    part = trim(part);
    const std::size_t equals = part.find('=');
    if (!found && equals != std::string_view::npos && part.substr(0, equals) == name) found = part.substr(equals + 1);
  });
  return found;
}

}  // namespace fenshen::net
