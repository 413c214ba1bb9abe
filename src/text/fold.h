// The one decoding of an utterance: UTF-8 to folded code points in one pass, with the way back to the original.
//
// Folding: full width to half width, lower case, traditional to simplified Han, compatibility forms to the plain ones,
// typographic quotes and dashes to ASCII. Runs of blanks become one; a blank beside a Han character, a line end or an end
// of the text goes. Zero-width characters, variation selectors and skin tones go. Punctuation stays: clauses end there.
// fold(fold(x)) == fold(x).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/chars.h"

namespace fenshen::text {

// Overwrites the vectors. `text` is valid UTF-8. offset has one element more than folded: offset[i] is the code point of
// the original that folded[i] came from, the last one the length of the original. Returns that length.
std::uint32_t fold(std::string_view text, std::vector<char32_t>& folded, std::vector<std::uint32_t>& offset,
                   std::vector<CharClass>& classes);

std::u32string fold(std::string_view text);
// A piece of a larger text: blanks at its ends are kept (as one), because the neighbours decide about them.
std::u32string fold_piece(std::string_view text);

char32_t fold_char(char32_t c) noexcept;  // 0 if it is dropped
CharClass class_of(char32_t c) noexcept;  // of a folded code point

// The same for loops: the table is fetched once. Entries of the basic plane, class in bits 16-23.
using ClassTable = const std::uint32_t*;
ClassTable class_table() noexcept;
inline CharClass class_of(ClassTable table, char32_t c) noexcept {
  return c < 0x10000 ? static_cast<CharClass>(table[c] >> 16) : class_of(c);
}

std::string to_utf8(std::u32string_view text);
std::u32string to_utf32(std::string_view text);  // decodes only

}  // namespace fenshen::text
