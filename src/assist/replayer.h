// A conversation's log, event by event, to the frames that a desk sees: the events themselves and the cards they gave.
// One implementation for the live server, its restart and `replay --data`, which is why they agree. Two things need the
// events so far, and are done here rather than in the fold:
//  - pack.bound: state is not carried across packs. A fresh fold with the new pack passes silently over all earlier
//    events; only later ones show cards. Events before the first bind wait for it.
//  - a revised utterance: the conversation is folded again with the corrected text. Cards that now appear are shown,
//    cards that no longer follow are superseded, none is erased.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assist/assist.h"
#include "conversation/event.h"
#include "core/result.h"

namespace fenshen::assist {

struct Frame {
  enum class Kind : std::uint8_t { event, card, superseded } kind = Kind::event;
  std::uint64_t n = 0;       // 1, 2, 3 … the same whenever the log is folded
  // kind event
  std::shared_ptr<const conversation::Event> event;
  std::int32_t turn = -1;    // index of the turn it is, -1: none
  std::string marks = "[]";  // JSON, as of this event
  // kind card
  Card card;
  // kind superseded: ids of cards that no longer follow from the corrected log
  std::vector<std::string> cards;
};

// The compiled pack of a hash: from memory, or made again from its snapshot.
using PackSource = std::function<core::Result<std::shared_ptr<const CompiledPack>>(std::string_view hash)>;

class Replayer {
 public:
  Replayer(std::string conversation, PackSource packs);

  // The next event of the log. Appends its frames. Errors: corrupt (seq is not the next one), whatever the pack source
  // gives; then nothing changed.
  core::Status feed(const conversation::Event& event, FoldScratch& scratch, std::vector<Frame>& out);

  std::uint64_t last_seq() const { return last_seq_; }
  std::uint64_t last_n() const { return last_n_; }
  const std::string& pack_hash() const { return pack_hash_; }  // bound last; empty before the first
  const Assist* assist() const { return assist_ ? &*assist_ : nullptr; }
  // The last event changed the panels (or may have: a change of pack, a revision).
  bool panels_changed() const { return result_.panels_changed; }
  std::optional<core::Millis> next_due() const { return assist_ ? assist_->next_due() : std::nullopt; }

 private:
  struct Entry {
    std::shared_ptr<const conversation::Event> event;  // with the newest text
    std::uint32_t revision = 0;                        // of that text
  };
  core::Status bind(const conversation::PackBound& body, FoldScratch& scratch, std::vector<Frame>& out);
  void revise(const conversation::Utterance& body, FoldScratch& scratch, std::vector<Frame>& out);
  void fold_last(FoldScratch& scratch, std::vector<Frame>& out);
  void add_event(std::shared_ptr<const conversation::Event> event, std::int32_t turn, std::string marks, std::vector<Frame>& out);
  void add_card(Card card, std::vector<Frame>& out);

  std::string conversation_;
  PackSource packs_;
  std::shared_ptr<const CompiledPack> pack_;
  std::string pack_hash_;
  std::optional<Assist> assist_;
  std::vector<Entry> log_;
  std::uint64_t bound_seq_ = 0;  // of the last bind: only later events show cards
  std::shared_ptr<const Assist::Seen> seen_;  // at the last bind, if it was not the first
  std::map<std::string, std::uint64_t, std::less<>> shown_;  // card id -> causing seq
  std::uint64_t last_seq_ = 0, last_n_ = 0;
  FoldResult result_;
};

}  // namespace fenshen::assist
