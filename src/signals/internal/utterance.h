// One utterance under reading: what the scan left, for the stages that make entities and masks of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/time.h"
#include "signals/internal/cues.h"
#include "signals/internal/lexicon_data.h"
#include "signals/lexicon.h"
#include "text/chars.h"
#include "text/numerals.h"

namespace fenshen::signals::internal {

constexpr std::size_t kLongestCue = 40;  // of the built-in ones

struct Utterance {
  ScannedText scanned;
  std::span<const text::Number> numbers;
  std::span<const Cue> cues;  // by begin
  core::Day day = 0;
  bool tail_asked = false;

  std::size_t size() const { return scanned.text.size(); }
  char32_t at(std::size_t i) const { return i < scanned.text.size() ? scanned.text[i] : U'\0'; }
  text::CharClass kind(std::size_t i) const { return i < scanned.classes.size() ? scanned.classes[i] : text::CharClass{0}; }
  bool is_digit(std::size_t i) const { return (kind(i) & text::kDigit) != 0; }
  bool is_one_of(std::size_t i, std::u32string_view set) const {
    return i < size() && set.find(scanned.text[i]) != std::u32string_view::npos;
  }
  bool starts(std::size_t i, std::u32string_view word) const {
    return i + word.size() <= size() && std::u32string_view(scanned.text.data() + i, word.size()) == word;
  }
  // The cues that begin from `from` to `to`, both included. Texts are long at times, and may be made to hurt: nothing
  // walks all cues for each number.
  std::span<const Cue> cues_in(std::size_t from, std::size_t to) const {
    const auto first = std::ranges::lower_bound(cues, from, {}, &Cue::begin);
    const auto last = std::ranges::upper_bound(first, cues.end(), to, {}, &Cue::begin);
    return {first, last};
  }
  // A Latin word, whole.
  bool starts_word(std::size_t i, std::u32string_view word) const {
    return starts(i, word) && is_word_edge(scanned.text, scanned.classes, i + word.size());
  }
  std::size_t skip_blank(std::size_t i) const { return at(i) == U' ' ? i + 1 : i; }
  bool same_clause(std::size_t a, std::size_t b) const { return scanned.clause[a] == scanned.clause[b]; }
  bool same_sentence(std::size_t a, std::size_t b) const { return scanned.sentence[a] == scanned.sentence[b]; }
};

}  // namespace fenshen::signals::internal
