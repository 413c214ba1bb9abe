// Strict UTF-8: what enters the house is checked once at its edge; inside, text is valid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fenshen::core {

// Byte offset of the first invalid sequence (overlong, surrogate, above U+10FFFF, cut) or NUL; nullopt if clean.
std::optional<std::size_t> find_invalid_utf8(std::string_view bytes) noexcept;

// Decodes one code point of valid UTF-8 at `at` and moves past it.
char32_t decode_utf8(std::string_view bytes, std::size_t& at) noexcept;
void append_utf8(std::string& out, char32_t code_point);
std::size_t count_code_points(std::string_view bytes) noexcept;

}  // namespace fenshen::core
