// What a change of content does not undo. Content is named by its ids here: indexes belong to one pack.
#include <algorithm>

#include "assist/internal/state.h"

namespace fenshen::assist {

struct Assist::Seen {
  struct Told {
    std::string rule;
    Fired fired;
  };
  std::vector<Told> told;
  std::vector<std::pair<std::string, std::int32_t>> articles;  // id, turn it was shown at
  std::vector<std::string> announcements;
  std::vector<std::pair<std::string, std::string>> internal_cards;
  Attention attention;                      // without indexes
  std::vector<std::string> given_articles;  // by attention.given
  std::vector<std::string> used_articles;
};

namespace {

template <typename List>
std::optional<std::uint32_t> index_of(const List& list, std::string_view id) {
  const auto found = std::ranges::find(list, id, [](const auto& item) -> std::string_view { return item.id; });
  if (found == list.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - list.begin());
}

}  // namespace

State& state_of(Assist::Impl& impl);
const State& state_of(const Assist::Impl& impl);

std::shared_ptr<const Assist::Seen> Assist::seen() const {
  const State& state = state_of(static_cast<const Impl&>(*impl_));
  const content::Library& library = state.library();
  auto seen = std::make_shared<Seen>();
  for (const Fired& fired : state.fired) seen->told.push_back({library.rules[fired.rule].id, fired});
  for (std::uint32_t i = 0; i < state.shown_turn.size(); ++i)
    if (state.shown_turn[i] >= 0) seen->articles.emplace_back(library.articles[i].id, state.shown_turn[i]);
  for (std::uint32_t i = 0; i < state.announced.size(); ++i)
    if (state.announced[i]) seen->announcements.push_back(library.announcements[i].id);
  seen->internal_cards = state.internal_cards;
  seen->attention = state.attention;
  seen->attention.more.clear();  // of the old content
  for (const GivenCard& card : state.attention.given) seen->given_articles.push_back(card.article == kNoArticle ? std::string() : library.articles[card.article].id);
  for (const std::uint32_t article : state.attention.used_articles) seen->used_articles.push_back(library.articles[article].id);
  return seen;
}

void Assist::restore(const Seen& seen) {
  State& state = state_of(*impl_);
  const content::Library& library = state.library();
  state.fired.clear();
  std::vector<rules::RuleIndex> told;
  for (const Seen::Told& one : seen.told) {
    const auto rule = index_of(library.rules, one.rule);
    if (!rule) continue;
    state.fired.push_back(one.fired);
    state.fired.back().rule = *rule;
    state.fired.back().missing.clear();  // parts of the old rule
    told.push_back(*rule);
  }
  state.pack->rules->lift_cooldowns(*state.rules, told);
  std::ranges::fill(state.shown_turn, -1);
  for (const auto& [id, turn] : seen.articles)
    if (const auto article = index_of(library.articles, id)) state.shown_turn[*article] = turn;
  std::fill(state.announced.begin(), state.announced.end(), false);
  for (const std::string& id : seen.announcements)
    if (const auto announcement = index_of(library.announcements, id)) state.announced[*announcement] = true;
  state.internal_cards = seen.internal_cards;
  state.attention = seen.attention;
  for (std::size_t i = 0; i < state.attention.given.size(); ++i)
    state.attention.given[i].article = index_of(library.articles, seen.given_articles[i]).value_or(kNoArticle);
  state.attention.used_articles.clear();
  for (const std::string& id : seen.used_articles)
    if (const auto article = index_of(library.articles, id)) state.attention.used_articles.push_back(*article);
}

}  // namespace fenshen::assist
