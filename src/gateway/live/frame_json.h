// Events and frames as desks receive them (docs/formats/api.md).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assist/replayer.h"
#include "conversation/dialogue.h"
#include "conversation/event.h"

namespace fenshen::gateway {

std::string event_json(const conversation::Event& event);
// `ms` from the arrival of the event to the card; nullopt in a refold.
std::string frame_json(const assist::Frame& frame, std::optional<double> ms);

class Masker;
using FrameText = std::shared_ptr<const std::string>;
// {"op":"frames","conversation":…,"items":[…]}
// `masker`: for desks that may not read personal data. `again`: what came before is void.
std::string frames_message(std::string_view conversation, std::span<const FrameText> frames, const Masker* masker = nullptr, bool again = false);

// A dialogue as samples are shown, edited and kept (docs/formats/api.md, "Samples"); parse_dialogue reads it back.
std::string dialogue_json(const conversation::Dialogue& dialogue);

}  // namespace fenshen::gateway
