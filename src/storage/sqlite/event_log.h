// The event log in SQLite: one writer thread that commits whatever queued while the last commit was on its way to the
// disk; readers on connections of their own, never in the writer's way.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "storage/crypto/key_ring.h"
#include "storage/event_log.h"
#include "storage/sqlite/event_writer.h"
#include "storage/sqlite/reader_pool.h"

namespace fenshen::storage::sqlite {

struct EventLogOptions {
  OpenOptions file;
  std::function<core::Millis()> clock = core::wall_clock_now;
  std::size_t queue_events_max = 100'000;
  std::size_t queue_bytes_max = 256u << 20;
  std::size_t batch_events_max = 1'000;
  std::size_t readers_max = 8;
};

class SqliteEventLog final : public EventLog {
 public:
  // `keys` outlives the log.
  static core::Result<std::unique_ptr<SqliteEventLog>> open(EventLogOptions options, crypto::KeyRing& keys);
  ~SqliteEventLog() override;  // writes what is queued, then stops

  void append(AppendRequest request, AppendCallback done) override;
  core::Result<std::vector<conversation::Event>> read(const StreamId& stream, std::uint64_t after, std::size_t limit) const override;
  core::Result<std::vector<StreamInfo>> streams(std::string_view tenant, StreamKind kind, std::uint64_t after,
                                                std::size_t limit) const override;
  core::Result<std::unique_ptr<EventScan>> scan(const ScanRange& range) const override;
  core::Result<std::uint64_t> last_position(std::string_view tenant, StreamKind kind) const override;
  core::Result<StreamInfo> info(const StreamId& stream) const override;
  core::Status bind_subject(const StreamId& stream, std::string_view person) override;
  core::Status erase_person(std::string_view tenant, std::string_view person) override;

 private:
  SqliteEventLog(EventLogOptions options, crypto::KeyRing& keys, std::unique_ptr<EventWriter> writer);
  void push(PreparedRequest request);
  void write_until_closed();
  void commit(std::vector<PreparedRequest>& batch);
  void commit_each(const std::vector<const PreparedRequest*>& requests,
                   std::vector<core::Result<std::vector<Appended>>>& answers);
  void report(const core::Error& error, std::size_t requests);

  const EventLogOptions options_;
  crypto::KeyRing& keys_;
  mutable ReaderPool readers_;
  AppendQueue queue_;
  std::unique_ptr<EventWriter> writer_;  // none: opened for reading
  std::uint64_t failures_ = 0;           // commits that failed so far
  std::chrono::steady_clock::time_point next_report_{};
  std::thread thread_;
};

}  // namespace fenshen::storage::sqlite
