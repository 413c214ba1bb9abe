// Entities and masks of an utterance, from its number tokens and cue words: shape first, context second.
#pragma once

#include <string>
#include <vector>

#include "signals/internal/utterance.h"

namespace fenshen::signals::internal {

struct EntityScratch {
  std::vector<std::string> spare;      // strings of earlier entities, with their memory
  std::vector<text::Number> numbers;   // of the utterance, English words included
  std::vector<char> used;              // numbers that already belong to something
  std::vector<Match> places;           // of the entities, in folded positions
  std::vector<char> covered;           // positions that an entity covers
  std::vector<Cue> chosen;
};

inline Span original_span(const Reading& reading, std::uint32_t begin, std::uint32_t end) {
  return {reading.offset[begin], end > begin ? reading.offset[end - 1] + 1 : reading.offset[begin]};
}

void read_entities(const Utterance& utterance, const Lexicon& lexicon, EntityScratch& scratch, Reading& out);

}  // namespace fenshen::signals::internal
