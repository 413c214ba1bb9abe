// Small cryptographic helpers shared by the envelope, the audit chain and sessions: hashes, random bytes, encodings,
// comparison in constant time. OpenSSL does the work; a failure inside it is a bug or a broken machine and stops us.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace fenshen::storage::crypto {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);

void fill_random(std::span<std::uint8_t> out);
std::string random_token(std::size_t bytes);  // base64url without padding

std::string hex(std::span<const std::uint8_t> bytes);
bool from_hex(std::string_view text, std::span<std::uint8_t> out);  // false: wrong length or digit

// Time depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b) noexcept;
// Overwrites key material so that it does not stay in freed memory.
void wipe(std::span<std::uint8_t> bytes) noexcept;

// CRC-32C (Castagnoli), the checksum against torn bytes; not a defence against people.
std::uint32_t crc32c(std::string_view bytes) noexcept;

}  // namespace fenshen::storage::crypto
