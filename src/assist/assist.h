// The fold: event in, cards out. One conversation = one Assist; it owns the conversation's whole derived state, is pure
// (no clock, I/O, threads, randomness) and gives byte-identical cards live and in any replay with the same compiled packs.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/library.h"
#include "conversation/event.h"
#include "core/result.h"
#include "core/time.h"

namespace fenshen::assist {

// Changes whenever a fold of the same events and packs may give other bytes.
inline constexpr std::string_view kEngineVersion = "2";

class CompiledPack;

// Compiles everything that the fold reads. All mistakes are returned at once (Error.where = file:line).
struct CompileOutcome {
  std::shared_ptr<const CompiledPack> pack;  // null if there were errors
  std::vector<core::Error> errors;
};
CompileOutcome compile(std::shared_ptr<const content::Library> library);
const content::Library& library_of(const CompiledPack& pack);
const std::string& hash_of(const CompiledPack& pack);

enum class CardKind : std::uint8_t { knowledge, reply, step, prompt, violation, emotion, fraud, need, announcement, wrapup };
std::string_view to_string(CardKind kind) noexcept;

inline constexpr std::size_t kCardKinds = 10;

// What the rep's attention was asked for, of one kind of card, and what became of it.
struct AttentionCounts {
  std::uint32_t shown = 0, used = 0, edited = 0, dismissed = 0, rejected = 0, suppressed = 0;
};

struct CardSource {
  std::string item, title, clause, from, to;  // from/to ISO dates, empty = open
};

struct Card {
  std::string id;        // 16 hex digits: hash(conversation, causing seq, item, ordinal)
  CardKind kind = CardKind::knowledge;
  std::string item;      // content id
  std::string version;
  std::int32_t turn = 0; // index of the turn at which it appears
  std::uint64_t seq = 0; // causing event
  core::Millis at = 0;   // fold time: the event's, or when a deadline fell due
  std::string json;      // the line of contracts.md §3, without line end: what is shown, compared and stored
};

// What one event gave: the new cards, and whether the panels changed.
struct FoldResult {
  std::vector<Card> cards;
  bool panels_changed = false;
};

// The stages of a fold, for measurements.
enum class Stage : std::uint8_t { signals, classify, flow, rules, knowledge, assist };

// What lists show of a conversation.
struct Glance {
  int owed = 0;                          // obligations that wait
  std::string_view emotion = "none";     // the customer's last
  std::string_view flow;                 // code of the active flow; lives in the library
  std::array<AttentionCounts, kCardKinds> attention{};  // by CardKind
};

// What the gate says of an act: the decision, the rules that made it, and every rule that the act would break as JSON
// (docs/formats/api.md, Decision.findings).
struct GateDecision {
  conversation::Decision decision = conversation::Decision::allowed;
  std::vector<std::string> rules;
  std::string findings = "[]";
};

// A reader's scratch, one per thread, reusable for any conversation of the same or another pack.
class FoldScratch {
 public:
  FoldScratch();
  ~FoldScratch();
  // `probe` is called when a stage of an event is over; what comes first in an event belongs to the stage that ends it.
  void set_probe(void (*probe)(void* context, Stage stage), void* context);
  struct Impl;
  std::unique_ptr<Impl> impl;
};

class Assist {
 public:
  Assist(std::string conversation, std::shared_ptr<const CompiledPack> pack);
  ~Assist();
  Assist(Assist&&) noexcept;
  Assist& operator=(Assist&&) noexcept;

  // Folds the next event (seq ascending). Deadlines that fall due at or before its recorded_at fire first. With `silent`
  // no cards are made. Two things need more than one event and are the caller's business (replayer.h): a pack.bound of
  // another hash, and a revised utterance (revision > 0), which this fold passes over.
  void fold(const conversation::Event& event, FoldScratch& scratch, FoldResult& out, bool silent = false);

  // What desks have seen so far, which a change of content does not undo: violations told, articles and announcements
  // shown, what was done with cards. `restore` follows a silent fold of the same events with other content: what that
  // found and nobody saw is forgotten, what was seen stands, as far as the new content still has it.
  struct Seen;
  std::shared_ptr<const Seen> seen() const;
  void restore(const Seen& seen);

  // The gate: what folding the proposal decided; null for acts that were never proposed, or long ago.
  const GateDecision* decision(std::string_view act) const;
  // What it would decide now: not binding, nothing changes.
  GateDecision check(const conversation::ActProposed& act, core::Millis at, FoldScratch& scratch) const;

  // The index that the next turn gets (default: the one after the last). Dialogue files count turns that are skipped.
  void next_turn(std::int32_t index);

  // What was read off the last utterance folded, as a line {"conversation","turn","emotion","entities","masked"}; only after
  // keep_signals(), because writing it costs.
  void keep_signals();
  const std::string& signals_json() const;

  // The next time deadline (for the server's tick), nullopt if none.
  std::optional<core::Millis> next_due() const;

  // The desk's panels as JSON (docs/formats/api.md "panels"): flow, compliance, customer, wrap-up draft, emotion.
  std::string panels_json() const;
  // Marks of one utterance (spans with why), by turn: docs/formats/api.md "marks".
  std::string marks_json(std::int32_t turn) const;
  Glance glance() const;
  std::int32_t turn_count() const;
  bool ended() const;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace fenshen::assist
