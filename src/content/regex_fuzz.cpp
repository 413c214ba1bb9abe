// Any bytes: the parser of regular expressions answers with a tree of bounded cost or with an error that names a column.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "content/regex.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fenshen;
  const auto regex = content::parse_regex({reinterpret_cast<const char*>(data), size});
  if (!regex.has_value()) {
    if (!regex.error().where.starts_with("column ")) std::abort();
    return 0;
  }
  if (content::regex_states(*regex) > content::kRegexStatesMax) std::abort();
  return 0;
}
