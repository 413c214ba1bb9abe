// Who is there, and may they: accounts, sign-in, sessions, permissions. Every act that matters to security leaves an
// audit record (session.*, account.*); if that cannot be written, the act does not happen. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/hash_pool.h"
#include "access/password.h"
#include "access/permissions.h"
#include "access/throttle.h"
#include "core/result.h"
#include "storage/records.h"

namespace fenshen::access {

struct Principal {
  std::string account;  // id
  std::string username, name, number, team;
  std::uint8_t roles = 0;  // bits of Role
  std::string csrf;        // what X-CSRF-Token of a cookie session must carry; empty for API clients
  bool by_token = false;   // came with Authorization: Bearer, no cookie: needs no CSRF token
  bool unlimited = false;  // no rate limits (FENSHEN_TOKEN from loopback)
  bool has(Role role) const noexcept { return (roles & bit(role)) != 0; }
};

bool allowed(const Principal& principal, Permission permission) noexcept;
bool allowed(const Principal& principal, Permission permission, const Resource& resource) noexcept;
Scope scope(const Principal& principal, Permission permission) noexcept;
std::vector<std::string> role_names(const Principal& principal);
// Compares in constant time; true for principals that need none.
bool csrf_ok(const Principal& principal, std::string_view header) noexcept;

struct LoginOutcome {
  Principal principal;
  std::string token;  // the cookie's value; only its hash is kept
  core::Millis expires_at = 0;
};

struct NewAccount {
  std::string username, name, number, team;
  std::vector<Role> roles;
};
struct MadeAccount {
  storage::Account account;
  std::string password;  // generated; this is the only time it is seen
};

struct AccessOptions {
  core::Millis idle_ms = 2 * 3'600'000, absolute_ms = 12 * 3'600'000;
  ThrottleLimits per_account{};
  ThrottleLimits per_address{.free_attempts = 30};
  PasswordCost cost{};
  std::size_t hash_threads = 2, hash_waiting_max = 64;
  std::string api_token;  // FENSHEN_TOKEN; empty: none
  std::function<core::Millis()> clock = core::wall_clock_now;
};

class Access {
 public:
  // `records` outlives this.
  Access(storage::Records& records, AccessOptions options);

  // unauthorized: wrong name or password, or disabled (not told apart); limited: too many attempts (`where` = seconds to
  // wait) or sign-ins. Takes as long as a hash: from a thread that may wait.
  core::Result<LoginOutcome> login(std::string_view username, std::string_view password, std::string_view address);
  // The same without waiting: `done` runs on a thread of the pool (on the caller's if it is refused at once).
  void login(std::string username, std::string password, std::string address, std::function<void(core::Result<LoginOutcome>)> done);

  // unauthorized: unknown, expired or disabled. Also keeps the session alive; an open socket calls it now and then.
  core::Result<Principal> authenticate(std::string_view cookie_token);
  // FENSHEN_TOKEN, from loopback addresses only.
  core::Result<Principal> authenticate_bearer(std::string_view token, std::string_view address) const;
  core::Status logout(std::string_view cookie_token);
  core::Status remove_expired_sessions();  // now and then
  // The session still counts; unlike authenticate it is not kept alive by asking.
  bool alive(std::string_view cookie_token) const;

  // Told, on the thread that caused it, when sessions end before their time: one that signed out (its token), or all of an
  // account (disabled, password changed), so that what they left open is closed. Set before use; at most one listener.
  struct Ended {
    std::string_view token;    // empty: all sessions of the account
    std::string_view account;
  };
  void on_session_end(std::function<void(const Ended&)> listener) { ended_ = std::move(listener); }

  core::Result<MadeAccount> create_account(const NewAccount& account, std::string_view actor);
  core::Result<MadeAccount> reset_password(std::string_view username, std::string_view actor);
  // unauthorized: the old one is wrong. Ends all sessions of the account.
  core::Status change_password(const Principal& principal, std::string_view old_password, std::string_view new_password);
  core::Status set_disabled(std::string_view username, bool disabled, std::string_view actor);

  // At the first start of a demo bank: rep, supervisor, editor. Empty if they were made before.
  core::Result<std::vector<MadeAccount>> create_demo_accounts();

 private:
  struct Attempt {
    std::string username, password, address;
  };
  static Principal principal_of(const storage::Account& account, std::string csrf);
  core::Status admit(const Attempt& attempt);
  core::Result<LoginOutcome> check(const Attempt& attempt);
  core::Result<LoginOutcome> open_session(storage::Account& account, const Attempt& attempt);
  core::Error refuse(const Attempt& attempt, const std::string& account, std::string_view reason);
  core::Result<MadeAccount> store_with_new_password(storage::Account account, std::string_view actor, std::string_view action);
  core::Status audit(std::string_view actor, std::string_view action, std::string_view object, std::string detail = {});

  void tell_ended(const Ended& ended) const {
    if (ended_) ended_(ended);
  }

  storage::Records& records_;
  const AccessOptions options_;
  std::function<void(const Ended&)> ended_;
  Throttle accounts_, addresses_;
  const std::string no_such_hash_;  // checked when there is no account, so that both take the same time
  HashPool pool_;                   // last: stops before what its work uses
};

}  // namespace fenshen::access
