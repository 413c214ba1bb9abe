// How something was said: pauses, overlap, interruption, speed, repetition, read off the times and tracks of utterances. Pure and
// small: one per conversation. Times are those of the recording (start_ms, end_ms); where a channel has none, what needs
// them is missing. Conditions read it as speech.* (docs/rules.md, "How it was said").
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "conversation/event.h"
#include "signals/condition_set.h"
#include "signals/lexicon.h"

namespace fenshen::signals {

struct Manner {
  std::uint32_t length = 0;               // Han characters, digits and words of other scripts
  std::uint32_t repeats = 0;              // earlier utterances of the same speaker in the same words (four characters at least)
  std::uint32_t voices = 1;               // different tracks heard on this side so far
  bool timed = false;                     // the rest is known
  std::int64_t silence_ms = 0;            // nobody spoke before it
  std::optional<std::int64_t> answer_ms;  // since the other side ended, if that spoke last
  std::int64_t overlap_ms = 0;            // with what the other side is known to have said
  bool interrupts = false;                // began while the other side spoke
  bool interrupted = false;               // the other side began while this was spoken
  std::int64_t rate = 0;                  // length per minute
};

// The paths of speech.* that somebody reads, found once.
class MannerPaths {
 public:
  MannerPaths() = default;
  explicit MannerPaths(const ConditionSet& conditions);
  bool any() const { return any_; }
  bool repeats() const { return paths_[kRepeats].has_value(); }
  void set(Context& context, const Manner& manner) const;  // what is not known is missing

 private:
  enum Part : std::uint8_t { kLength, kRepeats, kVoices, kSilence, kAnswer, kOverlap, kInterrupts, kInterrupted, kRate, kParts };
  std::array<std::optional<PathId>, kParts> paths_;
  bool any_ = false;
};

class Speech {
 public:
  // `repeats`: whether to remember words for Manner::repeats.
  Manner hear(const conversation::Utterance& utterance, const Reading& reading, bool repeats = true);

 private:
  struct Stretch {
    std::int64_t begin = 0, end = 0;
  };
  struct Side {
    std::array<Stretch, 16> recent;  // a ring
    std::array<std::uint32_t, 16> tracks{};
    std::uint32_t stretches = 0, voices = 0;  // stretches: ever seen
    std::vector<std::pair<std::uint64_t, std::uint32_t>> said;  // hash of the words and how often; ascending
  };
  void place_in_time(const conversation::Utterance& utterance, const Side& other, Manner& manner);
  std::array<Side, 2> sides_;  // the customer's, the house's
  std::optional<std::int64_t> last_end_;
  bool last_house_ = false;
};

}  // namespace fenshen::signals
