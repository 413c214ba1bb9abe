#include "access/access.h"

#include <algorithm>

#include "core/check.h"
#include "core/log.h"
#include "storage/crypto/digest.h"

namespace fenshen::access {
namespace {

using core::Code;
using core::fail;
using storage::crypto::equal_constant_time;
using storage::crypto::random_token;
using storage::crypto::sha256_hex;

constexpr core::Millis kTouchEveryMs = 60'000;  // a session's last use is stored no more often than that

std::uint8_t role_bits(const std::vector<std::string>& names) {
  std::uint8_t bits = 0;
  for (const std::string& name : names)
    if (const auto role = parse_role(name)) bits |= bit(*role);
  return bits;
}

bool is_loopback(std::string_view address) {
  if (address.starts_with("::ffff:")) address.remove_prefix(7);
  return address == "::1" || address == "127.0.0.1" || (address.starts_with("127.") && address.find_first_not_of("0123456789.") == address.npos);
}

std::unexpected<core::Error> no_session() { return fail(Code::unauthorized, "not signed in, or signed out meanwhile"); }

}  // namespace

Principal Access::principal_of(const storage::Account& account, std::string csrf) {
  return {.account = account.id,
          .username = account.username,
          .name = account.name,
          .number = account.number,
          .team = account.team,
          .roles = role_bits(account.roles),
          .csrf = std::move(csrf)};
}

bool allowed(const Principal& principal, Permission permission) noexcept { return scope(principal, permission) != Scope::none; }

bool allowed(const Principal& principal, Permission permission, const Resource& resource) noexcept {
  return within(scope(principal, permission), {principal.account, principal.team, principal.roles}, resource);
}

Scope scope(const Principal& principal, Permission permission) noexcept { return scope(principal.roles, permission); }

std::vector<std::string> role_names(const Principal& principal) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kRoles; ++i)
    if (principal.has(static_cast<Role>(i))) names.emplace_back(to_string(static_cast<Role>(i)));
  return names;
}

bool csrf_ok(const Principal& principal, std::string_view header) noexcept {
  return principal.by_token || (!principal.csrf.empty() && equal_constant_time(principal.csrf, header));
}

Access::Access(storage::Records& records, AccessOptions options)
    : records_(records),
      options_(std::move(options)),
      accounts_(options_.per_account),
      addresses_(options_.per_address),
      no_such_hash_([&] {
        auto hash = hash_password(random_token(16), options_.cost);
        FENSHEN_CHECK(hash.has_value());  // no memory for one hash at start
        return *hash;
      }()),
      pool_(options_.hash_threads, options_.hash_waiting_max) {}

core::Status Access::audit(std::string_view actor, std::string_view action, std::string_view object, std::string detail) {
  storage::AuditEntry entry{.at = options_.clock(),
                            .actor = std::string(actor),
                            .action = std::string(action),
                            .object = std::string(object),
                            .detail = std::move(detail),
                            .hash = {}};
  auto written = records_.add_audit(std::move(entry));
  if (!written) return std::unexpected(std::move(written.error()));
  return {};
}

core::Result<Principal> Access::authenticate(std::string_view cookie_token) {
  if (cookie_token.empty() || cookie_token.size() > 128) return no_session();
  auto session = records_.session(sha256_hex(cookie_token));
  if (!session && session.error().code != Code::not_found) return std::unexpected(std::move(session.error()));
  const core::Millis now = options_.clock();
  if (!session || now >= session->expires_at) return no_session();
  auto account = records_.account(session->account);
  if (!account && account.error().code != Code::not_found) return std::unexpected(std::move(account.error()));
  if (!account || account->disabled) return no_session();
  if (now - session->seen_at >= kTouchEveryMs) {
    session->seen_at = now;
    session->expires_at = std::min(session->created_at + options_.absolute_ms, now + options_.idle_ms);
    // A full disk must not sign anybody out; the session then merely ends when it would have without this request.
    if (auto touched = records_.touch_session(*session); !touched)
      FENSHEN_LOG(warn, "access", "cannot store a session's last use", {"error", core::describe(touched.error())});
  }
  return principal_of(*account, session->csrf);
}

core::Result<Principal> Access::authenticate_bearer(std::string_view token, std::string_view address) const {
  // Hashes are compared: equally long whatever was sent.
  const bool right = !options_.api_token.empty() && equal_constant_time(sha256_hex(token), sha256_hex(options_.api_token));
  if (!right || !is_loopback(address)) return fail(Code::unauthorized, "the token is not accepted");
  return Principal{.account = "api", .username = "api", .name = "API", .number = {}, .team = {}, .roles = bit(Role::api), .csrf = {}, .by_token = true, .unlimited = true};
}

core::Status Access::logout(std::string_view cookie_token) {
  const std::string hash = sha256_hex(cookie_token);
  const auto session = records_.session(hash);
  if (!session) return session.error().code == Code::not_found ? core::Status() : core::Status(std::unexpected(session.error()));
  TRY(records_.delete_session(hash));
  tell_ended({cookie_token, session->account});
  return audit(session->account, "session.end", session->account);
}

bool Access::alive(std::string_view cookie_token) const {
  if (cookie_token.empty() || cookie_token.size() > 128) return false;
  const auto session = records_.session(sha256_hex(cookie_token));
  if (!session) return session.error().code != Code::not_found;  // a store that cannot be read signs nobody out
  if (options_.clock() >= session->expires_at) return false;
  const auto account = records_.account(session->account);
  return account ? !account->disabled : account.error().code != Code::not_found;
}

core::Status Access::remove_expired_sessions() { return records_.delete_expired_sessions(options_.clock()); }

}  // namespace fenshen::access
