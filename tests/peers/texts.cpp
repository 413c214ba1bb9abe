#include "texts.h"

#include <cstdlib>
#include <fstream>
#include <random>

#include "conversation/dialogue.h"
#include "text/fold.h"

namespace fenshen::peers {

std::vector<std::u32string> corpus_texts() {
  std::vector<std::u32string> texts;
  const char* corpora = std::getenv("FENSHEN_CORPORA");
  if (corpora == nullptr) return texts;
  for (const char* set : {"csds", "stc3_helpdesk", "teleantifraud"}) {
    std::ifstream file(std::string(corpora) + "/" + set + "/dev.jsonl");
    for (std::string line; std::getline(file, line);) {
      const auto dialogue = conversation::parse_dialogue(line);
      if (!dialogue) continue;
      for (const auto& turn : dialogue->turns)
        if (!turn.text.empty()) texts.push_back(text::fold(turn.text));
    }
  }
  return texts;
}

std::vector<std::u32string> made_texts(std::size_t count, unsigned seed) {
  constexpr std::u32string_view kAlphabet = U"保本险金安全绝对不会亏的我们可以，。！？;\n 1.a";
  std::mt19937 random(seed);
  std::vector<std::u32string> texts;
  for (std::size_t n = 0; n < count; ++n) {
    std::u32string text;
    for (std::size_t i = 1 + random() % 60; i > 0; --i) text.push_back(kAlphabet[random() % kAlphabet.size()]);
    texts.push_back(text::fold(text::to_utf8(text)));
  }
  return texts;
}

std::u32string with_sentence_ends(std::u32string_view folded) {
  const auto is = [](char32_t c, std::u32string_view set) { return set.find(c) != std::u32string_view::npos; };
  const auto wordy = [](char32_t c) { return (text::class_of(c) & (text::kLetter | text::kDigit)) != 0; };
  std::u32string out(folded);
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const bool stop = folded[i] == U'.' && i > 0 && wordy(folded[i - 1]) && i + 1 < folded.size() && folded[i + 1] == U' ';
    if (stop || is(folded[i], U"。！？；!?;\n")) out[i] = kSentenceEnd;
  }
  return out;
}

}  // namespace fenshen::peers
