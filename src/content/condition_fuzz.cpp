// Any bytes: the parser answers with a tree or an error that names a column, and what it read it can write and read
// again to the same text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "content/condition.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fenshen;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto condition = content::parse_condition(text);
  if (!condition.has_value()) {
    if (!condition.error().where.starts_with("column ")) std::abort();
    return 0;
  }
  const std::string written = content::to_text(condition->root);
  if (written.size() > 16000) return 0;  // the length limit counts what is written, which may be a little longer
  const auto again = content::parse_condition(written);
  if (!again.has_value() || content::to_text(again->root) != written) std::abort();
  return 0;
}
