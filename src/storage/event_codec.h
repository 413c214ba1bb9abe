// Between an event and its envelope.
#pragma once

#include <functional>
#include <optional>

#include "conversation/event.h"
#include "core/result.h"
#include "storage/envelope.h"

namespace fenshen::storage {

// nullopt: the key was destroyed, the person is erased. An Error: the key cannot be had (broken store).
using KeyLookup = std::function<core::Result<std::optional<crypto::DataKey>>(const crypto::KeyId&)>;

// The event in an envelope. Of an erased person: `erased` set, the body of the same type without personal text.
core::Result<conversation::Event> event_from_envelope(const EnvelopeView& envelope, const KeyLookup& key);

// The same into an event that may have held another: its buffers are used again. `plain` is scratch.
core::Status decode_event(const EnvelopeView& envelope, const crypto::DataKey* key, std::string& plain, conversation::Event& event);

}  // namespace fenshen::storage
