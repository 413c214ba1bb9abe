#include <algorithm>

#include "signals/internal/entities.h"
#include "signals/internal/lexicon_data.h"
#include "signals/internal/utterance.h"
#include "signals/lexicon.h"
#include "text/fold.h"
#include "text/numerals.h"

namespace fenshen::signals {

using namespace internal;

namespace {

constexpr std::uint32_t kUnlessReach = 20;
constexpr std::uint32_t kNegatedReach = 8;
constexpr std::uint32_t kReportedReach = 30;  // within the sentence: «有人说，这个保本»
// Matches of one chain that guards may refuse before it counts as refused: bounds what a text made to hurt can cost.
constexpr std::uint32_t kMaxRefused = 256;

// Angry outranks anxious, and so on: the fixed order of ties.
int rank_of(Emotion emotion) {
  switch (emotion) {
    case Emotion::none: return 0;
    case Emotion::calm: return 1;
    case Emotion::sad: return 2;
    case Emotion::dissatisfied: return 3;
    case Emotion::anxious: return 4;
    case Emotion::angry: return 5;
  }
  return 0;
}

}  // namespace

struct Reader::Scratch {
  std::vector<text::CharClass> classes;
  std::vector<std::uint32_t> sentence, clause;
  std::vector<text::Number> numbers;
  std::vector<Cue> cues;
  Occurrences found;
  Matcher matcher;
  Matcher guard_matcher;  // runs inside a visit of the other
  // Programs of which a chain may match, and those chains.
  struct Touched {
    std::uint32_t epoch = 0, first = 0;
  };
  struct Candidate {
    std::uint32_t chain, next;
  };
  std::vector<Touched> touched;
  std::vector<Candidate> candidates;
  std::vector<ProgramId> programs;
  std::uint32_t epoch = 0;
  EntityScratch entities;

  ScannedText scanned;

