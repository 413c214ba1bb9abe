#include "assist/replayer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace fenshen::assist {

namespace cv = conversation;

Replayer::Replayer(std::string conversation, PackSource packs) : conversation_(std::move(conversation)), packs_(std::move(packs)) {}

core::Status Replayer::feed(const cv::Event& event, FoldScratch& scratch, std::vector<Frame>& out) {
  if (event.seq != last_seq_ + 1)
    return core::fail(core::Code::corrupt, fmt::format("event {} comes after {}", event.seq, last_seq_), conversation_);
  if (const auto* bound = std::get_if<cv::PackBound>(&event.body)) {
    const auto pack = packs_(bound->pack_hash);
    if (!pack) return std::unexpected(pack.error());
    pack_ = *pack;
  }
  last_seq_ = event.seq;
  log_.push_back({std::make_shared<const cv::Event>(event)});
  if (const auto* bound = std::get_if<cv::PackBound>(&event.body)) return bind(*bound, scratch, out);
  const auto* utterance = std::get_if<cv::Utterance>(&event.body);
  if (utterance != nullptr && utterance->revision > 0) return revise(*utterance, scratch, out), core::Status{};
  if (!assist_) return add_event(log_.back().event, -1, "[]", out), core::Status{};
  fold_last(scratch, out);
  return {};
}

core::Status Replayer::bind(const cv::PackBound& body, FoldScratch& scratch, std::vector<Frame>& out) {
  const bool first = !assist_;
  pack_hash_ = body.pack_hash;
  bound_seq_ = last_seq_;
  if (!first) seen_ = assist_->seen();
  assist_.emplace(conversation_, pack_);
  add_event(log_.back().event, -1, "[]", out);
  // What came before the first bind has shown nothing yet.
  for (const Entry& entry : log_) {
    assist_->fold(*entry.event, scratch, result_, !first);
    for (Card& card : result_.cards) add_card(std::move(card), out);
  }
  if (seen_) assist_->restore(*seen_);
  return {};
}

void Replayer::fold_last(FoldScratch& scratch, std::vector<Frame>& out) {
  const std::int32_t turns = assist_->turn_count();
  const auto event = log_.back().event;
  assist_->fold(*event, scratch, result_);
  const bool is_turn = assist_->turn_count() > turns;
  add_event(event, is_turn ? turns : -1, is_turn ? assist_->marks_json(turns) : "[]", out);
  for (Card& card : result_.cards) add_card(std::move(card), out);
}

void Replayer::revise(const cv::Utterance& body, FoldScratch& scratch, std::vector<Frame>& out) {
  const auto revision = log_.back().event;
  const auto original = std::ranges::find_if(log_, [&](const Entry& entry) {
    const auto* utterance = std::get_if<cv::Utterance>(&entry.event->body);
    if (utterance == nullptr || entry.event == revision || body.utterance_id.empty()) return false;
    return utterance->utterance_id == body.utterance_id || entry.event->id == body.utterance_id;
  });
  const bool newer = original != log_.end() && original->revision < body.revision;
  if (!newer || !assist_) return add_event(revision, -1, "[]", out);

  cv::Event corrected = *original->event;
  auto& utterance = std::get<cv::Utterance>(corrected.body);
  utterance = body;
  utterance.revision = 0;  // still the utterance itself: it is folded, unlike revisions
  original->revision = body.revision;
  const std::uint64_t from = corrected.seq;
  original->event = std::make_shared<const cv::Event>(std::move(corrected));

  Assist fresh(conversation_, pack_);
  std::vector<Card> appeared;
  std::set<std::string, std::less<>> follows;
  for (const Entry& entry : log_) {
    const bool counts = entry.event->seq > bound_seq_ && entry.event->seq >= from;
    fresh.fold(*entry.event, scratch, result_, entry.event->seq <= bound_seq_);
    if (seen_ && entry.event->seq == bound_seq_) fresh.restore(*seen_);
    for (Card& card : result_.cards) {
      follows.insert(card.id);
      if (counts && !shown_.contains(card.id)) appeared.push_back(std::move(card));
    }
  }
  assist_.emplace(std::move(fresh));
  Frame superseded;
  superseded.kind = Frame::Kind::superseded;
  for (const auto& [id, seq] : shown_)
    if (seq >= from && seq > bound_seq_ && !follows.contains(id)) superseded.cards.push_back(id);
  add_event(revision, -1, "[]", out);
  if (!superseded.cards.empty()) {
    superseded.n = ++last_n_;
    out.push_back(std::move(superseded));
  }
  for (Card& card : appeared) add_card(std::move(card), out);
}

void Replayer::add_event(std::shared_ptr<const cv::Event> event, std::int32_t turn, std::string marks, std::vector<Frame>& out) {
  Frame frame;
  frame.n = ++last_n_;
  frame.event = std::move(event);
  frame.turn = turn;
  frame.marks = std::move(marks);
  out.push_back(std::move(frame));
}

void Replayer::add_card(Card card, std::vector<Frame>& out) {
  shown_.emplace(card.id, card.seq);
  Frame frame;
  frame.kind = Frame::Kind::card;
  frame.n = ++last_n_;
  frame.card = std::move(card);
  out.push_back(std::move(frame));
}

}  // namespace fenshen::assist
