// Data keys: one per person, and one per conversation or document that belongs to no known person. Each is random and
// stored only wrapped (encrypted): a person's key under the master key, a conversation's under the master key until its
// customer is known, then under that person's. Erasing a person destroys the person's wrapped key and with it all that
// was ever sealed under it (crypto-shredding); the log itself stays as it is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "storage/crypto/aead.h"

namespace fenshen::storage::crypto {

enum class OwnerKind : std::uint8_t { person, conversation, document };

struct KeyOwner {
  std::string tenant = "default";
  OwnerKind kind = OwnerKind::person;
  std::string id;
  friend auto operator<=>(const KeyOwner&, const KeyOwner&) = default;
};

struct KeyRecord {
  KeyId id{};
  KeyOwner owner;
  KeyId parent{};  // the key it is wrapped under: the master's or a person's
  Algorithm algorithm = Algorithm::aes_256_gcm;
  std::string wrapped;  // nonce, ciphertext, tag; empty: destroyed
  core::Millis created_at = 0;
};

// Where wrapped keys are kept. Writes are durable when they return. Thread-safe.
class KeyTable {
 public:
  virtual ~KeyTable() = default;
  virtual core::Result<std::optional<KeyRecord>> find(const KeyId& id) const = 0;  // destroyed ones too
  virtual core::Result<std::optional<KeyRecord>> current(const KeyOwner& owner) const = 0;  // not destroyed
  // All or none. conflict: an owner has a current key already.
  virtual core::Status add(std::span<const KeyRecord> records) = 0;
  virtual core::Status rewrap(const KeyId& id, const KeyId& parent, std::string_view wrapped) = 0;
  // Destroys the person's key and all keys under it, so that the bytes are gone from the store's files. Idempotent.
  virtual core::Status destroy_person(std::string_view tenant, std::string_view person, core::Millis at) = 0;
};

// Thread-safe. Unwrapped keys are held in memory, at most kHeldMax.
class KeyRing {
 public:
  KeyRing(KeyTable& table, const DataKey& master, std::function<core::Millis()> clock);
  ~KeyRing();
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  // The keys that seal new events of the owners, in their order; missing ones are made, in one durable write.
  core::Result<std::vector<DataKey>> current(std::span<const KeyOwner> owners);

  // The key of stored events. nullopt: destroyed. corrupt: unknown, or does not unwrap.
  core::Result<std::optional<DataKey>> find(const KeyId& id);

  // The conversation's customer is known: its own key, if it has one, is wrapped under the person's from now on.
  // `move`: also if it lies under another person's (a wrong identification corrected).
  core::Status bind(const KeyOwner& conversation, const KeyOwner& person, bool move);

  core::Status erase_person(std::string_view tenant, std::string_view person);

 private:
  static constexpr std::size_t kHeldMax = 65'536;
  struct KeyIdHash {
    std::size_t operator()(const KeyId& id) const noexcept;
  };

  core::Result<std::optional<DataKey>> unwrap(const KeyRecord& record, int depth);
  core::Result<DataKey> parent_key(const KeyRecord& record, int depth);
  core::Result<std::optional<DataKey>> known(const KeyOwner& owner);
  core::Status make_missing(std::span<const KeyOwner> owners);
  void hold(const DataKey& key);
  void forget_all();

  KeyTable& table_;
  DataKey master_;
  std::function<core::Millis()> clock_;
  std::mutex mutex_;
  std::unordered_map<KeyId, DataKey, KeyIdHash> held_;
  std::map<KeyOwner, KeyId> current_;
};

}  // namespace fenshen::storage::crypto
