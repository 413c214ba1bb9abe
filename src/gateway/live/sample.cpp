#include "gateway/live/sample.h"

#include <algorithm>

#include "core/json_writer.h"

namespace fenshen::gateway {
namespace {

namespace cv = conversation;
using std::chrono::milliseconds;
constexpr milliseconds kShortest{600}, kLongest{6'000};

}  // namespace

SamplePlay::SamplePlay(cv::Dialogue dialogue, int speed) : dialogue_(std::move(dialogue)) {
  set_speed(speed);
  skip_empty();
}

void SamplePlay::set_speed(int speed) { speed_ = std::clamp(speed, 1, 8); }

void SamplePlay::skip_empty() {
  while (next_ < dialogue_.turns.size() && dialogue_.turns[next_].empty()) ++next_;
}

SamplePlay::Waits SamplePlay::waits() const {
  if (next_ >= dialogue_.turns.size()) return Waits::done;
  const bool rep = dialogue_.turns[next_].speaker == cv::Speaker::rep && !dialogue_.turns[next_].text.empty();
  return rep && !automatic_ ? Waits::rep : Waits::customer;
}

const cv::DialogueTurn* SamplePlay::turn() const { return next_ < dialogue_.turns.size() ? &dialogue_.turns[next_] : nullptr; }

milliseconds SamplePlay::delay() const {
  if (next_ >= dialogue_.turns.size()) return kShortest;
  const core::Millis before = next_ == 0 ? 0 : dialogue_.turns[next_ - 1].ts;
  const milliseconds pause(dialogue_.turns[next_].ts - before);
  return std::clamp(pause, kShortest, kLongest) / speed_;
}

cv::EventBody SamplePlay::body() const {
  const cv::DialogueTurn& turn = dialogue_.turns[next_];
  if (turn.event && turn.text.empty()) return *turn.event;
  cv::Utterance utterance;
  utterance.speaker = turn.speaker;
  utterance.text = turn.text;
  utterance.start_ms = turn.start_ms;
  utterance.end_ms = turn.end_ms;
  utterance.track = turn.track;
  return utterance;
}

void SamplePlay::played() {
  ++next_;
  skip_empty();
}

void SamplePlay::continue_at(std::size_t next) {
  next_ = std::min(next, dialogue_.turns.size());
  skip_empty();
}

void SamplePlay::rep_spoke() {
  if (waits() != Waits::rep) return;
  while (next_ < dialogue_.turns.size() && dialogue_.turns[next_].speaker == cv::Speaker::rep && !dialogue_.turns[next_].text.empty()) played();
}

std::string SamplePlay::state_json() const {
  std::string text;
  core::JsonWriter out(text);
  const Waits who = waits();
  out.begin_object().field("id", dialogue_.id).field("next_turn", next_).field("total", dialogue_.turns.size());
  out.field("waiting_for", who == Waits::done ? "done" : who == Waits::rep ? "rep" : "customer").key("rep_text");
  if (who == Waits::rep) out.value(dialogue_.turns[next_].text);
  else out.null();
  out.field("speed", speed_).field("auto", automatic_).field("paused", paused_).end_object();
  return text;
}

}  // namespace fenshen::gateway
