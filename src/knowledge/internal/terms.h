// What a text is indexed by: single Han characters and pairs of neighbours, whole Latin words and their 3- and 4-grams,
// runs of digits. A term is a 64-bit key; equal keys are taken for equal terms (at 10^6 terms two of them collide with
// a chance of 10^-7, and a collision would cost rank, never safety).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fenshen::knowledge::internal {

enum class TermKind : std::uint8_t { character, pair, word, gram3, gram4, figure };

struct Term {
  std::uint64_t key = 0;
  std::uint32_t at = 0;    // position in the text
  std::uint32_t size = 0;  // characters
  TermKind kind = TermKind::character;
  bool weak = false;     // a word of all talk (我 的 了, the, is): weighs little
};

// Appends the terms of folded text, in order.
void extract_terms(std::span<const char32_t> folded, std::vector<Term>& out);

}  // namespace fenshen::knowledge::internal
