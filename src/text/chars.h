// What kind of character a folded code point is, as a set of bits that the fold hands on with the text, so that later
// stages test a byte instead of asking again.
#pragma once

#include <cstdint>

namespace fenshen::text {

using CharClass = std::uint8_t;

constexpr CharClass kHan = 1;           // ideographs and kana: written without blanks
constexpr CharClass kLetter = 2;        // alphabetic scripts (Latin, Greek, Cyrillic …), folded to lower case
constexpr CharClass kDigit = 4;         // 0-9
constexpr CharClass kNumeral = 8;       // Han numerals 零一二…十百千万亿, 两 俩 幺, formal forms
constexpr CharClass kClauseEnd = 16;    // , ; and all that end sentences
constexpr CharClass kSentenceEnd = 32;  // 。 ! ? ; and line ends
constexpr CharClass kBlank = 64;
constexpr CharClass kPunctuation = 128;  // neither letter, digit nor blank; emoji too

// Value 0-9 of a digit spoken one by one (0-9, 零〇一二…九, 幺, formal forms); -1 if it is none. 两 and 俩 are 2.
int digit_value(char32_t c) noexcept;
// 10, 100, 1000, 10^4, 10^8 for 十百千万亿 and their formal forms; 0 if it is none.
std::int64_t unit_value(char32_t c) noexcept;

}  // namespace fenshen::text
