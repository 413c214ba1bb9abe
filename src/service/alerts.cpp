#include "service/alerts.h"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <map>

#include "core/json_writer.h"
#include "core/utf8.h"

namespace fenshen::service {
namespace {

namespace cv = conversation;
namespace json = boost::json;
using core::Code;
using core::Result;
using core::Status;
using storage::AlertRow;

constexpr std::size_t kReadAtOnce = 1'000, kWordsCodePoints = 160;
constexpr std::string_view kRaised = "alert.raised", kAcknowledged = "alert.acknowledged", kPrefix = "alert/";

storage::StreamId stream_of(std::string_view conversation) {
  return {"default", storage::StreamKind::document, std::string(kPrefix) + std::string(conversation)};
}

cv::Event event_of(std::string id, std::string actor, std::string_view name, cv::Fields data) {
  cv::Event event;
  event.id = std::move(id);
  event.actor = std::move(actor);
  event.occurred_at = core::wall_clock_now();
  event.body = cv::BusinessEvent{std::string(name), std::move(data)};
  return event;
}

std::string field(const cv::Fields& fields, const char* name) {
  const std::string* text = cv::find(fields, name);
  return text != nullptr ? *text : std::string();
}
std::int64_t figure(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The rows of one stream, in the order in which they were raised.
std::vector<AlertRow> rows_of(std::string_view conversation, const std::vector<cv::Event>& events) {
  std::vector<AlertRow> rows;
  for (const cv::Event& event : events) {
    const auto* body = std::get_if<cv::BusinessEvent>(&event.body);
    if (body == nullptr) continue;
    const std::string id = field(body->data, "alert");
    const auto known = std::ranges::find(rows, id, &AlertRow::id);
    if (body->name == kRaised && known == rows.end()) {
      AlertRow row{id, std::string(conversation), field(body->data, "rule"), field(body->data, "team"), field(body->data, "rep"),
                   figure(field(body->data, "at")), false, {}};
      core::JsonWriter(row.text).begin_object().field("severity", field(body->data, "severity")).field("seq", figure(field(body->data, "seq")))
          .field("turn", figure(field(body->data, "turn"))).end_object();
      rows.push_back(std::move(row));
    } else if (body->name == kAcknowledged && known != rows.end() && !known->acknowledged) {
      known->acknowledged = true;
      known->text.pop_back();
      std::string more;
      core::JsonWriter(more).begin_object().field("by", event.actor).field("at", event.recorded_at).field("note", field(body->data, "note")).end_object();
      known->text += R"(,"acknowledged":)" + more + "}";
    }
  }
  return rows;
}

Result<std::vector<cv::Event>> read_all(const storage::EventLog& log, const storage::StreamId& stream) {
  std::vector<cv::Event> all;
  for (;;) {
    TRY_ASSIGN(auto some, log.read(stream, all.empty() ? 0 : all.back().seq, kReadAtOnce));
    const bool last = some.size() < kReadAtOnce;
    std::ranges::move(some, std::back_inserter(all));
    if (last) return all;
  }
}

std::string shortened(const std::string& text) {
  std::size_t at = 0;
  for (std::size_t n = 0; at < text.size() && n < kWordsCodePoints; ++n) core::decode_utf8(text, at);
  return at < text.size() ? text.substr(0, at) + "…" : text;
}

}  // namespace

Status Alerts::recover() {
  TRY_ASSIGN(const bool fresh, parts_.index.fresh());
  if (!fresh) return {};
  for (std::uint64_t after = 0;;) {
    TRY_ASSIGN(const auto streams, parts_.log.streams("default", storage::StreamKind::document, after, kReadAtOnce));
    for (const storage::StreamInfo& info : streams) {
      after = info.position;
      if (!info.stream.id.starts_with(kPrefix)) continue;
      TRY_ASSIGN(const auto events, read_all(parts_.log, info.stream));
      for (const AlertRow& row : rows_of(std::string_view(info.stream.id).substr(kPrefix.size()), events)) TRY(parts_.index.put_alert(row));
    }
    if (streams.size() < kReadAtOnce) return {};
  }
}

Result<AlertRow> Alerts::fold(std::string_view conversation, std::string_view id) const {
  TRY_ASSIGN(const auto events, read_all(parts_.log, stream_of(conversation)));
  for (AlertRow& row : rows_of(conversation, events))
    if (row.id == id) return std::move(row);
  return core::fail(Code::not_found, "no such alert", "alert");
}

Status Alerts::raise(const AlertRaised& alert) {
  const std::lock_guard lock(mutex_);
  const auto known = parts_.index.alert(alert.id);
  if (known) return {};
  if (known.error().code != Code::not_found) return std::unexpected(known.error());
  cv::Fields data;
  const auto put = [&](std::string name, std::string value) { data.push_back({std::move(name), std::move(value), cv::FieldKind::text}); };
  put("alert", alert.id);
  put("rule", alert.rule);
  put("severity", alert.severity);
  put("team", alert.team);
  put("rep", alert.rep);
  put("seq", std::to_string(alert.seq));
  put("turn", std::to_string(alert.turn));
  put("at", std::to_string(alert.at));
  storage::AppendRequest request;
  request.stream = stream_of(alert.conversation);
  request.events.push_back(event_of("raised-" + alert.id, "system", kRaised, std::move(data)));
  TRY(parts_.log.append_and_wait(std::move(request)));
  TRY_ASSIGN(const AlertRow row, fold(alert.conversation, alert.id));
  TRY(parts_.index.put_alert(row));
  if (changed_) changed_(row);
  return {};
}

Result<AlertRow> Alerts::get(std::string_view id) const { return parts_.index.alert(id); }

Result<AlertRow> Alerts::acknowledge(std::string_view id, std::string_view account, std::string_view note) {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(AlertRow row, parts_.index.alert(id));
  if (row.acknowledged) return row;
  cv::Fields data{{"alert", std::string(id), cv::FieldKind::text}};
  if (!note.empty()) data.push_back({"note", parts_.mask(note), cv::FieldKind::text});
  storage::AppendRequest request;
  request.stream = stream_of(row.conversation);
  request.events.push_back(event_of("acknowledged-" + std::string(id), std::string(account), kAcknowledged, std::move(data)));
  TRY(parts_.log.append_and_wait(std::move(request)));
  TRY_ASSIGN(row, fold(row.conversation, id));
  TRY(parts_.index.put_alert(row));
  if (changed_) changed_(row);
  return row;
}

Result<std::string> Alerts::list(const storage::AlertFilter& filter, std::uint64_t before, std::size_t limit, bool english) const {
  TRY_ASSIGN(const storage::AlertRows page, parts_.index.alerts(filter, before, limit));
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().key("items").begin_array();
  for (const AlertRow& row : page.items) out.raw(json(row, english));
  out.end_array().key("next");
  if (page.next == 0) out.null();
  else out.value(std::to_string(page.next));
  out.field("open", page.open).end_object();
  return text;
}

std::string Alerts::json(const AlertRow& row, bool english) const {
  boost::system::error_code error;
  const json::value value = json::parse(row.text, error);
  const json::object details = !error && value.is_object() ? value.get_object() : json::object();
  const auto integer = [&](const json::object& object, const char* name) {
    const json::value* found = object.if_contains(name);
    return found != nullptr && found->is_int64() ? found->get_int64() : std::int64_t{-1};
  };
  const auto words = [&](const json::object& object, const char* name) {
    const json::value* found = object.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
  };
  const auto person = [&](const std::string& account) {
    const Person found = parts_.person(account);
    std::string text;
    core::JsonWriter(text).begin_object().field("id", account).field("name", found.name.empty() ? account : found.name).end_object();
    return text;
  };
  const auto pack = parts_.current();
  const auto& rules = assist::library_of(*pack).rules;
  const auto rule = std::ranges::find(rules, row.rule, &content::Rule::id);
  const std::int64_t seq = integer(details, "seq"), turn = integer(details, "turn");
  // A message of the rep was said by an act: its words stand in the proposal, a few events before.
  constexpr std::int64_t kActEvents = 16;
  std::string said;
  const std::int64_t first = std::max<std::int64_t>(seq - kActEvents, 0);
  if (seq > 0)
    if (const auto events = parts_.log.read({"default", storage::StreamKind::conversation, row.conversation}, static_cast<std::uint64_t>(first), static_cast<std::size_t>(seq - first)); events && !events->empty()) {
      const cv::EventBody& cause = events->back().body;
      if (const auto* utterance = std::get_if<cv::Utterance>(&cause)) said = utterance->text;
      const auto* done = std::get_if<cv::ActDone>(&cause);
      for (const cv::Event& event : *events)
        if (const auto* proposed = std::get_if<cv::ActProposed>(&event.body); proposed != nullptr && done != nullptr && proposed->act == done->act) said = proposed->text;
      said = shortened(parts_.mask(said));
    }
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("id", row.id).field("conversation", row.conversation).field("seq", std::max<std::int64_t>(seq, 0)).key("turn");
  if (turn >= 0) out.value(turn);
  else out.null();
  out.field("rule", row.rule).field("name", rule != rules.end() ? rule->name.in(english) : row.rule).field("severity", words(details, "severity"));
  out.field("words", said).field("team", row.team).key("rep");
  if (row.rep.empty()) out.null();
  else out.raw(person(row.rep));
  out.field("at", core::format_instant(row.at)).key("acknowledged");
  const json::value* taken = details.if_contains("acknowledged");
  if (taken == nullptr || !taken->is_object()) {
    out.null();
  } else {
    const json::object& by = taken->get_object();
    out.begin_object().key("by").raw(person(words(by, "by"))).field("at", core::format_instant(integer(by, "at"))).field("note", words(by, "note")).end_object();
  }
  out.end_object();
  return text;
}

}  // namespace fenshen::service
