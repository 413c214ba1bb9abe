// Authenticated encryption: what is sealed cannot be read without the key nor changed, together with what it is bound
// to (`aad`), without being noticed. The algorithm's id is stored beside the bytes, so that another can follow.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace fenshen::storage::crypto {

enum class Algorithm : std::uint8_t {
  aes_256_gcm = 1,
  sm4_gcm = 2,  // reserved: where SM4 is required; this build neither seals nor opens it
};

using KeyId = std::array<std::uint8_t, 16>;
using Nonce = std::array<std::uint8_t, 12>;
constexpr std::size_t kTagBytes = 16;

struct DataKey {
  KeyId id{};
  std::array<std::uint8_t, 32> secret{};
};

Nonce random_nonce();

// Appends ciphertext (as long as `plain`) and tag (16 bytes) to `out`.
core::Status seal(Algorithm algorithm, const DataKey& key, const Nonce& nonce, std::string_view aad, std::string_view plain,
                  std::string& out);

// `sealed` = ciphertext + tag. corrupt: key, nonce, aad or bytes do not belong together.
core::Result<std::string> open(Algorithm algorithm, const DataKey& key, const Nonce& nonce, std::string_view aad,
                               std::string_view sealed);

// The same, appended to `out`; nothing is appended on error.
core::Status open_into(Algorithm algorithm, const DataKey& key, const Nonce& nonce, std::string_view aad, std::string_view sealed,
                       std::string& out);

}  // namespace fenshen::storage::crypto
