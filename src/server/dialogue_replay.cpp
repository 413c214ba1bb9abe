#include "server/dialogue_replay.h"

namespace fenshen::server {
namespace {

bool is_customer_or_rep(const conversation::Event& event) {
  const auto* utterance = std::get_if<conversation::Utterance>(&event.body);
  return utterance != nullptr && (utterance->speaker == conversation::Speaker::customer || utterance->speaker == conversation::Speaker::rep);
}

}  // namespace

DialogueCards replay_dialogue(const conversation::Dialogue& dialogue, const std::shared_ptr<const assist::CompiledPack>& pack,
                              assist::FoldScratch& scratch, bool with_signals, bool with_end) {
  DialogueCards result;
  assist::Assist assist(dialogue.id, pack);
  if (with_signals) assist.keep_signals();
  assist::FoldResult out;
  for (const conversation::DialogueEvent& item : conversation::events_of(dialogue, assist::hash_of(*pack), assist::kEngineVersion)) {
    if (!with_end && std::holds_alternative<conversation::ConversationEnded>(item.event.body)) break;
    if (item.turn >= 0) assist.next_turn(item.turn);
    assist.fold(item.event, scratch, out);
    for (assist::Card& card : out.cards) {
      result.during.push_back(item.turn >= 0 ? item.turn : card.turn);
      result.cards.push_back(std::move(card));
    }
    if (with_signals && is_customer_or_rep(item.event)) result.signals.push_back(assist.signals_json());
  }
  return result;
}

}  // namespace fenshen::server
