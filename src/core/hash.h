// A fast, fixed 64-bit hash (FNV-1a with a final mix). Not for secrets: ids of cards, keys of tables. Its values are
// part of the formats (card ids), so it never changes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fenshen::core {

constexpr std::uint64_t kHashSeed = 0xcbf29ce484222325ULL;

constexpr std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = kHashSeed) noexcept {
  std::uint64_t hash = seed;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

constexpr std::uint64_t hash_mix(std::uint64_t value) noexcept {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53ULL;
  return value ^ (value >> 33);
}

constexpr std::uint64_t hash_combine(std::uint64_t seed, std::uint64_t value) noexcept {
  return hash_mix(seed * 0x9e3779b97f4a7c15ULL + value);
}

std::string to_hex(std::uint64_t value);  // 16 lower-case digits

}  // namespace fenshen::core
