// A regular expression as a program over sets of states: one pass over the text whatever the text is, work bounded by
// characters × states. Run only where a word or kind of character that every match holds did occur in the scan.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "content/regex.h"
#include "signals/internal/matcher.h"

namespace fenshen::signals::internal {

// What every match holds: one of these texts, or a digit, or a letter.
struct RegexNeed {
  enum class Kind : std::uint8_t { literals, digit, letter } kind = Kind::literals;
  std::vector<std::u32string> literals;
};
// Nullopt: nothing is sure to be there, so that it would have to run over every utterance.
std::optional<RegexNeed> need_of(const content::RegexNode& regex);

class RegexProgram {
 public:
  explicit RegexProgram(const content::RegexNode& regex);

  struct Scratch {
    struct Thread {
      std::uint32_t state = 0, begin = 0;
    };
    std::vector<Thread> now, next;
    std::vector<std::uint32_t> marks, stack;
    std::uint32_t epoch = 0;
  };

  // Calls visit(Match) for each end in ascending order, with the match of most characters that ends there, until it
  // returns true. Returns whether it did.
  template <typename Visit>
  bool each_match(const ScannedText& text, Scratch& scratch, Visit&& visit) const {
    const auto [low, high] = edges(text);
    const auto size = static_cast<std::uint32_t>(text.text.size());
    if (scratch.marks.size() < states_.size()) scratch.marks.resize(states_.size(), 0);
    scratch.now.clear();
    for (std::uint32_t at = 0;; ++at) {
      // Threads that began earlier stand first, so the first to reach a state is the longest.
      scratch.next.clear();
      renew(scratch);
      const Place place{at, at <= low, at >= high};
      for (const Scratch::Thread& thread : scratch.now)
        if (accepts(states_[thread.state], text.text[at - 1])) enter(thread.state + 1, thread.begin, place, scratch);
      enter(0, at, place, scratch);
      scratch.now.swap(scratch.next);
      for (const Scratch::Thread& thread : scratch.now)
        if (states_[thread.state].kind == State::Kind::done && visit(Match{thread.begin, at})) return true;
      if (at == size) return false;
    }
  }

 private:
  struct State {
    enum class Kind : std::uint8_t { set, split, jump, begin, end, done } kind = Kind::done;
    bool inverted = false;
    std::uint32_t first = 0, count = 0;  // ranges; of split and jump: where to go
  };
  struct Place {
    std::uint32_t at;
    bool begins, ends;
  };

  void compile(const content::RegexNode& node);
  std::uint32_t emit(State::Kind kind);
  bool accepts(const State& state, char32_t c) const {
    if (state.kind != State::Kind::set) return false;
    bool in = false;
    for (std::uint32_t i = 0; i < state.count && !in; ++i) in = ranges_[state.first + i].first <= c && c <= ranges_[state.first + i].second;
    return in != state.inverted;
  }
  static std::pair<std::uint32_t, std::uint32_t> edges(const ScannedText& text);
  static void renew(Scratch& scratch);
  void enter(std::uint32_t state, std::uint32_t begin, Place place, Scratch& scratch) const;

  std::vector<State> states_;
  std::vector<std::pair<char32_t, char32_t>> ranges_;
};

}  // namespace fenshen::signals::internal
