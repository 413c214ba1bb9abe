// What lists show of a conversation, kept up as its frames come: a small fold beside the fold.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "assist/replayer.h"
#include "conversation/event.h"
#include "core/time.h"

namespace fenshen::gateway {

struct Summary {
  std::string id, channel, lang;
  enum class State : std::uint8_t { waiting, open, ended, closed } state = State::open;
  std::string title;
  conversation::Fields customer;
  std::string rep;   // account id, empty: nobody
  std::string team;  // meta.team
  std::string starter;  // account that started it
  core::Millis started_at = 0, ended_at = 0;  // ended_at 0: not yet
  std::string last_speaker, last_text;
  core::Millis last_at = 0;
  core::Millis waiting_since = 0;  // the customer waits for the rep: 0 = does not
  int unread = 0;                  // customer's turns since the rep spoke last
  int owed = 0, major = 0, normal = 0;
  std::string emotion = "none";
  std::array<assist::AttentionCounts, assist::kCardKinds> attention{};  // by kind of card
  std::string flow;
  std::string sample;  // SampleState as JSON, empty: not a sample
  std::uint64_t seq = 0;
  std::uint64_t position = 0;  // order of creation, for sorting
};
using SummaryPtr = std::shared_ptr<const Summary>;
std::string_view to_string(Summary::State state) noexcept;

// What the chat customer sees: only what was said.
struct ChatItem {
  std::uint64_t n = 0;  // seq of the event that said it
  std::string json;     // docs/formats/api.md, ChatItem
};

struct ActRecord {
  std::string kind, text, actor;
  conversation::Fields data;
  std::uint64_t seq = 0;  // of act.proposed
  // undecided, waits (for a confirmation), confirmed (to be decided again), allowed, blocked, done, failed
  enum class State : std::uint8_t { undecided, waits, confirmed, allowed, blocked, done, failed } state = State::undecided;
  int decisions = 0;
  core::Millis decided_at = 0;
  std::vector<std::string> rules;
  std::string reason;  // of a failure
};

class SummaryTracker {
 public:
  explicit SummaryTracker(std::string id) { summary_.id = std::move(id); }

  void take(const assist::Frame& frame);
  // Reads what only the whole state knows.
  void look(const assist::Assist* assist);
  void set_sample(std::string json) { summary_.sample = std::move(json); }
  void set_position(std::uint64_t position) { summary_.position = position; }

  const Summary& summary() const { return summary_; }
  const ActRecord* act(std::string_view id) const;
  const std::map<std::string, ActRecord, std::less<>>& acts() const { return acts_; }
  const std::vector<ChatItem>& chat() const { return chat_; }
  bool has_utterance(std::string_view id) const { return utterances_.contains(id); }  // one that may be revised

 private:
  void on(const conversation::Event& event);
  void said(const conversation::Event& event, conversation::Speaker speaker, std::string_view text, std::string_view id);
  void count(const assist::Card& card);

  Summary summary_;
  std::map<std::string, ActRecord, std::less<>> acts_;
  std::set<std::string, std::less<>> utterances_;
  std::vector<ChatItem> chat_;  // channel chat only
};

}  // namespace fenshen::gateway
