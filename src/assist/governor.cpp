// Attention: what is worth showing. A wrong or repeated card costs the rep more than a missing one.
#include <algorithm>

#include "assist/internal/state.h"

namespace fenshen::assist {
namespace {

constexpr std::int32_t kCertainEnough = 450;     // of 1000: the first card
constexpr std::int32_t kAlsoCertain = 420;       // the second and third
constexpr std::int32_t kCued = 1000;             // asked for by the article's own cues
constexpr std::size_t kAlternativesMax = 3;
constexpr std::uint32_t kQuestionLeast = 2;      // code points; shorter is no question

// At the counter the teller types what the customer asks.
bool asks(const State& state, Speaker speaker) {
  return speaker == Speaker::customer || (speaker == Speaker::rep && state.channel == "counter");
}

bool may_show(const State& state, const content::Article& article, core::Day day) {
  if (!article.in_force.covers(day)) return false;
  return article.channels.empty() || std::ranges::find(article.channels, state.channel) != article.channels.end();
}

// Articles that the turn asks for by their own cues come first, in the order in which retrieval has them.
void put_cued_first(Moment& moment) {
  auto& matches = moment.scratch.matches;
  auto& cued = moment.scratch.cued;
  cued.clear();
  for (const signals::Truth& truth : moment.scratch.truths)
    for (const Cue& cue : moment.state.pack->cues[truth.condition])
      if (cue.kind == Cue::Kind::article && may_show(moment.state, moment.state.library().articles[cue.index], moment.day))
        cued.push_back({cue.index, 0, 0, kCued});
  if (cued.empty()) return;
  const auto rank = [&](const knowledge::Match& one) {
    return std::ranges::find(matches, one.article, &knowledge::Match::article) - matches.begin();
  };
  std::ranges::stable_sort(cued, [&](const knowledge::Match& a, const knowledge::Match& b) { return rank(a) < rank(b); });
  std::erase_if(matches, [&](const knowledge::Match& match) {
    return std::ranges::find(cued, match.article, &knowledge::Match::article) != cued.end();
  });
  matches.insert(matches.begin(), cued.begin(), cued.end());
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
  query.limit = kAlternativesMax;
  state.pack->index->search(query, moment.scratch.search, matches);
  put_cued_first(moment);
  if (matches.empty() || matches.front().certainty < kCertainEnough) return matches.clear();
  const auto weak = std::ranges::find_if(matches, [](const knowledge::Match& match) { return match.certainty < kAlsoCertain; });
  matches.erase(weak, matches.end());
  if (matches.size() > kAlternativesMax) matches.resize(kAlternativesMax);
}

}  // namespace fenshen::assist
