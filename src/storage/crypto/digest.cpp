#include "storage/crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "core/check.h"

namespace fenshen::storage::crypto {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase64Url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Eight tables let one step take eight bytes: about 1 GB/s without special instructions.
struct CrcTables {
  std::uint32_t at[8][256];
  constexpr CrcTables() : at{} {
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78U : 0U);
      at[0][i] = crc;
    }
    for (std::uint32_t i = 0; i < 256; ++i)
      for (int table = 1; table < 8; ++table) at[table][i] = (at[table - 1][i] >> 8) ^ at[0][at[table - 1][i] & 255];
  }
};
constexpr CrcTables kCrc;

}  // namespace

Sha256 sha256(std::string_view bytes) {
  Sha256 out;
  unsigned int size = 0;
  FENSHEN_CHECK(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_sha256(), nullptr) == 1);
  FENSHEN_CHECK(size == out.size());
  return out;
}

std::string sha256_hex(std::string_view bytes) { return hex(sha256(bytes)); }

void fill_random(std::span<std::uint8_t> out) {
  FENSHEN_CHECK(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
}

std::string random_token(std::size_t bytes) {
  std::string raw(bytes, '\0');
  fill_random({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : raw) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) text += kBase64Url[(bits >> (held - 6)) & 63];
  }
  if (held > 0) text += kBase64Url[(bits << (6 - held)) & 63];
  return text;
}

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 15];
  }
  return text;
}

bool from_hex(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

bool equal_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::span<std::uint8_t> bytes) noexcept { OPENSSL_cleanse(bytes.data(), bytes.size()); }

std::uint32_t crc32c(std::string_view bytes) noexcept {
  std::uint32_t crc = 0xFFFFFFFFU;
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    crc ^= std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[3]} << 24;
    crc = kCrc.at[7][crc & 255] ^ kCrc.at[6][(crc >> 8) & 255] ^ kCrc.at[5][(crc >> 16) & 255] ^ kCrc.at[4][crc >> 24] ^
          kCrc.at[3][at[4]] ^ kCrc.at[2][at[5]] ^ kCrc.at[1][at[6]] ^ kCrc.at[0][at[7]];
  }
  for (; left > 0; --left, ++at) crc = (crc >> 8) ^ kCrc.at[0][(crc ^ *at) & 255];
  return crc ^ 0xFFFFFFFFU;
}

}  // namespace fenshen::storage::crypto
