#include "storage/sqlite/event_log.h"

#include <algorithm>
#include <future>
#include <limits>

#include "core/log.h"
#include "storage/event_codec.h"
#include "storage/event_privacy.h"
#include "storage/sqlite/event_scan.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;
using core::fail;

constexpr const char* kInfoColumns = "SELECT position, last_seq, ended, subject, id FROM streams WHERE tenant = $1 AND kind = $2 AND id = $3";

StreamInfo info_of(std::string_view tenant, StreamKind kind, const Rows& rows) {
  return {.stream = {.tenant = std::string(tenant), .kind = kind, .id = rows.text(4)},
          .position = static_cast<std::uint64_t>(rows.integer(0)),
          .last_seq = static_cast<std::uint64_t>(rows.integer(1)),
          .ended = rows.integer(2) != 0,
          .subject = rows.text(3)};
}

std::int64_t bounded(std::uint64_t number) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(number, std::numeric_limits<std::int64_t>::max()));
}

core::Result<StreamInfo> find_stream(Connection& connection, const StreamId& id) {
  TRY_ASSIGN(Rows rows, query(connection, kInfoColumns, id.tenant, static_cast<int>(id.kind), id.id));
  TRY_ASSIGN(const bool found, rows.next());
  if (!found) return fail(Code::not_found, "no such stream", id.id);
  return info_of(id.tenant, id.kind, rows);
}

// The row's place must be what its envelope says: bytes moved elsewhere in the file are found out.
core::Status check_place(const EnvelopeView& envelope, const StreamId& stream, std::uint64_t seq) {
  if (envelope.seq != seq || envelope.stream != stream.id || envelope.tenant != stream.tenant || envelope.kind != stream.kind)
    return fail(Code::corrupt, "event is not where it belongs", stream.id + "/" + std::to_string(seq));
  return {};
}

}  // namespace

core::Result<std::unique_ptr<SqliteEventLog>> SqliteEventLog::open(EventLogOptions options, crypto::KeyRing& keys) {
  TRY_ASSIGN(Connection connection, Connection::open(options.file));
  std::unique_ptr<EventWriter> writer;
  if (!options.file.read_only) {
    TRY(EventWriter::set_up(connection));
    writer = std::make_unique<EventWriter>(std::move(connection), keys, options.clock);
  }
  return std::unique_ptr<SqliteEventLog>(new SqliteEventLog(std::move(options), keys, std::move(writer)));
}

SqliteEventLog::SqliteEventLog(EventLogOptions options, crypto::KeyRing& keys, std::unique_ptr<EventWriter> writer)
    : options_(std::move(options)),
      keys_(keys),
      readers_(options_.file, options_.readers_max),
      queue_(options_.queue_events_max, options_.queue_bytes_max),
      writer_(std::move(writer)) {
  if (writer_) thread_ = std::thread([this] { write_until_closed(); });
}

SqliteEventLog::~SqliteEventLog() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void SqliteEventLog::append(AppendRequest request, AppendCallback done) { push(prepare(std::move(request), std::move(done))); }

void SqliteEventLog::push(PreparedRequest request) {
  if (!writer_) return request.done(fail(Code::unavailable, "the store is open for reading only"));
  if (queue_.push(request)) return;
  if (queue_.closed()) return request.done(fail(Code::unavailable, "the store is closing"));
  request.done(fail(Code::limited, "too many events wait to be written; try again"));
}

void SqliteEventLog::write_until_closed() {
  for (;;) {
    std::vector<PreparedRequest> batch = queue_.take(options_.batch_events_max);
    if (batch.empty()) return;
    commit(batch);
  }
}

void SqliteEventLog::commit(std::vector<PreparedRequest>& batch) {
  std::vector<const PreparedRequest*> good;
  for (const PreparedRequest& request : batch)
    if (!request.refused) good.push_back(&request);
  std::vector<core::Result<std::vector<Appended>>> answers;
  answers.reserve(good.size());
  commit_each(good, answers);
  auto next = answers.begin();
  for (PreparedRequest& request : batch) {
    if (request.refused) request.done(std::unexpected(std::move(*request.refused)));
    else request.done(std::move(*next++));
  }
}

// At most a line a second: a full disk must not fill up with complaints about it.
void SqliteEventLog::report(const core::Error& error, std::size_t requests) {
  if (error.code == Code::not_found) return;  // bind_subject on a stream that is not there
  ++failures_;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_report_) return;
  next_report_ = now + std::chrono::seconds(1);
  FENSHEN_LOG(error, "storage", "commit failed", {"requests", requests}, {"failures", failures_}, {"error", core::describe(error)});
}

