// Attention: what is worth showing. A wrong or repeated card costs the rep more than a missing one. A customer's question
// is a request: its answer comes at once. What nobody asked for (a latent need, a hint) interrupts at most every eight
// seconds and never while the rep types or speaks. What the law wants told is always told.
#include <algorithm>
#include <charconv>

#include "assist/internal/state.h"

namespace fenshen::assist {
namespace {

constexpr std::int32_t kCertainEnough = 450;     // of 1000: the first card
constexpr std::int32_t kAlsoCertain = 420;       // the second and third
constexpr std::int32_t kCued = 1000;             // asked for by the article's own cues
constexpr std::size_t kAlternativesMax = 3;
constexpr std::uint32_t kQuestionLeast = 2;      // code points; shorter is no question
constexpr core::Millis kBetweenPrimaries = 8'000;
constexpr core::Millis kTypingMost = 30'000;     // then the one who typed has gone away
constexpr std::int32_t kAskedAgainAfter = 6;     // turns: what was used is shown again if it is asked for again
constexpr std::size_t kHeldMost = 12, kGivenMost = 512;

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

bool is_busy(const State& state, core::Millis at) {
  const auto& typing = state.attention.typing_at;
  return typing && at - *typing < kTypingMost;
}

std::optional<HeldCard::Why> why_not_now(const State& state, core::Millis at) {
  if (is_busy(state, at)) return HeldCard::Why::busy;
  const auto& last = state.attention.primary_at;
  if (last && at - *last < kBetweenPrimaries) return HeldCard::Why::recent;
  return std::nullopt;
}

bool is_repeated(const State& state, std::uint32_t article) {
  const std::int32_t shown = state.shown_turn[article];
  if (shown < 0) return false;
  const auto& used = state.attention.used_articles;
  return std::ranges::find(used, article) == used.end() || state.turn - shown < kAskedAgainAfter;
}

void give(Moment& moment, const GivenCard& card, std::optional<core::Millis> primary_at) {
  Attention& attention = moment.state.attention;
  ++attention.counts[static_cast<std::size_t>(card.kind)].shown;
  if (primary_at) attention.primary_at = primary_at;
  if (attention.given.size() < kGivenMost) attention.given.push_back(card);
  if (card.article == kNoArticle) return;
  std::erase(attention.used_articles, card.article);
  std::erase_if(attention.more, [&](const HeldCard& held) { return held.kind == CardKind::knowledge && held.index == card.article; });
}

void hold(Moment& moment, CardKind kind, std::uint32_t index, HeldCard::Why why) {
  if (moment.silent) return;
  Attention& attention = moment.state.attention;
  ++attention.counts[static_cast<std::size_t>(kind)].suppressed;
  std::erase_if(attention.more, [&](const HeldCard& held) { return held.kind == kind && held.index == index; });
  if (attention.more.size() >= kHeldMost) attention.more.erase(attention.more.begin());
  attention.more.push_back({why, kind, index, moment.state.turn, moment.event.seq});
}

void take_action(State& state, const conversation::CardAction& action) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(action.card.data(), action.card.data() + action.card.size(), id, 16);
  if (error != std::errc{} || end != action.card.data() + action.card.size()) return;
  Attention& attention = state.attention;
  const auto card = std::ranges::find(attention.given, id, &GivenCard::id);
  if (card == attention.given.end()) return;
  AttentionCounts& counts = attention.counts[static_cast<std::size_t>(card->kind)];
  if (action.action == "used") ++counts.used;
  else if (action.action == "edited") ++counts.edited;
  else if (action.action == "dismissed") ++counts.dismissed;
  else if (action.action == "rejected") ++counts.rejected;
  const bool used = action.action == "used" || action.action == "edited";
  if (used && card->article != kNoArticle && std::ranges::find(attention.used_articles, card->article) == attention.used_articles.end())
    attention.used_articles.push_back(card->article);
}

}  // namespace fenshen::assist
