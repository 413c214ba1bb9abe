// One dialogue of the year: who calls when about what, who answers with which habits, turn by turn, as a line of a
// dialogue file with what was planted as its labels.
#pragma once

#include <string>
#include <vector>

#include "server/history/source.h"

namespace fenshen::server::history {

struct Made {
  core::Millis started_at = 0;
  std::string line;
  std::uint32_t utterances = 0, planted = 0;
};

class DialogueMaker {
 public:
  DialogueMaker(const HistorySource& source, std::uint64_t seed) : source_(source), seed_(seed) {}

  // Of how much more than an ordinary day is talked on this one, in 1/10,000.
  std::uint32_t weight_of(core::Day day) const;
  // A conversation of that day. `number` is unique over the year; `random` decides everything.
  Made make(core::Day day, std::uint64_t number, Random& random);

 private:
  enum class Who : std::uint8_t { customer, rep, system };
  struct Turn {
    Who who = Who::system;
    std::string text, event, data;
    std::string expect, not_rule;  // a rule
    core::Millis ts = 0;
  };
  struct Recent {
    std::uint32_t customer = 0, flow = 0;
  };

  void choose(core::Day day, Random& random);
  void choose_person(Random& random);
  void choose_flow(core::Day day, Random& random);
  std::uint32_t flow_weight(std::uint32_t flow, core::Day day) const;
  void open(Random& random);
  void play_flow(Random& random);
  void play_step(const StepSource& step, Random& random);
  void identify(int level, Random& random);
  void play_enquiries(Random& random);
  void ask_beside(Random& random);
  void small_talk(Random& random);
  void maybe_slip(Random& random, bool tempting);
  void slip(const SlipSource& slip, bool tempting, Random& random);
  bool fraud_opening(Random& random);
  void close(Random& random);
  bool forgets(const StepSource& step, Random& random);
  std::uint32_t habit(const std::map<std::string, std::uint32_t>& rates, const std::string& rule, std::uint32_t otherwise, std::uint32_t scale) const;

  void say(Who who, std::string_view list, Random& random);
  void say_list(Who who, ListId list, Random& random);
  void say_text(Who who, std::string text, Random& random, bool clean = false);
  void event(std::string_view name, std::string data = "{}");
  std::string expand(std::string_view list, Random& random);
  void set_times(Random& random);
  void write(std::uint64_t number, Made& made) const;
  const std::string& value(Slot slot) const { return values_[static_cast<std::size_t>(slot)]; }
  std::string& value(Slot slot) { return values_[static_cast<std::size_t>(slot)]; }
  std::string key(std::string_view name) const { return english_ ? std::string(name) + "_en" : std::string(name); }

  const HistorySource& source_;
  const std::uint64_t seed_;
  std::vector<Recent> recent_;
  std::size_t next_recent_ = 0;

  // Of the conversation being made.
  core::Day day_ = 0;
  core::Millis started_ = 0;
  std::uint32_t customer_ = 0, flow_ = 0, team_ = 0;
  const RepSource* rep_ = nullptr;
  std::string channel_;
  bool english_ = false, enquiry_ = false;
  int age_ = 0;
  std::string tier_, risk_;
  Values values_;
  std::vector<Turn> turns_;
  std::vector<std::string> omitted_;  // rules whose duty was left out
  bool slipped_ = false;
};

}  // namespace fenshen::server::history
