// Passwords: Argon2id as OWASP recommends (19 MiB, 2 passes), stored as a PHC string with its own salt and parameters.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace fenshen::access {

constexpr std::size_t kPasswordBytesMin = 12, kPasswordBytesMax = 256;

struct PasswordCost {
  unsigned memory_kib = 19'456, passes = 2, lanes = 1;
};

// Takes tens of milliseconds and `memory_kib`: only on the pool (hash_pool.h). unavailable: no memory.
core::Result<std::string> hash_password(std::string_view password, const PasswordCost& cost = {});
// False also for a string that is no Argon2id hash. Time does not tell how much was right.
bool verify_password(std::string_view password, const std::string& phc);
// Made with other parameters than these: hash anew at the next sign-in.
bool is_outdated(std::string_view phc, const PasswordCost& cost = {});

// 14 characters that cannot be mistaken for one another: 80 bits.
std::string generate_password();
// invalid: too short, too long, not clean UTF-8, or the user name itself.
core::Status check_new_password(std::string_view password, std::string_view username);

}  // namespace fenshen::access
