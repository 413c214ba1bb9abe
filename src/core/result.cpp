#include "core/result.h"

namespace fenshen::core {

std::string_view to_string(Code code) noexcept {
  switch (code) {
    case Code::invalid: return "invalid";
    case Code::not_found: return "not_found";
    case Code::conflict: return "conflict";
    case Code::forbidden: return "forbidden";
    case Code::unauthorized: return "unauthorized";
    case Code::too_large: return "too_large";
    case Code::limited: return "limited";
    case Code::unavailable: return "unavailable";
    case Code::corrupt: return "corrupt";
    case Code::internal: return "internal";
  }
  return "internal";
}

std::string describe(const Error& error) {
  return error.where.empty() ? error.message : error.where + ": " + error.message;
}

}  // namespace fenshen::core
