// Real and made texts for the comparison of scanners.
#pragma once

#include <string>
#include <vector>

namespace fenshen::peers {

// The utterances of the Chinese dev files of FENSHEN_CORPORA, folded; empty if it is not set.
std::vector<std::u32string> corpus_texts();

// Texts made from a small alphabet of characters and punctuation, so that patterns over the same alphabet match often.
std::vector<std::u32string> made_texts(std::size_t count, unsigned seed);

// The text for a peer that knows no sentences: what ends one is replaced by kSentenceEnd. Written from pack.md's words,
// not from the scanner's code: 。！？；!?; and line ends, and a full stop after a letter or digit with a blank behind it.
inline constexpr char32_t kSentenceEnd = U'\uE000';
std::u32string with_sentence_ends(std::u32string_view folded);

}  // namespace fenshen::peers
