#include "workload.h"

#include "core/hash.h"

namespace fenshen::storage::testing {
namespace {

constexpr unsigned kStreams = 6;

// "w3-17-2/5": writer, request, its number among five.
struct Place {
  std::string request;
  std::size_t index = 0, of = 0;
};

Place place_of(const std::string& id) {
  const std::size_t dash = id.rfind('-'), slash = id.rfind('/');
  return {id.substr(0, dash), std::stoul(id.substr(dash + 1)), std::stoul(id.substr(slash + 1))};
}

std::string at(const StreamInfo& stream, const conversation::Event& event) {
  return stream.stream.id + "/" + std::to_string(event.seq) + " (" + event.id + ")";
}

// One after the other, whole requests side by side.
void check_requests(const StreamInfo& stream, const std::vector<conversation::Event>& events, std::vector<std::string>& wrong) {
  for (std::size_t i = 0; i < events.size();) {
    const Place first = place_of(events[i].id);
    if (first.index != 0) wrong.push_back("request does not begin at its first event: " + at(stream, events[i]));
    for (std::size_t k = 0; k < first.of && first.index == 0; ++k) {
      if (i + k < events.size() && place_of(events[i + k].id).request == first.request && place_of(events[i + k].id).index == k) continue;
      wrong.push_back("half a request: " + at(stream, events[i]));
      break;
    }
    i += first.index == 0 ? first.of : 1;
  }
}

void check_stream(const StreamInfo& stream, const std::vector<conversation::Event>& events, std::map<EventKey, Acknowledged>& owed,
                  std::vector<std::string>& wrong) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const conversation::Event& event = events[i];
    if (event.seq != i + 1) wrong.push_back("gap before " + at(stream, event));
    if (i > 0 && event.recorded_at < events[i - 1].recorded_at) wrong.push_back("time runs back at " + at(stream, event));
    if (std::get<conversation::Utterance>(event.body).text != text_for(event.id)) wrong.push_back("other text at " + at(stream, event));
    const auto found = owed.find({stream.stream.id, event.id});
    if (found == owed.end()) continue;
    if (found->second.seq != event.seq || found->second.recorded_at != event.recorded_at)
      wrong.push_back("acknowledged as " + std::to_string(found->second.seq) + ", found as " + at(stream, event));
    owed.erase(found);
  }
  if (stream.last_seq != events.size()) wrong.push_back(stream.stream.id + " claims to end at " + std::to_string(stream.last_seq));
  check_requests(stream, events, wrong);
}

}  // namespace

void Ledger::note(const std::string& stream, const std::string& event, const Appended& appended) {
  const std::lock_guard lock(mutex_);
  const auto [found, fresh] = events_.try_emplace({stream, event}, Acknowledged{appended.seq, appended.recorded_at});
  if (!fresh && found->second.seq != appended.seq) complaints_.push_back("acknowledged twice, differently: " + stream + "/" + event);
}

std::map<EventKey, Acknowledged> Ledger::all() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

std::size_t Ledger::size() const {
  const std::lock_guard lock(mutex_);
  return events_.size();
}

std::vector<std::string> Ledger::complaints() const {
  const std::lock_guard lock(mutex_);
  return complaints_;
}

std::string stream_name(unsigned number) { return "c-" + std::to_string(number % kStreams); }

std::string text_for(const std::string& event_id) {
  const std::uint64_t hash = core::hash_mix(core::hash_bytes(event_id));
  std::string text = "事件 " + event_id + " ";
  // Mostly short, as speech is; one in sixteen spans several pages.
  const std::size_t length = hash % 16 == 0 ? 2'000 + hash % 20'000 : hash % 200;
  while (text.size() < length) text += core::to_hex(core::hash_mix(hash + text.size()));
  return text;
}

AppendRequest random_request(std::mt19937_64& random, const std::string& writer, unsigned number) {
  AppendRequest request{.stream = {.id = stream_name(static_cast<unsigned>(random()))}, .events = {}, .imported = false, .subject = {}};
  if (random() % 8 == 0) request.subject = "person-" + std::to_string(random() % 3);
  const std::size_t count = 1 + random() % 5;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string id = writer + "-" + std::to_string(number) + "-" + std::to_string(i) + "/" + std::to_string(count);
    request.events.push_back({.id = id,
                              .occurred_at = static_cast<core::Millis>(number),
                              .actor = writer,
                              .body = conversation::Utterance{.speaker = conversation::Speaker::customer, .text = text_for(id), .utterance_id = {}}});
  }
  return request;
}

std::vector<std::string> ids_of(const AppendRequest& request) {
  std::vector<std::string> ids;
  for (const conversation::Event& event : request.events) ids.push_back(event.id);
  return ids;
}

std::vector<std::string> check(const EventLog& log, const std::map<EventKey, Acknowledged>& acknowledged) {
  std::vector<std::string> wrong;
  std::map<EventKey, Acknowledged> owed = acknowledged;
  const auto streams = log.streams("default", StreamKind::conversation, 0, 1'000);
  if (!streams) return {"streams cannot be listed: " + core::describe(streams.error())};
  for (const StreamInfo& stream : *streams) {
    const auto events = log.read(stream.stream, 0, 10'000'000);
    if (events) check_stream(stream, *events, owed, wrong);
    else wrong.push_back(stream.stream.id + " cannot be read: " + core::describe(events.error()));
  }
  for (const auto& [key, what] : owed) wrong.push_back("LOST: " + key.first + "/" + std::to_string(what.seq) + " (" + key.second + ")");
  return wrong;
}

}  // namespace fenshen::storage::testing
