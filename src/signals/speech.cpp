#include "signals/speech.h"

#include <algorithm>

#include "text/fold.h"

namespace fenshen::signals {
namespace {

constexpr std::size_t kSaidKept = 512;  // different utterances per side
constexpr std::uint32_t kRepeatLeast = 4;
constexpr std::int64_t kMinute = 60'000;

struct Words {
  std::uint32_t length = 0;
  std::uint64_t hash = 0xcbf29ce484222325ULL;
};

// Punctuation and blanks say nothing.
Words words_of(const Reading& reading) {
  Words words;
  bool in_word = false;
  for (const char32_t c : reading.folded) {
    const text::CharClass kind = text::class_of(c);
    const bool letter = (kind & text::kLetter) != 0;
    if ((kind & (text::kPunctuation | text::kBlank)) == 0) {
      words.hash = (words.hash ^ c) * 0x100000001b3ULL;
      if (!(letter && in_word)) ++words.length;
    }
    in_word = letter;
  }
  return words;
}

Value seconds(std::int64_t ms) { return {Value::Kind::number, ms * (kValueScale / 1000), {}}; }

}  // namespace

Manner Speech::hear(const conversation::Utterance& utterance, const Reading& reading, bool repeats) {
  const bool house = utterance.speaker != conversation::Speaker::customer;
  Side& side = sides_[house ? 1 : 0];
  const Side& other = sides_[house ? 0 : 1];
  const Words words = words_of(reading);
  Manner manner;
  manner.length = words.length;
  if (repeats && words.length >= kRepeatLeast) {
    auto place = std::ranges::lower_bound(side.said, words.hash, {}, &std::pair<std::uint64_t, std::uint32_t>::first);
    if (place != side.said.end() && place->first == words.hash) manner.repeats = place->second++;
    else if (side.said.size() < kSaidKept) side.said.insert(place, {words.hash, 1});
  }
  const auto known = side.tracks.begin() + side.voices;
  if (std::find(side.tracks.begin(), known, utterance.track) == known && side.voices < side.tracks.size()) side.tracks[side.voices++] = utterance.track;
  manner.voices = side.voices;
  const std::int64_t begin = utterance.start_ms, end = utterance.end_ms;
  if (begin < 0 || end <= begin) return manner;
  place_in_time(utterance, other, manner);
  manner.rate = manner.length * kMinute / (end - begin);
  side.recent[side.stretches++ % side.recent.size()] = {begin, end};
  if (!last_end_ || end >= *last_end_) {
    last_end_ = end;
    last_house_ = house;
  }
  return manner;
}

void Speech::place_in_time(const conversation::Utterance& utterance, const Side& other, Manner& manner) {
  const std::int64_t begin = utterance.start_ms, end = utterance.end_ms;
  const bool house = utterance.speaker != conversation::Speaker::customer;
  manner.timed = true;
  if (last_end_) manner.silence_ms = std::max<std::int64_t>(0, begin - *last_end_);
  if (last_end_ && last_house_ != house) manner.answer_ms = std::max<std::int64_t>(0, begin - *last_end_);
  const std::size_t kept = std::min<std::size_t>(other.stretches, other.recent.size());
  for (std::size_t i = 0; i < kept; ++i) {
    const Stretch& one = other.recent[i];
    manner.overlap_ms += std::max<std::int64_t>(0, std::min(end, one.end) - std::max(begin, one.begin));
    manner.interrupts = manner.interrupts || (one.begin < begin && begin < one.end);
    manner.interrupted = manner.interrupted || (begin < one.begin && one.begin < end);
  }
}

MannerPaths::MannerPaths(const ConditionSet& conditions) {
  constexpr std::array<std::string_view, kParts> kNames = {"speech.length",  "speech.repeats",    "speech.voices",      "speech.silence", "speech.answer",
                                                           "speech.overlap", "speech.interrupts", "speech.interrupted", "speech.rate"};
  for (std::size_t i = 0; i < kParts; ++i)
    if (PathId path = 0; conditions.find_path(kNames[i], path)) {
      paths_[i] = path;
      any_ = true;
    }
}

void MannerPaths::set(Context& context, const Manner& manner) const {
  const auto put = [&](Part part, bool known, const Value& value) {
    if (paths_[part]) context.set(*paths_[part], known ? value : Value{});
  };
  put(kLength, true, number_value(manner.length));
  put(kRepeats, true, number_value(manner.repeats));
  put(kVoices, true, number_value(manner.voices));
  put(kSilence, manner.timed, seconds(manner.silence_ms));
  put(kAnswer, manner.answer_ms.has_value(), seconds(manner.answer_ms.value_or(0)));
  put(kOverlap, manner.timed, seconds(manner.overlap_ms));
  put(kInterrupts, manner.timed, number_value(manner.interrupts ? 1 : 0));
  put(kInterrupted, manner.timed, number_value(manner.interrupted ? 1 : 0));
  put(kRate, manner.timed, number_value(manner.rate));
}

}  // namespace fenshen::signals
