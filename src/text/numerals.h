// Numbers as people write and say them, found on folded text and valued exactly, in integers: 1,200  3.5  1.2w  3k
// 三万五 (35000)  二点三  百分之五  壹万贰仟  五百来块  幺三八. Money (四十六块五) and dates are read from these tokens by signals/.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/chars.h"

namespace fenshen::text {

constexpr std::int64_t kMicro = 1'000'000;

struct Number {
  enum class Kind : std::uint8_t {
    digits,  // 4417, 1,200, 3.5, 1.2w
    spoken,  // 四四一七: digits one by one
    units,   // 三万五, 十二, 二点三
  };
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::int64_t micros = 0;          // value × 10^6, if has_value
  std::uint16_t run = 0;            // digit characters of a plain run (no point, comma or unit); 0 = not a run
  Kind kind = Kind::digits;
  bool has_value = false;           // false: 几万, 三四万, too large
  bool big = false;                 // said or written with 百 千 万 亿 w k thousand …
  bool approximate = false;         // 五百来, 三十多
  bool fraction_point = false;      // has decimals
  std::uint8_t per = 0;             // 百分之 2, 千分之 3, 万分之 4 stands before the figure (the token begins there)
  bool nested = false;              // the figure inside such a token
};

// Appends the numbers of the text, by begin (a `per` token, then its nested figure). Classes are those of the fold.
void find_numbers(std::span<const char32_t> text, std::span<const CharClass> classes, std::vector<Number>& out);

// Shortest exact decimal: 46500000 -> "46.5". Appends.
void append_decimal(std::string& out, std::int64_t micros);

}  // namespace fenshen::text
