// The wording of articles that must not leave the house, found again in what is about to be sent. Compiled from the
// content: a run of an internal article's title, answer or facts that no wording for customers contains. Its `say` is
// what the rep says to the customer and no secret.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "content/library.h"
#include "signals/lexicon.h"

namespace fenshen::assist {

class InternalWords {
 public:
  InternalWords() = default;
  explicit InternalWords(const content::Library& library);

  struct Match {
    std::uint32_t article = 0;
    signals::Span span;  // code points of the text
  };
  // The longest run of one article's words in the text: at least 10 Han characters, or 24 letters and figures.
  std::optional<Match> find(std::string_view text, core::Day day, const content::Library& library) const;

 private:
  std::vector<std::pair<std::uint64_t, std::uint32_t>> grams_;  // hash of 8 characters, article; ascending
};

// Whether the text is the article's own sentence for the rep to say, or a part of it: that may be said.
bool is_said_by(const content::Article& article, std::string_view text);

}  // namespace fenshen::assist
