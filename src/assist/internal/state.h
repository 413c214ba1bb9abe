// The derived state of one conversation, and the scratch of a thread. Shared by the parts of the fold: fold.cpp (order of
// the engines), cards.cpp (what is shown), governor.cpp (what interrupts), panels.cpp, wrapup.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assist/assist.h"
#include "assist/internal/compiled_pack.h"
#include "assist/verdict_fold.h"
#include "conversation/event.h"

namespace fenshen::assist {

using conversation::Speaker;
using signals::Span;

// Something marked in a turn's text, with why.
struct Mark {
  enum class Kind : std::uint8_t { knowledge, rule, step, entity, masked, emotion };
  Kind kind = Kind::entity;
  std::int32_t turn = 0;
  Span span;
  std::uint32_t item = 0;  // article, rule, step (flow << 8 | step), entity type, emotion
};

// A turn as far as it is needed later. Its words stand in State::words.
struct Turn {
  std::int32_t index = 0;
  std::uint64_t seq = 0;
  Speaker speaker = Speaker::system;
  std::uint32_t words_begin = 0, words_end = 0;  // bytes in State::words (masked text)
  signals::Emotion emotion = signals::Emotion::none;
  bool spoken = false;
};

// A rule that fired, for the compliance panel.
struct Fired {
  rules::RuleIndex rule = 0;
  std::int32_t turn = 0;
  std::uint64_t seq = 0;
  std::string card;
  std::string words;
  std::vector<std::uint16_t> missing;
};

constexpr std::uint32_t kNoArticle = 0xFFFFFFFF;

// A part of the state that is held by pointer and copied with it.
template <typename T>
class Cloned : public std::unique_ptr<T> {
 public:
  Cloned() = default;
  Cloned(std::unique_ptr<T> made) : std::unique_ptr<T>(std::move(made)) {}  // NOLINT: as the pointer itself
  Cloned(const Cloned& other) : std::unique_ptr<T>(other ? std::make_unique<T>(*other) : nullptr) {}
  Cloned(Cloned&&) noexcept = default;
  Cloned& operator=(const Cloned& other) {
    std::unique_ptr<T>::operator=(other ? std::make_unique<T>(*other) : nullptr);
    return *this;
  }
  Cloned& operator=(Cloned&&) noexcept = default;
};

// An act that was proposed and what the gate said. Blocked, done and failed ones stay a while, without their text, to
// answer who asks again.
struct Act {
  conversation::ActProposed proposed;
  std::uint64_t seq = 0;
  GateDecision decision;
  std::vector<rules::RuleIndex> confirmed;  // rules that were asked about and confirmed
  enum class State : std::uint8_t { proposed, waits, allowed, over } state = State::proposed;
};

// A rep took over from another.
struct Handover {
  std::int32_t turn = 0;
  std::string from, to;
};

struct LeafScore {
  std::uint32_t leaf = 0;
  std::int32_t points = 0;
  std::int32_t first_turn = 0;
};

// A card on the screen.
struct GivenCard {
  std::uint64_t id = 0;
  CardKind kind = CardKind::knowledge;
  std::uint32_t article = kNoArticle;
};

// A card that was not given, for the list «more».
struct HeldCard {
  enum class Why : std::uint8_t { repeated, busy, recent } why = Why::repeated;
  CardKind kind = CardKind::knowledge;
  std::uint32_t index = 0;  // article, rule or announcement
  std::int32_t turn = 0;
  std::uint64_t seq = 0;
};

// What the governor remembers (governor.cpp).
struct Attention {
  std::optional<core::Millis> primary_at;  // of the last primary card
  std::optional<core::Millis> typing_at;   // the rep has typed or spoken since then
  std::array<AttentionCounts, kCardKinds> counts{};
  std::vector<GivenCard> given;
  std::vector<HeldCard> more;              // newest last
  std::vector<std::uint32_t> used_articles;
};

struct State {
  State(std::string conversation_id, std::shared_ptr<const CompiledPack> compiled);

  std::string conversation;
  std::shared_ptr<const CompiledPack> pack;
  signals::Context context;
  Circumstances circumstances;
  Cloned<rules::RuleState> rules;
  Cloned<flow::FlowState> flows;

  bool english = false;
  std::string channel;
  std::string lang;
  conversation::Fields customer;
  int idv_level = 0;
  bool started = false, ended = false, saved = false;
  bool rep_asks_tail = false, customer_asks_tail = false;  // by their last utterance

  std::int32_t turn = -1;         // index of the last turn
  std::int32_t next_turn = 0;
  std::uint32_t speech_turns = 0; // 话轮
  std::optional<Speaker> last_speaker;
  std::vector<Turn> turns;
  std::string words;              // masked texts of the turns, one after the other
  std::vector<Mark> marks;
  std::vector<Act> acts;
  std::vector<std::pair<std::string, std::string>> internal_cards;  // (card, article) of cards that must not leave

  Attention attention;
  std::vector<std::int32_t> shown_turn;    // by article: the turn it was last shown at, -1 never
  std::vector<bool> announced;             // by announcement
  std::vector<Fired> fired;
  std::vector<std::pair<std::int32_t, std::uint32_t>> topics;  // (turn, article) of rank-1 cards
  std::vector<LeafScore> leaves;  // in order of their first sign
  std::vector<std::pair<std::int32_t, std::string>> business;  // (turn, event name)
  std::vector<std::pair<std::string, std::string>> references; // ticket_no, complaint_no … from events

