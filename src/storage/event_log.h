// The append-only log: streams of events, each ordered by seq 1, 2, 3 …; acknowledged only when durable. One interface,
// several implementations (sqlite/ now), one test suite over all (event_log_suite.h).
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/event.h"
#include "core/result.h"

namespace fenshen::storage {

enum class StreamKind : std::uint8_t { conversation, subject, document };

struct StreamId {
  std::string tenant = "default";
  StreamKind kind = StreamKind::conversation;
  std::string id;
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

// What the log did with one event.
struct Appended {
  std::uint64_t seq = 0;
  core::Millis recorded_at = 0;
  bool duplicate = false;  // an event of this id was there already: its seq and time, nothing written
};

struct AppendRequest {
  StreamId stream;
  // seq and recorded_at are given by the log: recorded_at = max(clock, last of the stream); with `imported` it is
  // max(occurred_at, last of the stream).
  std::vector<conversation::Event> events;
  bool imported = false;
  // The person whose key seals the personal part. Empty = the one the stream is known to be about (from an earlier
  // request, or customer.id of a conversation.started or customer.snapshot in it), else the stream's own key.
  std::string subject;
};

using AppendCallback = std::function<void(core::Result<std::vector<Appended>>)>;

struct StreamInfo {
  StreamId stream;
  std::uint64_t position = 0;  // order of creation over all streams
  std::uint64_t last_seq = 0;
  bool ended = false;          // a conversation.ended is in it
  std::string subject;         // the person it is about, as far as known
};

// What a scan looks for. Conversations count by their first event's recorded_at: from <= first < to.
struct ScanRange {
  std::string tenant = "default";
  StreamKind kind = StreamKind::conversation;
  std::uint64_t after = 0, until = ~std::uint64_t{0};  // positions: after < position <= until
  core::Millis from = std::numeric_limits<core::Millis>::min(), to = std::numeric_limits<core::Millis>::max();
};

// A stream with all its events, as a scan hands it out. The buffers are the scan's: valid until the next next().
struct ScannedStream {
  std::string_view id;
  std::uint64_t position = 0;
  std::span<const conversation::Event> events;
};

// Reads whole streams in order of their creation, page after page, on a connection of its own: many scans run beside
// each other and beside the writer. Used by one thread.
class EventScan {
 public:
  virtual ~EventScan() = default;
  // False: no further stream in the range.
  virtual core::Result<bool> next(ScannedStream& out) = 0;
  // Goes on with other positions of the same range.
  virtual void seek(std::uint64_t after, std::uint64_t until) = 0;
};

class EventLog {
 public:
  virtual ~EventLog() = default;

  // Queued, committed in groups; `done` runs on the log's writer thread after fsync, in order of the calls; it must be
  // quick and may append, but not wait. All events of one request become durable together or not at all. Errors: limited
  // (queue full; `done` then runs on the caller's thread), unavailable (disk full: nothing written, later appends may
  // succeed), invalid (NUL or broken UTF-8, no id), too_large (an event over 1 MiB, a request over its limits).
  virtual void append(AppendRequest request, AppendCallback done) = 0;
  core::Result<std::vector<Appended>> append_and_wait(AppendRequest request);

  // Events with seq > after, at most `limit`, in order. not_found: no such stream.
  virtual core::Result<std::vector<conversation::Event>> read(const StreamId& stream, std::uint64_t after,
                                                             std::size_t limit) const = 0;
  // Streams of a kind in order of creation, position > after.
  virtual core::Result<std::vector<StreamInfo>> streams(std::string_view tenant, StreamKind kind, std::uint64_t after,
                                                        std::size_t limit) const = 0;
  // The events as they were when the scan began.
  virtual core::Result<std::unique_ptr<EventScan>> scan(const ScanRange& range) const = 0;
  virtual core::Result<std::uint64_t> last_position(std::string_view tenant, StreamKind kind) const = 0;  // 0: no stream
  virtual core::Result<StreamInfo> info(const StreamId& stream) const = 0;

  // The conversation's customer is now known (or was mistaken and is corrected): the conversation's own key is wrapped
  // under the person's, new events are sealed under the person's. What was sealed directly under another person's key
  // stays that person's. append() with a subject does the same, except that it moves no key from one person to another.
  virtual core::Status bind_subject(const StreamId& stream, std::string_view person) = 0;
  // Destroys the person's keys: the personal part of all their events can never be read again, by anybody; read() then
  // gives events with `erased` set, seq and order as they were. Idempotent. The caller writes the audit record.
  virtual core::Status erase_person(std::string_view tenant, std::string_view person) = 0;
};

}  // namespace fenshen::storage
