// The words of the condition language that both its reader and its writer know.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "content/condition.h"
#include "conversation/event.h"

namespace fenshen::content {

constexpr std::uint8_t speaker_bit(conversation::Speaker speaker) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(speaker));
}

struct SpeakerName {
  std::string_view name;
  std::uint8_t bits;
};
// `anyone` last: it is the others together.
inline constexpr std::array kSpeakers = {
    SpeakerName{"rep", speaker_bit(conversation::Speaker::rep)},
    SpeakerName{"customer", speaker_bit(conversation::Speaker::customer)},
    SpeakerName{"bot", speaker_bit(conversation::Speaker::bot)},
    SpeakerName{"anyone", static_cast<std::uint8_t>(speaker_bit(conversation::Speaker::rep) | speaker_bit(conversation::Speaker::customer) |
                                                   speaker_bit(conversation::Speaker::bot))},
};

struct OperatorName {
  std::string_view text;
  Comparison op;
};
inline constexpr std::array kOperators = {
    OperatorName{"==", Comparison::equal},  OperatorName{"!=", Comparison::not_equal},
    OperatorName{"<", Comparison::less},    OperatorName{"<=", Comparison::less_equal},
    OperatorName{">", Comparison::greater}, OperatorName{">=", Comparison::greater_equal},
};

}  // namespace fenshen::content
