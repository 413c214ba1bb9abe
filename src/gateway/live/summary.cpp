#include "gateway/live/summary.h"

#include <algorithm>

#include "core/json_writer.h"
#include "core/utf8.h"
#include "gateway/live/own_ids.h"

namespace fenshen::gateway {
namespace {

namespace cv = conversation;
constexpr std::size_t kTitleCodePoints = 24;
constexpr std::size_t kLastCodePoints = 80;

std::string shortened(std::string_view text, std::size_t most) {
  std::size_t at = 0;
  for (std::size_t n = 0; at < text.size() && n < most; ++n) core::decode_utf8(text, at);
  return at < text.size() ? std::string(text.substr(0, at)) + "…" : std::string(text);
}

bool has(std::string_view json, std::string_view part) { return json.find(part) != std::string_view::npos; }

}  // namespace

std::string_view to_string(Summary::State state) noexcept {
  switch (state) {
    case Summary::State::waiting: return "waiting";
    case Summary::State::open: return "open";
    case Summary::State::ended: return "ended";
    case Summary::State::closed: return "closed";
  }
  return "open";
}

void SummaryTracker::take(const assist::Frame& frame) {
  if (frame.kind == assist::Frame::Kind::event) on(*frame.event);
  if (frame.kind == assist::Frame::Kind::card) count(frame.card);
}

void SummaryTracker::look(const assist::Assist* assist) {
  if (assist == nullptr) return;
  const assist::Glance glance = assist->glance();
  summary_.owed = glance.owed;
  summary_.emotion = glance.emotion;
  summary_.flow = glance.flow;
  summary_.attention = glance.attention;
}

const ActRecord* SummaryTracker::act(std::string_view id) const {
  const auto found = acts_.find(id);
  return found == acts_.end() ? nullptr : &found->second;
}

void SummaryTracker::on(const cv::Event& event) {
  summary_.seq = event.seq;
  if (const auto* body = std::get_if<cv::ConversationStarted>(&event.body)) {
    summary_.channel = body->channel;
    summary_.lang = body->lang;
    summary_.customer = body->customer;
    summary_.started_at = event.recorded_at;
    summary_.starter = event.actor;
    if (const auto* team = cv::find(body->meta, "team")) summary_.team = *team;
    if (const auto* name = cv::find(body->customer, "name")) summary_.title = *name;
    // A chat waits until somebody takes it; on the phone the line is open already.
    const auto* queue = cv::find(body->meta, "queue");
    if (queue != nullptr && *queue == "chat") {
      summary_.state = Summary::State::waiting;
      summary_.waiting_since = event.recorded_at;
    }
  } else if (const auto* joined = std::get_if<cv::ParticipantJoined>(&event.body)) {
    if (joined->speaker == cv::Speaker::rep) {
      summary_.rep = joined->participant;
      if (summary_.state == Summary::State::waiting) summary_.state = Summary::State::open;
    }
  } else if (const auto* utterance = std::get_if<cv::Utterance>(&event.body)) {
    if (utterance->revision > 0) return;
    utterances_.insert(utterance->utterance_id.empty() ? event.id : utterance->utterance_id);
    said(event, utterance->speaker, utterance->text, event.id);
  } else if (const auto* proposed = std::get_if<cv::ActProposed>(&event.body)) {
    auto& act = acts_[proposed->act];
    if (act.seq == 0) {
      act.kind = proposed->kind;
      act.text = proposed->text;
      act.data = proposed->data;
      act.actor = event.actor;
      act.seq = event.seq;
    }
  } else if (const auto* decided = std::get_if<cv::ActDecided>(&event.body)) {
    using Act = ActRecord::State;
    auto& act = acts_[decided->act];
    if (act.state != Act::undecided && act.state != Act::confirmed) return;
    act.state = decided->allowed() ? Act::allowed : decided->decision == cv::Decision::confirm ? Act::waits : Act::blocked;
    act.rules = decided->rules;
    act.decided_at = event.recorded_at;
    ++act.decisions;
  } else if (const auto* confirmed = std::get_if<cv::ActConfirmed>(&event.body)) {
    auto& act = acts_[confirmed->act];
    if (act.state == ActRecord::State::waits) act.state = ActRecord::State::confirmed;
  } else if (const auto* done = std::get_if<cv::ActDone>(&event.body)) {
    auto& act = acts_[done->act];
    if (act.state == ActRecord::State::allowed && act.kind == "message") said(event, cv::Speaker::rep, act.text, done->act);
    if (act.state == ActRecord::State::allowed) act.state = ActRecord::State::done;
  } else if (const auto* failed = std::get_if<cv::ActFailed>(&event.body)) {
    auto& act = acts_[failed->act];
    if (act.state == ActRecord::State::done || act.state == ActRecord::State::blocked) return;
    act.state = ActRecord::State::failed;
    act.reason = failed->reason;
  } else if (const auto* snapshot = std::get_if<cv::CustomerSnapshot>(&event.body)) {
    summary_.customer = snapshot->customer;
    if (const auto* name = cv::find(snapshot->customer, "name")) summary_.title = *name;
  } else if (std::holds_alternative<cv::ConversationEnded>(event.body)) {
    if (summary_.state != Summary::State::closed) summary_.state = Summary::State::ended;
    summary_.ended_at = event.recorded_at;
    summary_.waiting_since = 0;
    summary_.unread = 0;
  } else if (std::holds_alternative<cv::WrapupSaved>(event.body)) {
    summary_.state = Summary::State::closed;
  }
}

void SummaryTracker::said(const cv::Event& event, cv::Speaker speaker, std::string_view text, std::string_view id) {
  summary_.last_speaker = cv::to_string(speaker);
  summary_.last_text = shortened(text, kLastCodePoints);
  summary_.last_at = event.recorded_at;
  if (speaker == cv::Speaker::customer) {
    ++summary_.unread;
    if (summary_.waiting_since == 0) summary_.waiting_since = event.recorded_at;
    if (summary_.title.empty()) summary_.title = shortened(text, kTitleCodePoints);
  } else if (speaker == cv::Speaker::rep || speaker == cv::Speaker::bot) {
    summary_.unread = 0;
    if (summary_.state != Summary::State::waiting) summary_.waiting_since = 0;
  }
  if (summary_.channel != "chat" || speaker == cv::Speaker::supervisor) return;
  ChatItem item;
  item.n = event.seq;
  const std::string_view from = speaker == cv::Speaker::customer ? "customer" : speaker == cv::Speaker::system ? "system" : cv::to_string(speaker);
  // The customer's own id, so that its echo is known.
  if (const std::string_view own = without_own_sign(id); own.starts_with("chat-")) id = own.substr(5);
  core::JsonWriter(item.json).begin_object().field("n", event.seq).field("id", id).field("from", from).field("text", text)
      .field("at", core::format_instant(event.recorded_at)).end_object();
  chat_.push_back(std::move(item));
}

void SummaryTracker::count(const assist::Card& card) {
  if (card.kind != assist::CardKind::violation && card.kind != assist::CardKind::fraud) return;
  if (has(card.json, "\"severity\":\"major\"")) ++summary_.major;
  else ++summary_.normal;
}

}  // namespace fenshen::gateway
