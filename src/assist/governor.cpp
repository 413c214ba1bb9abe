// Attention: what is worth showing. A wrong or repeated card costs the rep more than a missing one.
#include <algorithm>

#include "assist/internal/state.h"

namespace fenshen::assist {
namespace {

constexpr std::int32_t kCertainEnough = 450;     // of 1000: the first card
constexpr std::int32_t kAlsoCertain = 420;       // the second and third
constexpr std::size_t kAlternativesMax = 3;
constexpr std::uint32_t kQuestionLeast = 2;      // code points; shorter is no question

// At the counter the teller types what the customer asks.
bool asks(const State& state, Speaker speaker) {
  return speaker == Speaker::customer || (speaker == Speaker::rep && state.channel == "counter");
}

}  // namespace

void choose_knowledge(Moment& moment, Speaker speaker) {
  auto& matches = moment.scratch.matches;
  matches.clear();
  const State& state = moment.state;
  if (!asks(state, speaker) || moment.scratch.reading.code_points < kQuestionLeast) return;
  knowledge::Query query;
  query.folded = moment.scratch.reading.folded;
  query.day = moment.day;
  query.channel = state.channel;
  state.pack->index->search(query, moment.scratch.search, matches);
  if (matches.empty() || matches.front().certainty < kCertainEnough) return matches.clear();
  const auto weak = std::ranges::find_if(matches, [](const knowledge::Match& match) { return match.certainty < kAlsoCertain; });
  matches.erase(weak, matches.end());
  if (matches.size() > kAlternativesMax) matches.resize(kAlternativesMax);
}

}  // namespace fenshen::assist