  void find_boundaries(const Reading& out);
  void scan(const Lexicon& lexicon, const Reading& out);
  void add_tokens(const Lexicon& lexicon);
  void add_edges();
  void gather(const Lexicon& lexicon);
  void settle(const Lexicon& lexicon, Reading& out);
  bool first_match(const Lexicon& lexicon, ProgramId program, const Use& use, Match& best);
  bool refused(const Lexicon& lexicon, const Use& use, Match match);
  bool refused_nearby(const Lexicon& lexicon, ProgramId guard, Match match);
  bool refused_before(const Lexicon& lexicon, ProgramId guard, std::uint32_t reach, Match match);
  bool refused_by_name(const Lexicon& lexicon, const Use& use, Match match);
  bool reported(const Lexicon& lexicon, ProgramId guard, Match match);
  bool asked(const Lexicon& lexicon, ProgramId guard, Match match);
  RegexProgram::Scratch regex;
  template <typename Visit>
  bool each_match_of(const Lexicon& lexicon, ProgramId program, Matcher& with, Visit&& visit);
};

// Commas inside 1,200 end no clause; a full stop ends a sentence where a blank follows a word.
void Reader::Scratch::find_boundaries(const Reading& out) {
  const std::size_t size = out.folded.size();
  sentence.resize(size + 1);
  clause.resize(size + 1);
  std::uint32_t sentences = 0, clauses = 0;
  const auto digit = [&](std::size_t i) { return i < size && (classes[i] & text::kDigit) != 0; };
  for (std::size_t i = 0; i < size; ++i) {
    sentence[i] = sentences;
    clause[i] = clauses;
    if ((classes[i] & text::kPunctuation) == 0) continue;
    if (classes[i] & text::kSentenceEnd) {
      ++sentences;
      ++clauses;
    } else if (classes[i] & text::kClauseEnd) {
      if (!(i > 0 && digit(i - 1) && digit(i + 1))) ++clauses;
    } else if (out.folded[i] == U'.' && i > 0 && i + 1 < size && (classes[i + 1] & text::kBlank) != 0 &&
               (classes[i - 1] & (text::kLetter | text::kDigit)) != 0) {
      ++sentences;
      ++clauses;
    }
  }
  sentence[size] = sentences;
  clause[size] = clauses;
  scanned = {out.folded, classes, sentence, clause};
}

void Reader::Scratch::scan(const Lexicon& lexicon, const Reading& out) {
  cues.clear();
  found.reset(lexicon.sets);
  lexicon.table.scan(out.folded, classes, [&](LiteralId literal, std::uint32_t begin, std::uint32_t end) {
    found.add_literal(literal, begin, end);
    for (const CueRef& cue : lexicon.literal_cues[literal]) cues.push_back({cue.kind, cue.arg, begin, end});
  });
}

void Reader::Scratch::add_tokens(const Lexicon& lexicon) {
  text::CharClass seen = 0;
  for (const text::CharClass one : classes) seen |= one;
  if ((seen & text::kDigit) != 0) found.add(kDigitSet, 0, 0);
  if ((seen & text::kLetter) != 0) found.add(kLetterSet, 0, 0);
  for (const text::Number& number : numbers) {
    found.add(kNumberSet, number.begin, number.end);
    if (number.run == 0) continue;
    for (const DigitsSet& digits : lexicon.digits)
      if (number.run >= digits.min && number.run <= digits.max) found.add(digits.set, number.begin, number.end);
  }
}

// Punctuation and blanks at the edges do not count, so every place among them is an edge.
void Reader::Scratch::add_edges() {
  const auto size = static_cast<std::uint32_t>(classes.size());
  const auto outside = [&](std::uint32_t i) { return (classes[i] & (text::kPunctuation | text::kBlank)) != 0; };
  std::uint32_t i = 0;
  for (;; ++i) {
    found.add(kBeginSet, i, i);
    if (i == size || !outside(i)) break;
  }
  i = size;
  while (i > 0 && outside(i - 1)) --i;
  for (; i <= size; ++i) found.add(kEndSet, i, i);
}

// Every chain whose anchor occurred, and whose other slots at least occurred somewhere, is a candidate of its program.
void Reader::Scratch::gather(const Lexicon& lexicon) {
  if (touched.size() < lexicon.programs.size()) touched.resize(lexicon.programs.size());
  if (++epoch == 0) {
    for (Touched& one : touched) one.epoch = 0;
    epoch = 1;
  }
  candidates.clear();
  programs.clear();
  for (const SetId set : found.touched())
    for (const AnchoredChain& chain : lexicon.anchored[set]) {
      const auto others = std::span(lexicon.checks).subspan(chain.first_check, chain.checks);
      if (!std::ranges::all_of(others, [&](SetId other) { return found.has(other); })) continue;
      Touched& one = touched[chain.program];
      if (one.epoch != epoch) {
        one = {epoch, kNone};
        programs.push_back(chain.program);
      }
      candidates.push_back({chain.chain, one.first});
      one.first = static_cast<std::uint32_t>(candidates.size() - 1);
    }
}

template <typename Visit>
bool Reader::Scratch::each_match_of(const Lexicon& lexicon, ProgramId program, Matcher& with, Visit&& visit) {
  const Program& one = lexicon.programs[program];
  for (std::uint32_t i = 0; i < one.chain_count; ++i)
    if (with.each_match(lexicon.slots_of(lexicon.chains[one.first_chain + i]), found, scanned, visit)) return true;
  return false;
}

// A word of the guard in the clause of the match, at most kUnlessReach away.
bool Reader::Scratch::refused_nearby(const Lexicon& lexicon, ProgramId program, Match match) {
  const std::uint32_t low = clause[match.begin];
  const std::uint32_t high = clause[match.end > match.begin ? match.end - 1 : match.begin];
  return each_match_of(lexicon, program, guard_matcher, [&](Match guard) {
    if (guard.end <= guard.begin || clause[guard.begin] > high || clause[guard.end - 1] < low) return false;
    if (guard.end <= match.begin) return match.begin - guard.end <= kUnlessReach;
    return guard.begin < match.end || guard.begin - match.end <= kUnlessReach;
  });
}

bool Reader::Scratch::refused_before(const Lexicon& lexicon, ProgramId program, std::uint32_t reach, Match match) {
  return each_match_of(lexicon, program, guard_matcher, [&](Match guard) {
    return guard.end > guard.begin && guard.end <= match.begin && match.begin - guard.end <= reach && clause[guard.end - 1] == clause[match.begin];
  });
}

// Words of reporting begin before the match, in its sentence.
bool Reader::Scratch::reported(const Lexicon& lexicon, ProgramId program, Match match) {
  return each_match_of(lexicon, program, guard_matcher, [&](Match guard) {
    if (guard.end <= guard.begin || guard.begin > match.begin || sentence[guard.begin] != sentence[match.begin]) return false;
    return guard.end >= match.begin || match.begin - guard.end <= kReportedReach;
  });
}

// The clause of the match is a question: it ends with the sign, or holds a word of asking.
bool Reader::Scratch::asked(const Lexicon& lexicon, ProgramId program, Match match) {
  const std::uint32_t last = match.end > match.begin ? match.end - 1 : match.begin;
  for (std::size_t i = last; i < classes.size() && clause[i] == clause[last]; ++i)
    if (scanned.text[i] == U'?') return true;
  return each_match_of(lexicon, program, guard_matcher, [&](Match guard) {
    return guard.end > guard.begin && clause[guard.begin] >= clause[match.begin] && clause[guard.end - 1] <= clause[last];
  });
}

bool Reader::Scratch::refused_by_name(const Lexicon& lexicon, const Use& use, Match match) {
  const auto of = [&](content::Guard guard) { return use.guards[static_cast<std::size_t>(guard)]; };
  using enum content::Guard;
  return (of(negated) != kNone && refused_before(lexicon, of(negated), kNegatedReach, match)) ||
         (of(prohibited) != kNone && refused_nearby(lexicon, of(prohibited), match)) || (of(reported) != kNone && this->reported(lexicon, of(reported), match)) ||
         (of(question) != kNone && asked(lexicon, of(question), match));
}

bool Reader::Scratch::refused(const Lexicon& lexicon, const Use& use, Match match) {
  if (use.unless != kNone && refused_nearby(lexicon, use.unless, match)) return true;
  if (use.unless_before != kNone && refused_before(lexicon, use.unless_before, use.before_max, match)) return true;
  return use.guards != kNoGuards && refused_by_name(lexicon, use, match);
}

bool Reader::Scratch::first_match(const Lexicon& lexicon, ProgramId program, const Use& use, Match& best) {
  bool any = false;
  const bool guarded = use.unless != kNone || use.unless_before != kNone || use.guards != kNoGuards;
  if (const std::uint32_t index = lexicon.programs[program].regex; index != kNone)
    return lexicon.regexes[index].each_match(scanned, regex, [&](Match match) {
      if (guarded && refused(lexicon, use, match)) return false;
      best = match;
      return true;
    });
  for (std::uint32_t at = touched[program].first; at != kNone; at = candidates[at].next) {
    std::uint32_t refusals = 0;
    matcher.each_match(lexicon.slots_of(lexicon.chains[candidates[at].chain]), found, scanned, [&](Match match) {
      if (any && best <= match) return true;
      if (guarded && refused(lexicon, use, match)) return ++refusals == kMaxRefused;
      best = match;
      return any = true;
    });
  }
  return any;
}

void Reader::Scratch::settle(const Lexicon& lexicon, Reading& out) {
  Match emotion_at;
  for (const ProgramId program : programs)
    for (const Use& use : lexicon.uses[program]) {
      Match match;
      if (!first_match(lexicon, program, use, match)) continue;
      const Span span = original_span(out, match.begin, match.end);
      if (use.pattern != kNone) {
        out.hits.push_back({use.pattern, span});
        continue;
      }
      const int rank = rank_of(use.emotion), held = rank_of(out.emotion);
      // Of the strongest emotion the last words count; longer ones where they begin together.
      if (rank < held || (rank == held && match < emotion_at)) continue;
      out.emotion = use.emotion;
      out.emotion_span = span;
      emotion_at = match;
    }
  std::ranges::sort(out.hits, {}, &Hit::pattern);
}

Reader::Reader() : scratch_(std::make_unique<Scratch>()) {}
Reader::~Reader() = default;

void Reader::read(const Lexicon& lexicon, std::string_view text, core::Day day, Reading& out, bool tail_asked) {
  Scratch& s = *scratch_;
  out.hits.clear();
  out.mask.clear();
  out.emotion = Emotion::none;
  out.emotion_span = {};
  out.question = false;
  out.code_points = text::fold(text, out.folded, out.offset, s.classes);
  s.find_boundaries(out);
  s.numbers.clear();
  text::find_numbers(out.folded, s.classes, s.numbers);
  s.scan(lexicon, out);
  s.add_tokens(lexicon);
  s.add_edges();
  s.gather(lexicon);
  s.settle(lexicon, out);
  const Utterance utterance{s.scanned, s.numbers, s.cues, day, tail_asked};
  read_entities(utterance, lexicon, s.entities, out);
}

}  // namespace fenshen::signals
