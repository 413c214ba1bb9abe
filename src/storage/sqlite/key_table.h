// Wrapped keys in keys.db: a file of its own, so that copies of the log may be kept for years while copies of the keys
// are not, and what is erased stays erased.
#pragma once

#include <mutex>

#include "storage/crypto/key_ring.h"
#include "storage/sqlite/connection.h"

namespace fenshen::storage::sqlite {

class SqliteKeyTable final : public crypto::KeyTable {
 public:
  static core::Result<std::unique_ptr<SqliteKeyTable>> open(OpenOptions options);

  // The id of the master key these keys are wrapped under; nullopt: none yet.
  core::Result<std::optional<crypto::KeyId>> master_id() const;
  core::Status set_master_id(const crypto::KeyId& id);

  core::Result<std::optional<crypto::KeyRecord>> find(const crypto::KeyId& id) const override;
  core::Result<std::optional<crypto::KeyRecord>> current(const crypto::KeyOwner& owner) const override;
  core::Status add(std::span<const crypto::KeyRecord> records) override;
  core::Status rewrap(const crypto::KeyId& id, const crypto::KeyId& parent, std::string_view wrapped) override;
  core::Status destroy_person(std::string_view tenant, std::string_view person, core::Millis at) override;

 private:
  explicit SqliteKeyTable(Connection connection) : connection_(std::move(connection)) {}
  core::Status empty_wal();

  mutable std::mutex mutex_;
  mutable Connection connection_;
};

}  // namespace fenshen::storage::sqlite
