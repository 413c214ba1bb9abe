// Expected failures travel as values: Result<T> holds a T or an Error that says what went wrong and where.
// Bugs stop the process (check.h); exceptions come only from libraries and end at the adapter that called them.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace fenshen::core {

// Stable, coarse kinds; the gateway maps them to HTTP status codes.
enum class Code {
  invalid,      // the caller sent something wrong; `where` names it
  not_found,
  conflict,     // duplicate id, stale version
  forbidden,
  unauthorized,
  too_large,
  limited,      // a bound was reached: try later
  unavailable,  // a store or helper cannot be reached, disk full
  corrupt,      // stored bytes do not check out
  internal,
};

std::string_view to_string(Code code) noexcept;

struct Error {
  Code code = Code::internal;
  std::string message;  // for people: what happened; never customer text or secrets
  std::string where;    // file:line, field path or item id; may be empty
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string message, std::string where = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(where)});
}

// "where: message", for people and logs.
std::string describe(const Error& error);

}  // namespace fenshen::core

// TRY(expr): for a Status; returns the error to the caller.
// TRY_ASSIGN(auto x, expr): for a Result<T>; declares or assigns x.
#define FENSHEN_CONCAT_INNER(a, b) a##b
#define FENSHEN_CONCAT(a, b) FENSHEN_CONCAT_INNER(a, b)
#define TRY(expr)                                                   \
  do {                                                              \
    if (auto try_status = (expr); !try_status.has_value())          \
      return std::unexpected(std::move(try_status.error()));        \
  } while (false)
#define TRY_ASSIGN(target, expr)                                                        \
  auto FENSHEN_CONCAT(try_result_, __LINE__) = (expr);                                  \
  if (!FENSHEN_CONCAT(try_result_, __LINE__).has_value())                               \
    return std::unexpected(std::move(FENSHEN_CONCAT(try_result_, __LINE__).error()));   \
  target = std::move(*FENSHEN_CONCAT(try_result_, __LINE__))
