// What of an event is personal. The clear part of an envelope is the body with everything taken out that a person said,
// wrote or is: readable without a key, and all that is left once the person is erased.
#pragma once

#include "conversation/event.h"
#include "core/result.h"

namespace fenshen::storage {

// Same type, personal text and values emptied; acts, cards, flows, rules and packs keep their ids.
conversation::EventBody without_personal(const conversation::EventBody& body);

constexpr std::size_t kIdBytesMax = 256;               // event id, actor, stream, tenant, person
constexpr std::size_t kEventBytesMax = 1u << 20;       // the body as JSON

// Refuses what must not enter the log. invalid: no id, NUL or broken UTF-8 anywhere, a body that would not read back;
// too_large. `where` names the event. On success: the body as JSON.
core::Result<std::string> checked_body(const conversation::Event& event);

// An id of a stream, tenant or person: 1 to 256 bytes of clean UTF-8.
core::Status check_id(std::string_view id, std::string_view what);

}  // namespace fenshen::storage
