// Every step from every state by every kind of person: only the way of approval.h is open.
#include "gateway/live/approval.h"

#include <gtest/gtest.h>

#include <map>

namespace fenshen::gateway {
namespace {

using core::Code;
using storage::ContentDraft;

ContentDraft in(std::string state) {
  ContentDraft draft;
  draft.kind = "rule";
  draft.item = "A";
  draft.state = std::move(state);
  draft.editors = {"writer", "helper"};
  return draft;
}

TEST(Approval, OnlyTheseStepsFromTheseStates) {
  const std::map<DraftStep, std::pair<std::string, std::string>> way = {
      {DraftStep::save, {"draft", "draft"}},         {DraftStep::drop, {"draft", "withdrawn"}},      {DraftStep::submit, {"draft", "submitted"}},
      {DraftStep::withdraw, {"submitted", "draft"}}, {DraftStep::approve, {"submitted", "approved"}}, {DraftStep::reject, {"submitted", "rejected"}}};
  for (const auto& [which, ends] : way) {
    for (const char* state : {"draft", "submitted", "approved", "rejected", "withdrawn"}) {
      const auto after = step(in(state), which, "second", "why", 7);
      EXPECT_EQ(after.has_value(), ends.first == state) << audit_name(which) << " from " << state;
      if (after) EXPECT_EQ(after->state, ends.second);
      else EXPECT_EQ(after.error().code, Code::conflict);
    }
  }
}

TEST(Approval, FourEyes) {
  for (const DraftStep which : {DraftStep::approve, DraftStep::reject}) {
    for (const char* who : {"writer", "helper"}) EXPECT_EQ(step(in("submitted"), which, who, "why", 7).error().code, Code::forbidden) << who;
    const auto decided = step(in("submitted"), which, "second", "why", 7);
    ASSERT_TRUE(decided.has_value());
    EXPECT_EQ(decided->reviewer, "second");
    EXPECT_EQ(decided->review, "why");
    EXPECT_EQ(decided->decided_at, 7);
  }
  // Who lends a hand before the submission has written, too.
  const auto saved = step(in("draft"), DraftStep::save, "second", "", 1);
  const auto submitted = step(*saved, DraftStep::submit, "writer", "why", 2);
  EXPECT_EQ(submitted->editors, (std::vector<std::string>{"helper", "second", "writer"}));
  EXPECT_EQ(step(*submitted, DraftStep::approve, "second", "", 3).error().code, Code::forbidden);
}

TEST(Approval, WordsWhereSomebodyHasToUnderstand) {
  EXPECT_EQ(step(in("draft"), DraftStep::submit, "writer", "", 1).error().code, Code::invalid);
  EXPECT_EQ(step(in("submitted"), DraftStep::reject, "second", "", 1).error().code, Code::invalid);
  EXPECT_TRUE(step(in("submitted"), DraftStep::approve, "second", "", 1).has_value());
  ContentDraft commented = in("draft");
  commented.comment = "said before";
  EXPECT_TRUE(step(commented, DraftStep::submit, "writer", "", 1).has_value());
}

}  // namespace
}  // namespace fenshen::gateway
