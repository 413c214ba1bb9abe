#include "gateway/live/subject_history.h"

#include <algorithm>
#include <charconv>

namespace fenshen::gateway {
namespace {

namespace cv = conversation;

constexpr core::Millis kDay = 24LL * 60 * 60 * 1000;
constexpr std::size_t kEntriesKept = 20'000;  // of one customer; then those over two years old go
constexpr core::Millis kKept = 2 * 366 * kDay;

std::string text_of(const cv::Fields& fields, std::string_view name) {
  const std::string* value = cv::find(fields, name);
  return value == nullptr ? std::string() : *value;
}

std::int64_t whole_units(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void put(cv::Fields& out, std::string_view name, std::int64_t count) { out.push_back({std::string(name), std::to_string(count), cv::FieldKind::number}); }

}  // namespace

std::string SubjectHistory::reservation_of(std::string_view conversation, std::string_view act) {
  return std::string(conversation).append("/").append(act);
}

void SubjectHistory::add(Entry entry) {
  if (entries_.size() >= kEntriesKept) std::erase_if(entries_, [&](const Entry& one) { return one.at < entry.at - kKept; });
  entries_.push_back(std::move(entry));
}

SubjectHistory::Entry* SubjectHistory::find(std::string_view id) {
  const auto found = std::ranges::find(entries_, id, &Entry::id);
  return found == entries_.end() ? nullptr : &*found;
}

void SubjectHistory::take(const cv::Event& event) {
  if (const auto* reserved = std::get_if<cv::LimitReserved>(&event.body)) {
    if (find(reserved->reservation) != nullptr) return;
    const cv::Fields& data = reserved->data;
    Entry entry;
    entry.id = reserved->reservation;
    entry.conversation = text_of(data, "conversation");
    entry.act = text_of(data, "act");
    entry.kind = text_of(data, "kind");
    entry.name = text_of(data, "name");
    entry.issue = text_of(data, "issue");
    entry.to = text_of(data, "to");
    entry.amount = whole_units(text_of(data, "amount"));
    entry.at = event.recorded_at;
    add(std::move(entry));
  } else if (const auto* committed = std::get_if<cv::LimitCommitted>(&event.body)) {
    if (Entry* entry = find(committed->reservation); entry != nullptr && entry->state == State::pending) {
      entry->state = State::counted;
      entry->connected = text_of(committed->data, "connected");
    }
  } else if (const auto* released = std::get_if<cv::LimitReleased>(&event.body)) {
    if (Entry* entry = find(released->reservation); entry != nullptr && entry->state == State::pending) entry->state = State::released;
  } else if (const auto* contact = std::get_if<cv::ContactRecorded>(&event.body)) {
    Entry entry;
    entry.conversation = contact->conversation;
    entry.kind = text_of(contact->data, "direction") == "out" ? "call" : "inbound";
    entry.issue = text_of(contact->data, "issue");
    entry.at = event.recorded_at;
    entry.state = State::counted;
    add(std::move(entry));
  }
}

cv::Fields SubjectHistory::counts(const Question& ask) const {
  const core::Day today = core::day_of(ask.at, ask.offset_minutes);
  const int year = core::to_date(today).year;
  std::int64_t calls_today = 0, number_today = 0, unanswered_today = 0, connected_today = 0, same_today = 0;
  std::int64_t contacts_7d = 0, contacts_30d = 0, issue_7d = 0, issue_30d = 0, transfers_year = 0, transfers_amount = 0;
  std::vector<std::string_view> seen;  // conversations already counted as a contact
  for (const Entry& one : entries_) {
    if (one.state == State::released) continue;
    const core::Day day = core::day_of(one.at, ask.offset_minutes);
    const bool act = one.kind == "contact" || one.kind == "connector";
    if (act && one.kind == ask.kind && one.name == ask.name && day == today) ++same_today;
    if (one.kind == "contact" && day == today) {
      ++calls_today;
      if (one.to == ask.to) ++number_today;
      if (one.connected != "false") ++connected_today;  // what nobody has told about may yet be answered
      if (one.connected == "false" && one.to == ask.to) ++unanswered_today;
    }
    if (one.kind == "connector") {
      if (one.name.starts_with("transfer") && core::to_date(day).year == year) {
        ++transfers_year;
        transfers_amount += one.amount;
      }
      continue;
    }
    // A conversation and the call that opened it are one contact.
    if (one.conversation == ask.conversation || std::ranges::find(seen, one.conversation) != seen.end()) continue;
    seen.push_back(one.conversation);
    const bool same_issue = !ask.issue.empty() && one.issue == ask.issue;
    if (one.at > ask.at - 7 * kDay) {
      ++contacts_7d;
      issue_7d += same_issue ? 1 : 0;
    }
    if (one.at > ask.at - 30 * kDay) {
      ++contacts_30d;
      issue_30d += same_issue ? 1 : 0;
    }
  }
  cv::Fields out;
  put(out, "calls_today", calls_today);
  put(out, "number_today", number_today);
  put(out, "unanswered_today", unanswered_today);
  put(out, "connected_today", connected_today);
  put(out, "same_today", same_today);
  put(out, "contacts_7d", contacts_7d);
  put(out, "contacts_30d", contacts_30d);
  if (!ask.issue.empty()) {
    put(out, "issue_contacts_7d", issue_7d);
    put(out, "issue_contacts_30d", issue_30d);
  }
  put(out, "transfers_year", transfers_year);
  put(out, "transfers_year_amount", transfers_amount);
  return out;
}

std::vector<SubjectHistory::Reservation> SubjectHistory::pending() const {
  std::vector<Reservation> list;
  for (const Entry& one : entries_)
    if (!one.id.empty() && one.state == State::pending) list.push_back({one.conversation, one.act});
  return list;
}

bool SubjectHistory::knows_contact(std::string_view conversation) const {
  return std::ranges::any_of(entries_, [&](const Entry& one) { return one.id.empty() && one.conversation == conversation; });
}

}  // namespace fenshen::gateway
