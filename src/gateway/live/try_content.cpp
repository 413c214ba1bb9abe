#include "gateway/live/try_content.h"

#include <map>
#include <tuple>
#include <vector>

#include "assist/replayer.h"
#include "core/json_writer.h"

namespace fenshen::gateway {
namespace {

// The cards of the whole dialogue; `panels` as they stand after its last turn.
std::vector<assist::Card> cards_of(const conversation::Dialogue& dialogue, const ContentView& content, std::string& panels) {
  std::vector<assist::Card> cards;
  assist::FoldScratch scratch;
  assist::FoldResult result;
  assist::Assist assist(dialogue.id, content.pack);
  for (const conversation::DialogueEvent& event : conversation::events_of(dialogue, content.hash, assist::kEngineVersion)) {
    if (event.turn >= 0) assist.next_turn(event.turn);
    assist.fold(event.event, scratch, result);
    for (assist::Card& card : result.cards) cards.push_back(std::move(card));
  }
  panels = assist.panels_json();
  return cards;
}

// Cards are the same card if they show the same item of the same kind at the same turn.
using Key = std::tuple<std::int32_t, assist::CardKind, std::string, int>;

std::map<Key, const assist::Card*> by_key(const std::vector<assist::Card>& cards) {
  std::map<Key, const assist::Card*> keyed;
  for (const assist::Card& card : cards) {
    Key key{card.turn, card.kind, card.item, 0};
    while (keyed.contains(key)) ++std::get<3>(key);
    keyed.emplace(std::move(key), &card);
  }
  return keyed;
}

// Ids and versions differ whenever the content does; what a rep reads is what counts.
std::string shown(const std::string& json) {
  std::string text = json;
  for (const std::string_view name : {"\"card\":\"", "\"version\":\""}) {
    const std::size_t at = text.find(name);
    if (at == std::string::npos) continue;
    const std::size_t end = text.find('"', at + name.size());
    if (end != std::string::npos) text.erase(at, end - at);
  }
  return text;
}

void write(core::JsonWriter& out, std::string_view name, const std::vector<assist::Card>& cards) {
  out.key(name).begin_array();
  for (const assist::Card& card : cards) out.raw(card.json);
  out.end_array();
}

}  // namespace

std::string try_json(const conversation::Dialogue& dialogue, const ContentView& before, const ContentView& after) {
  std::string old_panels, new_panels;
  const auto old_cards = cards_of(dialogue, before, old_panels), new_cards = cards_of(dialogue, after, new_panels);
  const auto old_keys = by_key(old_cards), new_keys = by_key(new_cards);
  std::string text;
  core::JsonWriter out(text);
  out.begin_object();
  write(out, "before", old_cards);
  write(out, "after", new_cards);
  out.key("added").begin_array();
  for (const auto& [key, card] : new_keys)
    if (!old_keys.contains(key)) out.raw(card->json);
  out.end_array().key("removed").begin_array();
  for (const auto& [key, card] : old_keys)
    if (!new_keys.contains(key)) out.raw(card->json);
  out.end_array().key("changed").begin_array();
  for (const auto& [key, card] : old_keys)
    if (const auto other = new_keys.find(key); other != new_keys.end() && shown(card->json) != shown(other->second->json))
      out.begin_array().raw(card->json).raw(other->second->json).end_array();
  out.end_array().key("panels").raw(new_panels).end_object();
  return text;
}

}  // namespace fenshen::gateway
