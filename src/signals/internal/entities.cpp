#include "signals/internal/entities.h"

namespace fenshen::signals::internal {
void read_entities(const Utterance&, const Lexicon&, EntityScratch&, Reading& out) { out.entities.clear(); }
}  // namespace fenshen::signals::internal
