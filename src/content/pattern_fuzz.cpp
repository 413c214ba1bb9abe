// Any bytes: the parser answers with a tree or with an error that names a column; never more.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "content/pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fenshen;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto pattern = content::parse_pattern(text);
  if (pattern.has_value() == false) {
    if (!pattern.error().where.starts_with("column ")) std::abort();
    return 0;
  }
  if (pattern->alternatives.empty()) std::abort();
  static_cast<void>(content::referenced_classes(*pattern));
  return 0;
}
