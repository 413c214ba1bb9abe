// Folds one dialogue of a file: what `replay --in`, `cases`, `pack test` and the studio's trial run share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "assist/assist.h"
#include "conversation/dialogue.h"

namespace fenshen::server {

struct DialogueCards {
  std::vector<assist::Card> cards;          // in fold order
  std::vector<std::int32_t> during;         // by card: the turn that was folded when it came; a deadline's card names an earlier one
  std::vector<std::string> signals;         // SIG lines, one per customer or rep turn, if asked for
};

DialogueCards replay_dialogue(const conversation::Dialogue& dialogue, const std::shared_ptr<const assist::CompiledPack>& pack,
                              assist::FoldScratch& scratch, bool with_signals = false, bool with_end = true);

}  // namespace fenshen::server