// Together if possible. If that fails for a reason that lies in one request (a damaged stream, say), each alone: one
// must not take the others down.
void SqliteEventLog::commit_each(const std::vector<const PreparedRequest*>& requests,
                                 std::vector<core::Result<std::vector<Appended>>>& answers) {
  if (requests.empty()) return;
  auto results = writer_->commit(requests);
  if (results) {
    for (auto& result : *results) answers.emplace_back(std::move(result));
    return;
  }
  report(results.error(), requests.size());
  if (results.error().code == Code::unavailable || requests.size() == 1) {
    answers.insert(answers.end(), requests.size(), std::unexpected(results.error()));
    return;
  }
  for (const PreparedRequest* request : requests) commit_each({request}, answers);
}

core::Result<std::vector<conversation::Event>> SqliteEventLog::read(const StreamId& stream, std::uint64_t after, std::size_t limit) const {
  TRY_ASSIGN(const ReaderPool::Lease lease, readers_.lease());
  TRY_ASSIGN(const StreamInfo info, find_stream(*lease, stream));
  TRY_ASSIGN(Rows rows, query(*lease, "SELECT seq, envelope FROM events WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3",
                              info.position, bounded(after), bounded(limit)));
  const KeyLookup key = [this](const crypto::KeyId& id) { return keys_.find(id); };
  std::vector<conversation::Event> events;
  for (;;) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return events;
    TRY_ASSIGN(const EnvelopeView envelope, parse_envelope(rows.bytes(1)));
    TRY(check_place(envelope, stream, static_cast<std::uint64_t>(rows.integer(0))));
    TRY_ASSIGN(conversation::Event event, event_from_envelope(envelope, key));
    events.push_back(std::move(event));
  }
}

core::Result<std::vector<StreamInfo>> SqliteEventLog::streams(std::string_view tenant, StreamKind kind, std::uint64_t after,
                                                              std::size_t limit) const {
  TRY_ASSIGN(const ReaderPool::Lease lease, readers_.lease());
  TRY_ASSIGN(Rows rows, query(*lease,
                              "SELECT position, last_seq, ended, subject, id FROM streams WHERE tenant = $1 AND kind = $2 AND position > $3"
                              " ORDER BY position LIMIT $4",
                              tenant, static_cast<int>(kind), bounded(after), bounded(limit)));
  std::vector<StreamInfo> infos;
  for (;;) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return infos;
    infos.push_back(info_of(tenant, kind, rows));
  }
}

core::Result<std::unique_ptr<EventScan>> SqliteEventLog::scan(const ScanRange& range) const {
  return SqliteEventScan::open(options_.file, keys_, range);
}

core::Result<std::uint64_t> SqliteEventLog::last_position(std::string_view tenant, StreamKind kind) const {
  TRY_ASSIGN(const ReaderPool::Lease lease, readers_.lease());
  TRY_ASSIGN(Rows rows, query(*lease, "SELECT coalesce(max(position), 0) FROM streams WHERE tenant = $1 AND kind = $2", tenant, static_cast<int>(kind)));
  TRY_ASSIGN(const bool found, rows.next());
  return found ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
}

core::Result<StreamInfo> SqliteEventLog::info(const StreamId& stream) const {
  TRY_ASSIGN(const ReaderPool::Lease lease, readers_.lease());
  return find_stream(*lease, stream);
}

core::Status SqliteEventLog::bind_subject(const StreamId& stream, std::string_view person) {
  TRY(check_id(person, "person"));
  // In the writer's queue, so that it falls between two requests.
  const auto answer = std::make_shared<std::promise<core::Status>>();
  auto future = answer->get_future();
  PreparedRequest request;
  request.stream = stream;
  request.subject = std::string(person);
  request.move_key = true;
  request.done = [answer](core::Result<std::vector<Appended>> result) {
    answer->set_value(result ? core::Status() : core::Status(std::unexpected(std::move(result.error()))));
  };
  push(std::move(request));
  return future.get();
}

core::Status SqliteEventLog::erase_person(std::string_view tenant, std::string_view person) {
  if (!writer_) return fail(Code::unavailable, "the store is open for reading only");
  return keys_.erase_person(tenant, person);
}

}  // namespace fenshen::storage::sqlite
