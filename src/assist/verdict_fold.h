// The fold for checking afterwards: the same engines in the same order, but no cards, panels, marks or wrap-up, and no
// knowledge search unless a condition or flow reads the topic of a turn. It gives the verdicts themselves: exactly those that
// the fold shows as cards (server/history_test.cpp holds them against each other), at a fraction of the cost.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assist/assist.h"
#include "content/load.h"
#include "signals/lexicon.h"

namespace fenshen::assist {

struct FoldVerdict {
  // met: an obligation that was open is settled; seq is the event that did it. No card shows it.
  enum class Kind : std::uint8_t { broken, warned, step_done, step_undone, met } kind = Kind::broken;
  CardKind card = CardKind::violation;  // violation, fraud, prompt; step
  std::uint32_t item = 0;               // rule: into Library::rules; step: into Library::flows
  std::uint32_t step = 0;               // of the flow
  std::int32_t turn = 0;                // index of the turn at which the card appears
  std::uint64_t seq = 0;                // causing event
  core::Millis at = 0;
  signals::Span span;                   // words of the causing utterance
};

// One conversation. Not thread-safe; a scratch per thread.
class VerdictFold {
 public:
  explicit VerdictFold(std::shared_ptr<const CompiledPack> pack);
  ~VerdictFold();
  VerdictFold(VerdictFold&&) noexcept;
  VerdictFold& operator=(VerdictFold&&) noexcept;

  // Appends what the event gave. Revisions (revision > 0) are passed over: feed the corrected text in their place.
  void fold(const conversation::Event& event, FoldScratch& scratch, std::vector<FoldVerdict>& out);
  // The index that the next turn gets, as in Assist.
  void next_turn(std::int32_t index);
  // Ready for another conversation.
  void reset();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Two versions of the content, compiled so that what both have in common is folded once. Where they differ in rules
// alone, and none of these closes steps, rules are independent of each other: one fold holds both sides, `joint`. Else each side has its pack.
struct PackPair {
  // Where a verdict of `joint` counts, by index of its library's rules: 1 before, 2 after, 3 both.
  std::shared_ptr<const CompiledPack> joint;
  std::vector<std::uint8_t> sides;
  std::shared_ptr<const CompiledPack> before, after;  // set where there is no joint one
};
// A loaded side: its text, and what content::load read from it.
struct PackSide {
  content::PackSources sources;
  content::LoadOutcome loaded;
};
core::Result<PackSide> load_side(content::PackSources sources);
// `only_changed`: rules that are the same on both sides are left out (their verdicts cannot differ), as is all that only
// cards need. Errors: the packs' mistakes.
core::Result<PackPair> compile_pair(const PackSide& before, const PackSide& after, bool only_changed);

}  // namespace fenshen::assist
