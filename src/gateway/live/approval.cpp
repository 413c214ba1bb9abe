#include "gateway/live/approval.h"

#include <algorithm>

namespace fenshen::gateway {
namespace {

using core::Code;
using core::fail;
using storage::ContentDraft;

core::Status in_state(const ContentDraft& draft, std::string_view state) {
  if (draft.state == state) return {};
  return fail(Code::conflict, "the draft is " + draft.state + ", not " + std::string(state), "state");
}

// Whoever writes last stands last.
void note_editor(ContentDraft& draft, std::string_view account) {
  std::erase(draft.editors, account);
  draft.editors.emplace_back(account);
}

core::Result<ContentDraft> decide(ContentDraft draft, std::string_view state, std::string_view account, std::string_view words, core::Millis now) {
  TRY(in_state(draft, "submitted"));
  if (wrote(draft, account)) return fail(Code::forbidden, "who wrote a draft does not decide on it: a second person has to", "reviewer");
  draft.state = state;
  draft.reviewer = account;
  draft.review = words;
  draft.decided_at = now;
  return draft;
}

}  // namespace

bool is_open(const ContentDraft& draft) noexcept { return draft.state == "draft" || draft.state == "submitted"; }

bool wrote(const ContentDraft& draft, std::string_view account) noexcept { return std::ranges::find(draft.editors, account) != draft.editors.end(); }

core::Result<ContentDraft> step(ContentDraft draft, DraftStep step, std::string_view account, std::string_view words, core::Millis now) {
  switch (step) {
    case DraftStep::save:
      TRY(in_state(draft, "draft"));
      note_editor(draft, account);
      if (!words.empty()) draft.comment = words;
      return draft;
    case DraftStep::drop:
      TRY(in_state(draft, "draft"));
      draft.state = "withdrawn";
      draft.decided_at = now;
      return draft;
    case DraftStep::submit:
      TRY(in_state(draft, "draft"));
      if (!words.empty()) draft.comment = words;
      if (draft.comment.empty()) return fail(Code::invalid, "say what was changed and why", "comment");
      note_editor(draft, account);
      draft.state = "submitted";
      draft.submitted_at = now;
      return draft;
    case DraftStep::withdraw:
      TRY(in_state(draft, "submitted"));
      draft.state = "draft";
      draft.submitted_at = 0;
      return draft;
    case DraftStep::approve: return decide(std::move(draft), "approved", account, words, now);
    case DraftStep::reject:
      if (words.empty()) return fail(Code::invalid, "say why", "comment");
      return decide(std::move(draft), "rejected", account, words, now);
  }
  return fail(Code::invalid, "no such step", "step");
}

std::string_view audit_name(DraftStep step) noexcept {
  switch (step) {
    case DraftStep::save: return "content.draft";
    case DraftStep::drop: return "content.drop";
    case DraftStep::submit: return "content.submit";
    case DraftStep::withdraw: return "content.withdraw";
    case DraftStep::approve: return "content.approve";
    case DraftStep::reject: return "content.reject";
  }
  return "content.draft";
}

}  // namespace fenshen::gateway
