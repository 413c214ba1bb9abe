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

}  // namespace fenshen::storage
