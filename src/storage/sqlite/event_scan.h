// Whole streams, page after page, on a connection of its own (storage/event_log.h, EventScan).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/crypto/key_ring.h"
#include "storage/envelope.h"
#include "storage/event_log.h"
#include "storage/sqlite/connection.h"

namespace fenshen::storage::sqlite {

class SqliteEventScan final : public EventScan {
 public:
  // `keys` outlives the scan.
  static core::Result<std::unique_ptr<EventScan>> open(const OpenOptions& file, crypto::KeyRing& keys, const ScanRange& range);
  core::Result<bool> next(ScannedStream& out) override;
  void seek(std::uint64_t after, std::uint64_t until) override;

 private:
  SqliteEventScan(Connection connection, crypto::KeyRing& keys, ScanRange range)
      : connection_(std::move(connection)), keys_(keys), range_(std::move(range)) {}
  core::Result<bool> next_stream();
  core::Status read_events();
  core::Result<const crypto::DataKey*> key(const crypto::KeyId& id);

  Connection connection_;
  crypto::KeyRing& keys_;
  ScanRange range_;
  std::optional<Rows> streams_;
  std::string id_;
  std::uint64_t position_ = 0;
  std::vector<conversation::Event> events_;  // buffers are used again: only the first count_ are of this stream
  std::size_t count_ = 0;
  bool wanted_ = true;
  EnvelopeView envelope_;
  std::string plain_;
  std::optional<crypto::KeyId> held_id_;
  std::optional<crypto::DataKey> held_;
};

}  // namespace fenshen::storage::sqlite
