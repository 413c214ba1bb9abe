// The compiled lexicon: plain tables, immutable, shared by all threads.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "signals/internal/cues.h"
#include "signals/internal/lists.h"
#include "signals/internal/literal_table.h"
#include "signals/internal/matcher.h"
#include "signals/internal/regex_program.h"
#include "signals/lexicon.h"

namespace fenshen::signals {
namespace internal {

// Sets that are not literals.
constexpr SetId kNumberSet = 0;
constexpr SetId kBeginSet = 1;
constexpr SetId kEndSet = 2;
constexpr SetId kDigitSet = 3;   // a digit occurs: for regular expressions
constexpr SetId kLetterSet = 4;  // a letter
constexpr SetId kFirstSet = 5;

// A chain as its anchor finds it: what else must have occurred, rarest first, is in checks.
struct AnchoredChain {
  std::uint32_t chain;
  ProgramId program;
  std::uint32_t first_check, checks;
};

struct DigitsSet {
  SetId set;
  std::uint32_t min, max;
};

inline constexpr std::array<ProgramId, content::kGuards.size()> kNoGuards = [] {
  std::array<ProgramId, content::kGuards.size()> none{};
  none.fill(kNone);
  return none;
}();

// Something that waits for a program: a pattern that was asked for, or an emotion.
struct Use {
  PatternId pattern = kNone;  // kNone for emotions
  Emotion emotion = Emotion::none;
  ProgramId unless = kNone;
  ProgramId unless_before = kNone;
  std::uint32_t before_max = 8;
  std::array<ProgramId, content::kGuards.size()> guards = kNoGuards;  // by content::Guard
};

struct Program {
  std::uint32_t first_chain = 0;
  std::uint32_t chain_count = 0;
  std::uint32_t regex = kNone;  // into Lexicon::regexes; its one chain says what every match needs
};

struct ProductEntry {
  std::string code;
};

}  // namespace internal

class Lexicon {
 public:
  internal::LiteralTable table;
  internal::SetTables sets;
  internal::Lists<internal::CueRef> literal_cues;
  internal::Lists<internal::AnchoredChain> anchored;  // set -> chains
  std::vector<internal::SetId> checks;
  std::vector<internal::CompiledSlot> slots;
  std::vector<internal::CompiledChain> chains;
  std::vector<internal::Program> programs;
  std::vector<internal::RegexProgram> regexes;
  internal::Lists<internal::Use> uses;  // program -> uses
  std::vector<internal::DigitsSet> digits;
  std::vector<internal::ProductEntry> products;
  std::uint32_t pattern_count = 0;

  std::span<const internal::CompiledSlot> slots_of(const internal::CompiledChain& chain) const {
    return std::span(slots).subspan(chain.first, chain.count);
  }
};

}  // namespace fenshen::signals