  std::string rep;                  // who serves now
  std::vector<Handover> handovers;

  // Of the last utterance, for the SIG line.
  std::string signals_line;
  bool keep_signals = false;

  const content::Library& library() const { return *pack->library; }
  std::string_view words_of(const Turn& turn_) const { return std::string_view(words).substr(turn_.words_begin, turn_.words_end - turn_.words_begin); }
  const Turn* find_turn(std::int32_t index) const;
  const Turn* find_seq(std::uint64_t seq) const;
};

struct FoldScratch::Impl {
  signals::Reader reader;
  signals::Reading reading;
  signals::ConditionSet::Scratch conditions;
  std::vector<signals::Truth> truths, more_truths;
  std::vector<signals::Happening> happenings;
  std::vector<flow::FlowChange> changes;
  std::vector<rules::Verdict> verdicts;
  knowledge::Index::Scratch search;
  std::vector<knowledge::Match> matches, cued;
  std::u32string code_points;
  // Called at the end of each stage of the fold, for `bench fold`; null otherwise.
  void (*probe)(void* context, Stage stage) = nullptr;
  void* probe_context = nullptr;
  void passed(Stage stage) const {
    if (probe != nullptr) probe(probe_context, stage);
  }
};

// Everything at hand while one event is folded.
struct Moment {
  State& state;
  FoldScratch::Impl& scratch;
  FoldResult& out;
  const conversation::Event& event;
  core::Millis at = 0;
  core::Day day = 0;
  bool silent = false;
  std::uint32_t ordinal = 0;  // of cards of this event
  std::vector<FoldVerdict>* verdicts = nullptr;  // set: verdicts instead of cards (verdict_fold.h)
  const Handover* handed_over = nullptr;  // while the newcomer is shown where the conversation stands
};

// fold.cpp: one event, with verdicts instead of cards (verdict_fold.h).
void fold_verdicts(State& state, const conversation::Event& event, FoldScratch::Impl& scratch, FoldResult& out, std::vector<FoldVerdict>& verdicts);

// cards.cpp: each appends one card (nothing when silent).
struct CardDraft;
void show_knowledge(Moment& moment, std::span<const knowledge::Match> matches, bool primary);
void show_verdict(Moment& moment, const rules::Verdict& verdict);
void show_step(Moment& moment, const flow::FlowChange& change);
void show_standing(Moment& moment, const Handover& handover);
void show_announcement(Moment& moment, std::uint32_t announcement);
void show_wrapup(Moment& moment);

// governor.cpp
// What knowledge to offer for the utterance just read: at most three matches that are certain enough and not shown lately.
void choose_knowledge(Moment& moment, Speaker speaker);
// The rep types or speaks: nothing but violations and fraud draws attention.
bool is_busy(const State& state, core::Millis at);
// Whether a card that nobody asked for may interrupt now.
std::optional<HeldCard::Why> why_not_now(const State& state, core::Millis at);
// An article that is on the desk already, unless it was used a while ago.
bool is_repeated(const State& state, std::uint32_t article);
// `primary_at`: when it drew attention: for a deadline when it fell due, not when an event found it due.
void give(Moment& moment, const GivenCard& card, std::optional<core::Millis> primary_at);
void hold(Moment& moment, CardKind kind, std::uint32_t index, HeldCard::Why why);
void take_action(State& state, const conversation::CardAction& action);

void show_block(Moment& moment, const Act& act);

// fold.cpp: folds the act in moment.event as if it was done now: its words are said, its product is shown.
void fold_act(Moment& moment, std::span<const rules::RuleIndex> excused = {});

// gate.cpp
// Decides on an act on a copy of the state, as if it was done at the time of `event`, which tells the proposal.
// (seq and body). What was `confirmed` is not asked about again.
GateDecision decide(const State& state, const conversation::Event& event, std::span<const rules::RuleIndex> confirmed, FoldScratch::Impl& scratch);
// The act with what conditions may ask of it beside its own data: local_hour … of a contact, internal of a text.
conversation::ActProposed completed(const State& state, conversation::ActProposed act, core::Millis at);
// The rules that asked for a confirmation.
std::vector<rules::RuleIndex> rules_of(const State& state, const GateDecision& decision);
// Rules that decide on acts: what has no words was decided when it was proposed.
std::vector<rules::RuleIndex> gate_rules(const State& state);

// cards.cpp
// Text waits for the gate; what is spoken is heard as it is said and can only be detected.
bool is_text_channel(std::string_view channel);

// wrapup.cpp
struct WrapupType { std::uint32_t leaf = 0; std::int32_t permille = 0; };
struct WrapupSentence { std::string_view label; std::string text; std::vector<std::int32_t> turns; };
struct WrapupField { std::string name; std::string label; std::string value; std::int32_t turn = -1; bool uncertain = false; std::string shown; };
struct Wrapup {
  std::vector<WrapupType> types;
  std::vector<std::string> process;
  std::vector<WrapupSentence> summary;
  std::vector<WrapupField> fields;
  std::string outcome;
};
Wrapup draft_wrapup(const State& state);

// Bytes of a code point range of UTF-8 text.
std::string_view cut(std::string_view text, Span span);

}  // namespace fenshen::assist
