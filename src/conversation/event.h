// A conversation is an append-only sequence of events; all that Fenshen derives is a fold over it. Events are immutable
// and ordered by `seq` within their stream (1, 2, 3 … without gaps).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace fenshen::conversation {

// customer, rep, bot: people (and the bot) who speak; system: events of other systems; supervisor: listens, whispers.
enum class Speaker : std::uint8_t { customer, rep, bot, system, supervisor };
std::string_view to_string(Speaker speaker) noexcept;  // "customer", "rep", …
// Accepts the names above and "agent" (= rep), the word of foreign dialogue files.
core::Result<Speaker> parse_speaker(std::string_view text);

// Flat key-value data of business events, customers and metadata. Nested JSON is flattened with dots, list items with
// their index; numbers keep the decimal text as written, so no float enters the fold.
enum class FieldKind : std::uint8_t { text, number, boolean, null };
struct Field {
  std::string name;
  std::string value;
  FieldKind kind = FieldKind::text;
  friend bool operator==(const Field&, const Field&) = default;
};
using Fields = std::vector<Field>;
const std::string* find(const Fields& fields, std::string_view name) noexcept;  // value, nullptr if absent or null

struct ConversationStarted {
  std::string channel;  // voice, chat, wechat … (domain/channels.md codes)
  std::string lang;     // zh, en
  Fields customer;      // id, name, tier, risk, risk_valid_to, age … any subset
  Fields meta;          // process, team, direction …
};
struct ParticipantJoined { std::string participant; Speaker speaker = Speaker::rep; };
struct ParticipantLeft { std::string participant; Speaker speaker = Speaker::rep; };
struct Utterance {
  Speaker speaker = Speaker::customer;
  std::string text;
  std::string utterance_id;    // stable over revisions; empty = the event's id
  std::uint32_t revision = 0;  // a higher one replaces the text of the same utterance_id
  std::uint32_t track = 0;
  std::int64_t start_ms = -1, end_ms = -1;  // in the recording; -1 unknown
};
struct BusinessEvent { std::string name; Fields data; };       // domain/events.md
struct CustomerSnapshot { Fields customer; };                   // replaces what the start said
struct PackBound { std::string pack_hash; std::string engine; };
struct Tick {};                                                  // carries only its time
// An act is first proposed, then decided, then done or failed; only what is done counts as said. Between a decision
// `confirm` and what follows stands the person's confirmation.
struct ActProposed { std::string act; std::string kind; std::string text; std::string card; Fields data; };
enum class Decision : std::uint8_t { allowed, confirm, blocked };
std::string_view to_string(Decision decision) noexcept;
struct ActDecided {
  std::string act;
  Decision decision = Decision::allowed;
  std::vector<std::string> rules;  // that decided so
  bool allowed() const { return decision == Decision::allowed; }
};
struct ActConfirmed { std::string act; };
struct ActDone { std::string act; Fields data; };  // data: how it went (connected …)
struct ActFailed { std::string act; std::string reason; };
// What a rep did with a card: shown, used, edited, dismissed, rejected (not right, with a reason).
struct CardAction { std::string card; std::string action; std::string reason; std::string text; };
// switch (flow), done / skip / undo (step): by hand.
struct FlowAction { std::string action; std::string flow; std::string step; std::string reason; };
struct WrapupSaved { std::string json; };                        // the confirmed wrap-up, as in docs/formats/api.md
struct Typing { Speaker speaker = Speaker::customer; bool on = false; };
struct ConversationEnded { std::string by; std::string reason; };
// What earlier contacts of the same customer count, taken from the customer's stream: history.NAME in conditions.
struct HistorySnapshot { Fields history; };
// On a customer's stream (kind subject): what a limit that spans conversations counts. A reservation is made before the
// act it is for may happen; it counts until it is released, for good once it is committed.
struct LimitReserved { std::string reservation; Fields data; };  // data: kind, name, purpose, issue, to …
struct LimitCommitted { std::string reservation; Fields data; };
struct LimitReleased { std::string reservation; std::string reason; };
struct ContactRecorded { std::string conversation; Fields data; };  // direction, channel, issue

using EventBody = std::variant<ConversationStarted, ParticipantJoined, ParticipantLeft, Utterance, BusinessEvent,
                               CustomerSnapshot, PackBound, Tick, ActProposed, ActDecided, ActDone, ActFailed, CardAction,
                               FlowAction, WrapupSaved, Typing, ConversationEnded, ActConfirmed, HistorySnapshot, LimitReserved,
                               LimitCommitted, LimitReleased, ContactRecorded>;

struct Event {
  std::string id;                 // the sender's; unique within the stream; retries carry the same
  std::uint64_t seq = 0;          // the log's order, from 1; 0 = not yet appended
  core::Millis recorded_at = 0;   // the log's clock, non-decreasing within the stream: the time of the fold
  core::Millis occurred_at = 0;   // the sender's clock
  std::string actor;              // participant or system that caused it
  EventBody body;
  bool erased = false;            // the person was erased: the body keeps its type and clear fields, personal text is gone
};

// "conversation.started", "utterance", "business", "pack.bound", "act.proposed", "card.action" …
std::string_view type_name(const EventBody& body) noexcept;

// The body as JSON (docs/formats/event.md) and back; unknown members are ignored, a wrong or missing one is named.
std::string body_to_json(const EventBody& body);
core::Result<EventBody> body_from_json(std::string_view type, std::string_view json);
// The same into a body that may have held another: the text of an utterance goes where one was before.
core::Status read_body_into(std::string_view type, std::string_view json, EventBody& body);

// A turn in the sense of dialogue files and cards: an utterance (a done message act counts) or a business event.
bool is_turn(const EventBody& body) noexcept;

}  // namespace fenshen::conversation
