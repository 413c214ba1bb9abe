#include "storage/sqlite/event_scan.h"

#include <algorithm>

#include "storage/event_codec.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;
using core::fail;

std::int64_t bounded(std::uint64_t number) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(number, std::numeric_limits<std::int64_t>::max()));
}

}  // namespace

core::Result<std::unique_ptr<EventScan>> SqliteEventScan::open(const OpenOptions& file, crypto::KeyRing& keys, const ScanRange& range) {
  OpenOptions options = file;
  options.read_only = true;
  TRY_ASSIGN(Connection connection, Connection::open(options));
  // Pages are read in order and once: from the mapped file, without a copy each.
  TRY(connection.exec("PRAGMA mmap_size=17179869184; PRAGMA cache_size=-4096"));
  return std::unique_ptr<EventScan>(new SqliteEventScan(std::move(connection), keys, range));
}

core::Result<bool> SqliteEventScan::next(ScannedStream& out) {
  while (true) {
    TRY_ASSIGN(const bool more, next_stream());
    if (!more) return false;
    TRY(read_events());
    if (!wanted_ || count_ == 0) continue;
    out.id = id_;
    out.position = position_;
    out.events = std::span(events_).first(count_);
    return true;
  }
}

void SqliteEventScan::seek(std::uint64_t after, std::uint64_t until) {
  streams_.reset();
  range_.after = after;
  range_.until = until;
}

// A stream whose last event is before the range cannot have begun in it.
core::Result<bool> SqliteEventScan::next_stream() {
  if (!streams_) {
    TRY_ASSIGN(Rows rows, query(connection_,
                                "SELECT position, id FROM streams WHERE position > $1 AND position <= $2 AND last_at >= $3 AND tenant = $4"
                                " AND kind = $5 ORDER BY position",
                                bounded(range_.after), bounded(range_.until), range_.from, range_.tenant, static_cast<int>(range_.kind)));
    streams_.emplace(std::move(rows));
  }
  TRY_ASSIGN(const bool more, streams_->next());
  if (!more) return false;
  position_ = static_cast<std::uint64_t>(streams_->integer(0));
  id_.assign(streams_->bytes(1));
  return true;
}

core::Status SqliteEventScan::read_events() {
  TRY_ASSIGN(Rows rows, query(connection_, "SELECT seq, envelope FROM events WHERE stream = $1 ORDER BY seq", position_));
  count_ = 0;
  wanted_ = true;
  for (;;) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return {};
    const std::string_view bytes = rows.bytes(1);
    TRY(parse_envelope_into(bytes, envelope_, true));
    if (count_ == 0) {
      wanted_ = range_.from <= envelope_.recorded_at && envelope_.recorded_at < range_.to;
      if (!wanted_) return {};
    }
    if (envelope_.seq != static_cast<std::uint64_t>(rows.integer(0)) || envelope_.stream != id_ || envelope_.tenant != range_.tenant || envelope_.kind != range_.kind)
      return fail(Code::corrupt, "event is not where it belongs", id_ + "/" + std::to_string(rows.integer(0)));
    TRY_ASSIGN(const crypto::DataKey* const held, key(envelope_.key));
    if (held == nullptr) TRY(parse_envelope_into(bytes, envelope_, false));  // nothing sealed is opened: the checksum counts
    if (count_ == events_.size()) events_.emplace_back();
    TRY(decode_event(envelope_, held, plain_, events_[count_]));
    ++count_;
  }
}

core::Result<const crypto::DataKey*> SqliteEventScan::key(const crypto::KeyId& id) {
  if (held_id_ != id) {
    held_id_.reset();
    TRY_ASSIGN(held_, keys_.find(id));
    held_id_ = id;
  }
  return held_ ? &*held_ : nullptr;
}

}  // namespace fenshen::storage::sqlite
