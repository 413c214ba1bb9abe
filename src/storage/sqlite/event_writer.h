// One group commit: gives seq and time, seals, writes, all in one transaction. Used by the log's writer thread alone.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <vector>

#include "storage/crypto/key_ring.h"
#include "storage/sqlite/append_queue.h"
#include "storage/sqlite/connection.h"

namespace fenshen::storage::sqlite {

class EventWriter {
 public:
  EventWriter(Connection connection, crypto::KeyRing& keys, std::function<core::Millis()> clock)
      : connection_(std::move(connection)), keys_(keys), clock_(std::move(clock)) {}

  static core::Status set_up(Connection& connection);  // schema

  // Durable when it returns; on error nothing of it was written. Results in the order of the requests.
  core::Result<std::vector<std::vector<Appended>>> commit(std::span<const PreparedRequest* const> requests);

 private:
  // What the writer knows of a stream; a copy of the row in `streams`.
  struct Stream {
    std::int64_t row = 0;  // 0: not in the table yet
    std::uint64_t last_seq = 0;
    core::Millis last_at = 0;
    bool ended = false;
    std::string subject;
    bool changed = false;
  };
  static constexpr std::size_t kStreamsHeldMax = 50'000;

  core::Result<std::vector<std::vector<Appended>>> commit_all(std::span<const PreparedRequest* const> requests);
  // Whom a request's events are about, and the key that seals them.
  struct Seal {
    std::string subject;
    crypto::DataKey key;
  };
  core::Result<std::vector<Seal>> seals_for(std::span<const PreparedRequest* const> requests);
  core::Result<Stream*> stream(const StreamId& id);
  core::Status insert(const StreamId& id, Stream& stream);
  core::Status save_changed(std::span<const PreparedRequest* const> requests);
  core::Result<std::vector<Appended>> write(const PreparedRequest& request, const Seal& seal);
  core::Result<Appended> write_event(const PreparedRequest& request, const PreparedEvent& event, Stream& stream,
                                     const Seal& seal);
  core::Result<std::optional<Appended>> earlier(const Stream& stream, std::string_view event_id);

  Connection connection_;
  crypto::KeyRing& keys_;
  std::function<core::Millis()> clock_;
  std::map<StreamId, Stream> streams_;
};

}  // namespace fenshen::storage::sqlite
