// One normalisation (text/fold.h) and one scan per utterance: every reader takes its hits from here. Sentences end at
// 。！？；!?; line ends and a full stop before a blank, clauses also at commas (not those of 1,200). The lexicon is the compiled,
// immutable side (patterns of all rules, flows, leaves, announcements; products; emotions); a Reader holds the scratch
// of one thread and fills a Reading without allocating once its buffers have grown.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/library.h"
#include "core/result.h"
#include "core/time.h"

namespace fenshen::signals {

using PatternId = std::uint32_t;

// Half-open range of code points of the original text.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend auto operator<=>(const Span&, const Span&) = default;
};

struct Hit {
  PatternId pattern = 0;
  Span span;  // of the first (leftmost, then shortest; of a regular expression: the first to end) match that no guard refuses
};

enum class EntityType : std::uint8_t {
  amount,      // yuan or the currency named: plain decimal, "50000", "46.5"
  date,        // ISO 8601, relative ones resolved against the event's day
  card_tail,   // four digits
  card,        // 13–19 digits
  id_number,   // 15 or 18
  phone,
  number, percent,
  duration,    // "5d", "3m", "1y", "30min", "12h"
  currency,    // ISO 4217
  product,     // product code
};
std::string_view to_string(EntityType type) noexcept;
bool parse_entity_type(std::string_view text, EntityType& type) noexcept;

struct Entity {
  EntityType type = EntityType::number;
  Span span;
  std::string value;             // normalised
  std::uint16_t product = 0xFFFF;  // index into Library::products for EntityType::product
  std::uint8_t confidence = 100;   // of 100; a wrong check digit lowers it, never hides the entity
};

enum class Emotion : std::uint8_t { none, calm, dissatisfied, angry, anxious, sad };
std::string_view to_string(Emotion emotion) noexcept;

// What was read off one utterance.
struct Reading {
  std::vector<char32_t> folded;        // normalised code points that all stages read (blanks between Han dropped)
  std::vector<std::uint32_t> offset;   // folded index -> code point of the original; size folded+1
  std::vector<Hit> hits;               // by pattern id
  std::vector<Entity> entities;        // by begin
  std::vector<Span> mask;              // personal data, merged, by begin
  Emotion emotion = Emotion::none;
  Span emotion_span;
  bool question = false;               // ends as a question, or holds a question word
  bool asks_card_tail = false;         // names the tail of a card without giving it
  std::uint32_t code_points = 0;       // of the original
};

class Lexicon;

class LexiconBuilder {
 public:
  explicit LexiconBuilder(const content::Library& library);  // the library outlives the builder
  ~LexiconBuilder();
  // Equal requests get equal ids. Errors: unknown class, expansion above the limit (with its cost), class cycle.
  // unless / unless_before may be empty; `guards` is a bit set by content::Guard.
  core::Result<PatternId> add(std::string_view pattern, std::string_view unless = {}, std::string_view unless_before = {}, std::uint8_t guards = 0);
  // The same for a regular expression. Errors besides: it needs nothing that the scan could see (it would run over everything).
  core::Result<PatternId> add_regex(std::string_view regex, std::string_view unless = {}, std::string_view unless_before = {}, std::uint8_t guards = 0);
  // The mistakes of all phrase classes, used or not; where = file:line.
  std::vector<core::Error> check_classes();
  // After build the builder is empty.
  core::Result<std::shared_ptr<const Lexicon>> build();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::size_t pattern_count(const Lexicon& lexicon) noexcept;

class Reader {
 public:
  Reader();
  ~Reader();
  // `text` is valid UTF-8. `day` is the event's date in the pack's zone (relative dates). Emotion is read for every
  // speaker; the caller decides whose counts.
  // `tail_asked`: the other side's last utterance asked for a card tail (Reading::asks_card_tail), so four digits give it.
  void read(const Lexicon& lexicon, std::string_view text, core::Day day, Reading& out, bool tail_asked = false);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

// The text with personal data (Reading::mask) replaced: card and ID numbers keep the last four digits, the rest •.
std::string masked(std::string_view text, const Reading& reading);
// The same, added to `out`; `scratch` is kept by callers that must not allocate.
void append_masked(std::string& out, std::string_view text, const Reading& reading, std::u32string& scratch);

}  // namespace fenshen::signals
