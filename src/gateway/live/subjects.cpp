#include "gateway/live/subjects.h"

#include "gateway/live/own_ids.h"

namespace fenshen::gateway {
namespace {

namespace cv = conversation;
using core::Code;
using core::fail;
using core::Result;

constexpr std::size_t kReadAtOnce = 1'000;
constexpr std::size_t kKeptMost = 10'000;   // customers in memory
constexpr std::size_t kWaitingMost = 1'000;  // acts of one customer

storage::StreamId stream_of(const std::string& id) { return {"default", storage::StreamKind::subject, id}; }

}  // namespace

Result<Subjects::Subject*> Subjects::find(const std::string& id) {
  if (const auto found = subjects_.find(id); found != subjects_.end()) return found->second.get();
  if (subjects_.size() >= kKeptMost)
    std::erase_if(subjects_, [](const auto& one) { return one.second->idle() && one.second->history.pending().empty(); });
  if (subjects_.size() >= kKeptMost) return fail(Code::limited, "too many customers are being contacted");
  auto made = std::make_unique<Subject>();
  for (;;) {
    const auto events = log_.read(stream_of(id), made->last_seq, kReadAtOnce);
    if (!events && events.error().code == Code::not_found) break;
    if (!events) return std::unexpected(events.error());
    for (const cv::Event& event : *events) {
      made->history.take(event);
      made->last_seq = event.seq;
    }
    if (events->size() < kReadAtOnce) break;
  }
  Subject* subject = subjects_.emplace(id, std::move(made)).first->second.get();
  settle_earlier(id, *subject);
  return subject;
}

// What was reserved before the server went down: the conversations know how it ended.
void Subjects::settle_earlier(const std::string& id, Subject& subject) {
  for (const SubjectHistory::Reservation& one : subject.history.pending()) {
    ++subject.settling;
    ask_fate_(one, [this, id, one](ActFate fate) {
      worker_.post([this, id, one, fate] {
        const auto finished = [this, id](const core::Status&) {
          --subjects_.at(id)->settling;
          give_next(id);
        };
        if (fate == ActFate::pending) return finished({});
        settle(id, one.conversation, one.act, fate == ActFate::done, {}, "interrupted", finished);
      });
    });
  }
}

Result<const SubjectHistory*> Subjects::history(const std::string& id) {
  const auto subject = find(id);
  if (!subject) return std::unexpected(subject.error());
  return &(*subject)->history;
}

void Subjects::lease(const std::string& id, std::function<void(Result<Lease>)> use) {
  const auto subject = find(id);
  if (!subject) return use(std::unexpected(subject.error()));
  if ((*subject)->waiting.size() >= kWaitingMost) return use(fail(Code::limited, "too many acts wait for this customer"));
  (*subject)->waiting.push_back(std::move(use));
  give_next(id);
}

void Subjects::give_next(const std::string& id) {
  const auto found = subjects_.find(id);
  if (found == subjects_.end()) return;
  Subject& subject = *found->second;
  if (subject.held || subject.settling > 0 || subject.waiting.empty()) return;
  subject.held = true;
  const auto use = std::move(subject.waiting.front());
  subject.waiting.pop_front();
  use(Lease(this, [this, id](void*) {
    worker_.post([this, id] {
      if (const auto held = subjects_.find(id); held != subjects_.end()) held->second->held = false;
      give_next(id);
    });
  }));
}

void Subjects::append(const std::string& id, cv::Event event, std::function<void(Result<storage::Appended>)> done) {
  const auto subject = find(id);
  if (!subject) return done(std::unexpected(subject.error()));
  ++(*subject)->in_flight;
  storage::AppendRequest request;
  request.stream = stream_of(id);
  request.events.push_back(event);
  request.subject = id;
  ++appending_;
  log_.append(std::move(request), [this, id, event = std::move(event), done = std::move(done)](Result<std::vector<storage::Appended>> result) mutable {
    worker_.post([this, id, event = std::move(event), done = std::move(done), result = std::move(result)]() mutable {
      Subject& held = *subjects_.at(id);
      --held.in_flight;
      if (!result) return done(std::unexpected(result.error()));
      const storage::Appended& appended = result->front();
      event.seq = appended.seq;
      event.recorded_at = appended.recorded_at;
      if (!appended.duplicate) held.history.take(event);
      done(appended);
    });
    --appending_;
  });
}

void Subjects::settle(const std::string& id, const std::string& conversation, const std::string& act, bool happened, cv::Fields data, std::string reason,
                      std::function<void(core::Status)> done) {
  const std::string reservation = SubjectHistory::reservation_of(conversation, act);
  cv::Event event;
  event.id = own_id((happened ? "commit-" : "release-") + reservation);
  event.actor = "system";
  event.occurred_at = core::wall_clock_now();
  if (happened) event.body = cv::LimitCommitted{reservation, std::move(data)};
  else event.body = cv::LimitReleased{reservation, std::move(reason)};
  append(id, std::move(event), [done = std::move(done)](Result<storage::Appended> result) {
    if (!result) return done(std::unexpected(result.error()));
    done({});
  });
}

}  // namespace fenshen::gateway
