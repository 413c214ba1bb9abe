#include "access/password.h"

#include <argon2.h>

#include <array>

#include "core/utf8.h"
#include "storage/crypto/digest.h"

namespace fenshen::access {
namespace {

using core::Code;
using core::fail;

constexpr std::size_t kSaltBytes = 16, kHashBytes = 32;
constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";  // without 0 O 1 l I o
constexpr std::size_t kGeneratedLength = 14;

std::string prefix(const PasswordCost& cost) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.passes) +
         ",p=" + std::to_string(cost.lanes) + "$";
}

}  // namespace

core::Result<std::string> hash_password(std::string_view password, const PasswordCost& cost) {
  std::array<std::uint8_t, kSaltBytes> salt;
  storage::crypto::fill_random(salt);
  std::string phc(argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int code = argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(), salt.data(),
                                         salt.size(), kHashBytes, phc.data(), phc.size());
  if (code != ARGON2_OK) return fail(Code::unavailable, std::string("cannot hash the password: ") + argon2_error_message(code));
  phc.resize(phc.find('\0'));
  return phc;
}

bool verify_password(std::string_view password, const std::string& phc) {
  if (!phc.starts_with("$argon2id$") || password.size() > kPasswordBytesMax) return false;
  return argon2id_verify(phc.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool is_outdated(std::string_view phc, const PasswordCost& cost) { return !phc.starts_with(prefix(cost)); }

std::string generate_password() {
  constexpr unsigned kFair = 256 / kLetters.size() * kLetters.size();  // above it some letters would come more often
  std::string password;
  while (password.size() < kGeneratedLength) {
    std::array<std::uint8_t, 32> bytes;
    storage::crypto::fill_random(bytes);
    for (const std::uint8_t byte : bytes)
      if (byte < kFair && password.size() < kGeneratedLength) password += kLetters[byte % kLetters.size()];
  }
  return password;
}

core::Status check_new_password(std::string_view password, std::string_view username) {
  if (password.size() < kPasswordBytesMin) return fail(Code::invalid, "must have at least 12 characters", "password");
  if (password.size() > kPasswordBytesMax) return fail(Code::invalid, "must have at most 256 bytes", "password");
  if (core::find_invalid_utf8(password)) return fail(Code::invalid, "holds NUL or is not UTF-8", "password");
  if (password == username) return fail(Code::invalid, "must not be the user name", "password");
  return {};
}

}  // namespace fenshen::access
