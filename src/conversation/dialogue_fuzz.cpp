// Dialogue files come from outside: whatever the bytes, an answer or an error, never a crash.
#include <cstddef>
#include <cstdint>

#include "conversation/dialogue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto dialogue = fenshen::conversation::parse_dialogue({reinterpret_cast<const char*>(data), size});
  if (dialogue) fenshen::conversation::events_of(*dialogue, "h", "1");
  return 0;
}
