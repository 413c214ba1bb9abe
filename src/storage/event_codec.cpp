#include "storage/event_codec.h"

namespace fenshen::storage {
namespace {

core::Result<conversation::EventBody> body_of(const EnvelopeView& envelope, const std::optional<crypto::DataKey>& key) {
  if (!key) return conversation::body_from_json(envelope.type, envelope.clear);
  TRY_ASSIGN(const std::string body, open_envelope(envelope, *key));
  return conversation::body_from_json(envelope.type, body);
}

}  // namespace

core::Result<conversation::Event> event_from_envelope(const EnvelopeView& envelope, const KeyLookup& lookup) {
  TRY_ASSIGN(const std::optional<crypto::DataKey> key, lookup(envelope.key));
  conversation::Event event{.id = std::string(envelope.event_id),
                            .seq = envelope.seq,
                            .recorded_at = envelope.recorded_at,
                            .occurred_at = envelope.occurred_at,
                            .actor = std::string(envelope.actor),
                            .body = {},
                            .erased = !key.has_value()};
  TRY_ASSIGN(event.body, body_of(envelope, key));
  return event;
}

core::Status decode_event(const EnvelopeView& envelope, const crypto::DataKey* key, std::string& plain, conversation::Event& event) {
  std::string_view body = envelope.clear;
  if (key != nullptr) {
    plain.clear();
    TRY(crypto::open_into(static_cast<crypto::Algorithm>(envelope.algorithm), *key, envelope.nonce, envelope.header, envelope.sealed, plain));
    body = plain;
  }
  event.id.assign(envelope.event_id);
  event.seq = envelope.seq;
  event.recorded_at = envelope.recorded_at;
  event.occurred_at = envelope.occurred_at;
  event.actor.assign(envelope.actor);
  event.erased = key == nullptr;
  return conversation::read_body_into(envelope.type, body, event.body);
}

}  // namespace fenshen::storage
