// A customer's own stream, folded: the acts and contacts that limits across conversations count. Pure; the shard that
// owns the customer holds it, reads it from the log and appends to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/event.h"
#include "core/time.h"

namespace fenshen::gateway {

class SubjectHistory {
 public:
  // Who asks, at what time and in what calendar.
  struct Question {
    std::string conversation;  // is not counted among its own earlier contacts
    std::string kind, name, issue, to;  // of the act: contact, connector; name of the connector
    core::Millis at = 0;
    int offset_minutes = 480;
  };
  // One event of the stream. Others than those of limits and contacts change nothing.
  void take(const conversation::Event& event);

  // What earlier contacts of this customer count (docs/gate.md): for history.NAME in conditions. A reservation counts from
  // when it is made; a released one not at all.
  conversation::Fields counts(const Question& question) const;

  // Reservations of which nobody has told how they went: (conversation, act).
  struct Reservation {
    std::string conversation, act;
  };
  std::vector<Reservation> pending() const;
  bool knows_contact(std::string_view conversation) const;

  // As in the stream's events.
  static std::string reservation_of(std::string_view conversation, std::string_view act);

 private:
  enum class State : std::uint8_t { pending, counted, released };
  struct Entry {
    std::string id;  // of the reservation; empty: a contact that came in
    std::string conversation, act, kind, name, issue, to, connected;
    std::int64_t amount = 0;  // whole units
    core::Millis at = 0;
    State state = State::pending;
  };
  void add(Entry entry);
  Entry* find(std::string_view id);

  std::vector<Entry> entries_;  // in order of the stream
};

}  // namespace fenshen::gateway
