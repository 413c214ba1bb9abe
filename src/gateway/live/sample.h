// The recorded customer of a sample: whose turn it is and how long it takes. Pure; the shard owns the clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "conversation/dialogue.h"

namespace fenshen::gateway {

class SamplePlay {
 public:
  SamplePlay(conversation::Dialogue dialogue, int speed);

  enum class Waits { customer, rep, done };
  Waits waits() const;
  const conversation::DialogueTurn* turn() const;  // the next one, nullptr at the end
  std::size_t next() const { return next_; }
  std::chrono::milliseconds delay() const;          // before the next turn
  conversation::EventBody body() const;             // of the next turn
  void played();                                    // the next turn was said
  void continue_at(std::size_t next);               // after a restart
  void rep_spoke();                                 // the live rep said something instead of the recorded one

  void pause(bool paused) { paused_ = paused; }
  bool paused() const { return paused_; }
  void set_speed(int speed);
  void set_automatic(bool automatic) { automatic_ = automatic; }
  bool automatic() const { return automatic_; }
  std::string state_json() const;

 private:
  void skip_empty();
  conversation::Dialogue dialogue_;
  std::size_t next_ = 0;
  int speed_ = 1;
  bool automatic_ = false, paused_ = false;
};

}  // namespace fenshen::gateway
