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

class Speech {
 public:
  Manner hear(const conversation::Utterance& utterance, const Reading& reading);

 private:
  struct Stretch {
    std::int64_t begin = 0, end = 0;
  };
  struct Side {
    std::vector<Stretch> recent;  // at most kKept, oldest first
    std::vector<std::uint32_t> tracks;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> said;  // hash of the words and how often; ascending
  };
  void place_in_time(const conversation::Utterance& utterance, const Side& other, Manner& manner);
  std::array<Side, 2> sides_;  // the customer's, the house's
  std::optional<std::int64_t> last_end_;
  bool last_house_ = false;
};

// Sets speech.*; what is not known is missing.
void set_manner(Context& context, const Manner& manner);

}  // namespace fenshen::signals
