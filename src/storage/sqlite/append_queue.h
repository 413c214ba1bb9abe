// What waits for the writer thread: requests, already checked and written out as JSON, in the order of the calls. Bounded
// by events and bytes: a full queue refuses, so that overload shows at the door.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/event_log.h"

namespace fenshen::storage::sqlite {

struct PreparedEvent {
  std::string id;
  core::Millis occurred_at = 0;
  std::string actor;
  std::string_view type;  // static
  std::string clear, body;
  bool ends = false;
};

struct PreparedRequest {
  StreamId stream;
  std::string subject;
  bool imported = false;
  bool move_key = false;  // bind_subject: also from another person
  std::vector<PreparedEvent> events;
  AppendCallback done;
  std::optional<core::Error> refused;  // answered in its turn, not written
  std::size_t bytes = 0;
};

// Checks all events of a request and writes out their bodies; what is wrong becomes `refused`.
PreparedRequest prepare(AppendRequest request, AppendCallback done);

class AppendQueue {
 public:
  AppendQueue(std::size_t events_max, std::size_t bytes_max) : events_max_(events_max), bytes_max_(bytes_max) {}

  // False: full or closed; the request is left as it was.
  bool push(PreparedRequest& request);
  // Waits; everything queued, in order, up to about `events_max` events (at least one request). Empty: closed and drained.
  std::vector<PreparedRequest> take(std::size_t events_max);
  void close();
  bool closed() const;

 private:
  const std::size_t events_max_, bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<PreparedRequest> waiting_;
  std::size_t events_ = 0, bytes_ = 0;
  bool closed_ = false;
};

}  // namespace fenshen::storage::sqlite
