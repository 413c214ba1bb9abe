#include "storage/crypto/key_ring.h"

#include <algorithm>
#include <cstring>

#include "storage/crypto/digest.h"

namespace fenshen::storage::crypto {
namespace {

using core::Code;
using core::fail;

std::string_view view(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Binds a wrapped key to its place: it cannot be passed off as another's. The parent is not part of it: that a key moves
// under another parent is what rewrapping does, and the parent's secret is needed anyway.
std::string binding(const KeyId& id, const KeyOwner& owner) {
  std::string text = "FSK1";
  text += view(id);
  text += static_cast<char>(owner.kind);
  text += std::to_string(owner.tenant.size()) + ":" + owner.tenant + owner.id;
  return text;
}

core::Result<std::string> wrap(const DataKey& key, const KeyOwner& owner, const DataKey& parent) {
  const Nonce nonce = random_nonce();
  std::string wrapped(view(nonce));
  TRY(seal(Algorithm::aes_256_gcm, parent, nonce, binding(key.id, owner), view(key.secret), wrapped));
  return wrapped;
}

core::Result<DataKey> unwrapped(const KeyRecord& record, const DataKey& parent) {
  Nonce nonce;
  if (record.wrapped.size() < nonce.size()) return fail(Code::corrupt, "wrapped key is cut", hex(record.id));
  std::copy_n(record.wrapped.begin(), nonce.size(), nonce.begin());
  const std::string_view sealed = std::string_view(record.wrapped).substr(nonce.size());
  auto secret = open(record.algorithm, parent, nonce, binding(record.id, record.owner), sealed);
  DataKey key{.id = record.id, .secret = {}};
  if (!secret || secret->size() != key.secret.size()) return fail(Code::corrupt, "data key does not unwrap", hex(record.id));
  std::memcpy(key.secret.data(), secret->data(), secret->size());
  wipe({reinterpret_cast<std::uint8_t*>(secret->data()), secret->size()});
  return key;
}

DataKey fresh_key() {
  DataKey key;
  fill_random(key.id);
  fill_random(key.secret);
  return key;
}

}  // namespace

std::size_t KeyRing::KeyIdHash::operator()(const KeyId& id) const noexcept {
  std::size_t hash;  // ids are random: any eight bytes will do
  std::memcpy(&hash, id.data(), sizeof hash);
  return hash;
}

KeyRing::KeyRing(KeyTable& table, const DataKey& master, std::function<core::Millis()> clock)
    : table_(table), master_(master), clock_(std::move(clock)) {}

KeyRing::~KeyRing() {
  forget_all();
  wipe(master_.secret);
}

void KeyRing::hold(const DataKey& key) {
  if (held_.size() >= kHeldMax) forget_all();
  held_.insert_or_assign(key.id, key);
}

void KeyRing::forget_all() {
  for (auto& [id, key] : held_) wipe(key.secret);
  held_.clear();
  current_.clear();
}

core::Result<DataKey> KeyRing::parent_key(const KeyRecord& record, int depth) {
  if (record.parent == master_.id) return master_;
  if (depth > 1) return fail(Code::corrupt, "keys are nested too deep", hex(record.id));
  TRY_ASSIGN(const auto parent, table_.find(record.parent));
  if (!parent) return fail(Code::corrupt, "data key without its parent", hex(record.id));
  TRY_ASSIGN(const auto key, unwrap(*parent, depth + 1));
  if (!key) return fail(Code::corrupt, "data key under a destroyed one", hex(record.id));
  return *key;
}

core::Result<std::optional<DataKey>> KeyRing::unwrap(const KeyRecord& record, int depth) {
  if (record.wrapped.empty()) return std::nullopt;
  if (const auto found = held_.find(record.id); found != held_.end()) return found->second;
  TRY_ASSIGN(const DataKey parent, parent_key(record, depth));
  TRY_ASSIGN(const DataKey key, unwrapped(record, parent));
  hold(key);
  return key;
}

core::Result<std::optional<DataKey>> KeyRing::find(const KeyId& id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = held_.find(id); found != held_.end()) return found->second;
  TRY_ASSIGN(const auto record, table_.find(id));
  if (!record) return fail(Code::corrupt, "event under an unknown key", hex(id));
  return unwrap(*record, 0);
}

core::Result<std::optional<DataKey>> KeyRing::known(const KeyOwner& owner) {
  if (const auto id = current_.find(owner); id != current_.end())
    if (const auto found = held_.find(id->second); found != held_.end()) return found->second;
  TRY_ASSIGN(const auto record, table_.current(owner));
  if (!record) return std::nullopt;
  TRY_ASSIGN(auto key, unwrap(*record, 0));
  if (key) current_.insert_or_assign(owner, key->id);
  return key;
}

core::Status KeyRing::make_missing(std::span<const KeyOwner> owners) {
  std::map<KeyOwner, DataKey> fresh;
  std::vector<KeyRecord> records;
  for (const KeyOwner& owner : owners) {
    TRY_ASSIGN(const auto key, known(owner));
    if (key || fresh.contains(owner)) continue;
    const DataKey made = fresh.emplace(owner, fresh_key()).first->second;
    TRY_ASSIGN(std::string wrapped, wrap(made, owner, master_));
    records.push_back({.id = made.id, .owner = owner, .parent = master_.id, .wrapped = std::move(wrapped), .created_at = clock_()});
  }
  if (records.empty()) return {};
  TRY(table_.add(records));
  for (const auto& [owner, key] : fresh) {
    hold(key);
    current_.insert_or_assign(owner, key.id);
  }
  return {};
}

core::Result<std::vector<DataKey>> KeyRing::current(std::span<const KeyOwner> owners) {
  const std::lock_guard lock(mutex_);
  TRY(make_missing(owners));
  std::vector<DataKey> keys;
  keys.reserve(owners.size());
  for (const KeyOwner& owner : owners) {
    TRY_ASSIGN(const auto key, known(owner));
    if (!key) return fail(Code::internal, "a data key vanished while it was asked for");
    keys.push_back(*key);
  }
  return keys;
}

core::Status KeyRing::bind(const KeyOwner& conversation, const KeyOwner& person, bool move) {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const auto record, table_.current(conversation));
  if (!record) return {};  // never had a key of its own
  TRY(make_missing({&person, 1}));
  TRY_ASSIGN(const auto above, known(person));
  if (!above) return fail(Code::internal, "a data key vanished while it was asked for");
  if (record->parent == above->id || (record->parent != master_.id && !move)) return {};
  TRY_ASSIGN(const auto key, unwrap(*record, 0));
  if (!key) return {};
  TRY_ASSIGN(const std::string wrapped, wrap(*key, conversation, *above));
  return table_.rewrap(key->id, above->id, wrapped);
}

core::Status KeyRing::erase_person(std::string_view tenant, std::string_view person) {
  const std::lock_guard lock(mutex_);
  forget_all();  // also what hangs below the person's key
  return table_.destroy_person(tenant, person, clock_());
}

}  // namespace fenshen::storage::crypto
