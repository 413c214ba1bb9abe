// What a customer's stream counts, at the edges of days, windows and years.
#include "gateway/live/subject_history.h"

#include <gtest/gtest.h>

#include "core/time.h"

namespace fenshen::gateway {
namespace {

namespace cv = conversation;

core::Millis at(std::string_view time) { return core::parse_instant(time).value(); }

cv::Event event(std::string_view time, cv::EventBody body) {
  cv::Event made;
  made.recorded_at = at(time);
  made.body = std::move(body);
  return made;
}
cv::Event reserved(std::string_view time, const std::string& conversation, cv::Fields more) {
  cv::Fields data{{"conversation", conversation, cv::FieldKind::text}, {"act", "a", cv::FieldKind::text}};
  data.insert(data.end(), more.begin(), more.end());
  return event(time, cv::LimitReserved{SubjectHistory::reservation_of(conversation, "a"), data});
}
cv::Event call(std::string_view time, const std::string& conversation, std::string to = "1") {
  return reserved(time, conversation, {{"kind", "contact", cv::FieldKind::text}, {"to", std::move(to), cv::FieldKind::text}});
}
cv::Event committed(const std::string& conversation, std::string connected) {
  return event("2026-11-20T12:00:00+08:00", cv::LimitCommitted{SubjectHistory::reservation_of(conversation, "a"), {{"connected", std::move(connected), cv::FieldKind::boolean}}});
}
cv::Event released(const std::string& conversation) {
  return event("2026-11-20T12:00:00+08:00", cv::LimitReleased{SubjectHistory::reservation_of(conversation, "a"), "timeout"});
}

int count(const SubjectHistory& history, std::string_view name, SubjectHistory::Question question = {}) {
  if (question.at == 0) question.at = at("2026-11-20T15:00:00+08:00");
  if (question.to.empty()) question.to = "1";
  const cv::Fields counts = history.counts(question);
  const std::string* value = cv::find(counts, name);
  return value == nullptr ? -1 : std::stoi(*value);
}

TEST(SubjectHistory, CountsFromTheReservationUntilTheRelease) {
  SubjectHistory history;
  history.take(call("2026-11-20T10:00:00+08:00", "c1"));
  EXPECT_EQ(count(history, "calls_today"), 1);
  EXPECT_EQ(count(history, "connected_today"), 1) << "it may yet be answered";
  ASSERT_EQ(history.pending().size(), 1u);
  EXPECT_EQ(history.pending().front().conversation, "c1");
  history.take(released("c1"));
  EXPECT_EQ(count(history, "calls_today"), 0);
  EXPECT_TRUE(history.pending().empty());
  history.take(committed("c1", "true"));
  EXPECT_EQ(count(history, "calls_today"), 0) << "what was released does not come back";
}

TEST(SubjectHistory, TellsAnsweredFromUnanswered) {
  SubjectHistory history;
  for (const char* id : {"c1", "c2", "c3"}) history.take(call("2026-11-20T10:00:00+08:00", id));
  history.take(call("2026-11-20T10:00:00+08:00", "c4", "2"));
  history.take(committed("c1", "true"));
  history.take(committed("c2", "false"));
  history.take(committed("c4", "false"));
  history.take(committed("c2", "true"));
  EXPECT_EQ(count(history, "calls_today"), 4);
  EXPECT_EQ(count(history, "number_today"), 3);
  EXPECT_EQ(count(history, "connected_today"), 2);
  EXPECT_EQ(count(history, "unanswered_today"), 1) << "of this number";
  history.take(call("2026-11-20T11:00:00+08:00", "c1"));
  EXPECT_EQ(count(history, "calls_today"), 4) << "the same reservation twice is one";
}

TEST(SubjectHistory, ADayIsADayWhereTheHouseIs) {
  SubjectHistory history;
  history.take(call("2026-11-19T23:59:59.999+08:00", "c1"));
  history.take(call("2026-11-20T00:00:00+08:00", "c2"));
  EXPECT_EQ(count(history, "calls_today"), 1);
  EXPECT_EQ(count(history, "calls_today", {.at = at("2026-11-20T07:00:00+08:00"), .offset_minutes = 0}), 2);
  EXPECT_EQ(count(history, "calls_today", {.at = at("2026-11-21T00:00:00+08:00")}), 0);
}

TEST(SubjectHistory, ContactsOfDaysAndIssues) {
  SubjectHistory history;
  const auto contact = [&](std::string_view time, std::string id, std::string issue) {
    history.take(event(time, cv::ContactRecorded{std::move(id), {{"issue", std::move(issue), cv::FieldKind::text}}}));
  };
  contact("2026-10-21T14:59:59+08:00", "c0", "卡");
  contact("2026-10-21T15:00:01+08:00", "c1", "卡");
  contact("2026-11-13T15:00:00+08:00", "c2", "卡");
  contact("2026-11-13T15:00:01+08:00", "c3", "卡");
  contact("2026-11-20T14:00:00+08:00", "c4", "贷款");
  contact("2026-11-20T15:00:00+08:00", "now", "卡");
  // The call that opened c4 is the same contact.
  history.take(call("2026-11-20T14:00:00+08:00", "c4"));
  SubjectHistory::Question ask{.conversation = "now", .issue = "卡"};
  EXPECT_EQ(count(history, "contacts_7d", ask), 2);
  EXPECT_EQ(count(history, "contacts_30d", ask), 4);
  EXPECT_EQ(count(history, "issue_contacts_7d", ask), 1);
  EXPECT_EQ(count(history, "issue_contacts_30d", ask), 3);
  EXPECT_EQ(count(history, "issue_contacts_7d", {.conversation = "now"}), -1) << "nobody asked about an issue";
  EXPECT_TRUE(history.knows_contact("c4"));
  EXPECT_FALSE(history.knows_contact("c9"));
}

TEST(SubjectHistory, TransfersOfTheCalendarYear) {
  SubjectHistory history;
  const auto transfer = [&](std::string_view time, std::string id, std::string name, std::string amount) {
    history.take(reserved(time, id, {{"kind", "connector", cv::FieldKind::text}, {"name", std::move(name), cv::FieldKind::text}, {"amount", std::move(amount), cv::FieldKind::text}}));
  };
  transfer("2025-12-31T23:59:59+08:00", "t0", "transfer.abroad", "40000");
  transfer("2026-01-01T00:00:00+08:00", "t1", "transfer.abroad", "20000.75");
  transfer("2026-11-20T09:00:00+08:00", "t2", "transfer.abroad", "5000");
  transfer("2026-11-20T09:30:00+08:00", "t3", "card.freeze", "");
  EXPECT_EQ(count(history, "transfers_year"), 2);
  EXPECT_EQ(count(history, "transfers_year_amount"), 25'000);
  EXPECT_EQ(count(history, "same_today", {.kind = "connector", .name = "transfer.abroad"}), 1);
  EXPECT_EQ(count(history, "calls_today"), 0);
  EXPECT_EQ(count(history, "contacts_30d"), 0);
}

}  // namespace
}  // namespace fenshen::gateway
