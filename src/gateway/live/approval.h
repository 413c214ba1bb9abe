// A draft's way to approval: draft -> submitted -> approved or rejected, with four eyes. Pure: who did what is passed in.
#pragma once

#include <string_view>

#include "core/result.h"
#include "storage/records.h"

namespace fenshen::gateway {

enum class DraftStep : std::uint8_t { save, drop, submit, withdraw, approve, reject };

constexpr std::string_view kAloneSetting = "content.publish_alone";

bool is_open(const storage::ContentDraft& draft) noexcept;
bool wrote(const storage::ContentDraft& draft, std::string_view account) noexcept;

// The draft after the step, not stored. `words` are the comment of the editor or of the reviewer.
// Errors: conflict: the draft is not in the state for it; forbidden (four eyes): who wrote a draft does not decide on it;
// invalid: a submission without a word why, a rejection without a reason.
core::Result<storage::ContentDraft> step(storage::ContentDraft draft, DraftStep step, std::string_view account, std::string_view words, core::Millis now);

std::string_view audit_name(DraftStep step) noexcept;  // "content.submit" …

}  // namespace fenshen::gateway
