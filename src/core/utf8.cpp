#include "core/utf8.h"

namespace fenshen::core {
namespace {

// Length of the valid sequence at `at`, 0 if there is none.
std::size_t valid_length(std::string_view bytes, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto continues = [&](std::size_t i) { return i < bytes.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  if (!continues(at + 1)) return 0;
  if (lead < 0xE0) return 2;
  const unsigned char second = byte(at + 1);
  if (lead < 0xF0) {
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
    return continues(at + 2) ? 3 : 0;
  }
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
  return continues(at + 2) && continues(at + 3) ? 4 : 0;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view bytes) noexcept {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = valid_length(bytes, at);
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

char32_t decode_utf8(std::string_view bytes, std::size_t& at) noexcept {
  const auto next = [&] { return static_cast<char32_t>(static_cast<unsigned char>(bytes[at++])); };
  const char32_t lead = next();
  if (lead < 0x80) return lead;
  if (lead < 0xE0) return ((lead & 0x1F) << 6) | (next() & 0x3F);
  if (lead < 0xF0) {
    const char32_t high = (lead & 0x0F) << 12;
    const char32_t middle = (next() & 0x3F) << 6;
    return high | middle | (next() & 0x3F);
  }
  const char32_t a = (lead & 0x07) << 18;
  const char32_t b = (next() & 0x3F) << 12;
  const char32_t c = (next() & 0x3F) << 6;
  return a | b | c | (next() & 0x3F);
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::size_t count_code_points(std::string_view bytes) noexcept {
  std::size_t count = 0;
  for (const char c : bytes) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

}  // namespace fenshen::core
