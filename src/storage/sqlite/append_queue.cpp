#include "storage/sqlite/append_queue.h"

#include "storage/event_privacy.h"

namespace fenshen::storage::sqlite {
namespace {

using conversation::Event;
using core::Code;
using core::fail;

constexpr std::size_t kRequestEventsMax = 20'000;
constexpr std::size_t kRequestBytesMax = 64u << 20;

const std::string* customer_id(const conversation::EventBody& body) {
  if (const auto* started = std::get_if<conversation::ConversationStarted>(&body)) return find(started->customer, "id");
  if (const auto* snapshot = std::get_if<conversation::CustomerSnapshot>(&body)) return find(snapshot->customer, "id");
  return nullptr;
}

core::Status check_request(const AppendRequest& request) {
  TRY(check_id(request.stream.tenant, "tenant"));
  TRY(check_id(request.stream.id, "stream"));
  if (request.events.empty()) return fail(Code::invalid, "no events in the request", "events");
  if (request.events.size() > kRequestEventsMax) return fail(Code::too_large, "more than 20,000 events in one request", "events");
  return {};
}

core::Result<PreparedEvent> prepare_event(Event& event) {
  TRY_ASSIGN(std::string body, checked_body(event));
  return PreparedEvent{.id = std::move(event.id),
                       .occurred_at = event.occurred_at,
                       .actor = std::move(event.actor),
                       .type = conversation::type_name(event.body),
                       .clear = conversation::body_to_json(without_personal(event.body)),
                       .body = std::move(body),
                       .ends = std::holds_alternative<conversation::ConversationEnded>(event.body)};
}

core::Status prepare_events(AppendRequest& request, PreparedRequest& out) {
  TRY(check_request(request));
  for (Event& event : request.events) {
    if (out.subject.empty())
      if (const std::string* const customer = customer_id(event.body)) out.subject = *customer;
    TRY_ASSIGN(PreparedEvent prepared, prepare_event(event));
    out.bytes += prepared.body.size() + prepared.clear.size() + 256;
    if (out.bytes > kRequestBytesMax) return fail(Code::too_large, "request is larger than 64 MiB", "events");
    out.events.push_back(std::move(prepared));
  }
  return out.subject.empty() ? core::Status() : check_id(out.subject, "subject");
}

}  // namespace

PreparedRequest prepare(AppendRequest request, AppendCallback done) {
  PreparedRequest out;
  out.subject = std::move(request.subject);
  out.imported = request.imported;
  out.done = std::move(done);
  out.events.reserve(std::min(request.events.size(), kRequestEventsMax));
  if (auto status = prepare_events(request, out); !status) {
    out.refused = std::move(status.error());
    out.events.clear();
  }
  out.stream = std::move(request.stream);
  return out;
}

bool AppendQueue::push(PreparedRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    // One request larger than the whole bound still fits an empty queue.
    const bool full = !waiting_.empty() && (events_ + request.events.size() > events_max_ || bytes_ + request.bytes > bytes_max_);
    if (closed_ || full) return false;
    events_ += std::max<std::size_t>(1, request.events.size());
    bytes_ += request.bytes;
    waiting_.push_back(std::move(request));
  }
  filled_.notify_one();
  return true;
}

std::vector<PreparedRequest> AppendQueue::take(std::size_t events_max) {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
  std::vector<PreparedRequest> taken;
  std::size_t events = 0;
  while (!waiting_.empty() && (taken.empty() || events + waiting_.front().events.size() <= events_max)) {
    const std::size_t size = std::max<std::size_t>(1, waiting_.front().events.size());
    events += size;
    events_ -= size;
    bytes_ -= waiting_.front().bytes;
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return taken;
}

void AppendQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  filled_.notify_all();
}

bool AppendQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace fenshen::storage::sqlite
