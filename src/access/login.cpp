// Signing in: throttle, hash on the pool, session.
#include <future>

#include "access/access.h"
#include "core/json_writer.h"
#include "core/log.h"
#include "core/utf8.h"
#include "storage/crypto/digest.h"

namespace fenshen::access {
namespace {

using core::Code;
using core::fail;
using storage::crypto::random_token;
using storage::crypto::sha256_hex;

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kUsernameBytesMax = 64;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string address_detail(std::string_view address, std::string_view reason = {}) {
  std::string text;
  core::JsonWriter json(text);
  json.begin_object().field("address", core::find_invalid_utf8(address) ? std::string_view("?") : address.substr(0, 64));
  if (!reason.empty()) json.field("reason", reason);
  json.end_object();
  return text;
}

std::unexpected<core::Error> wait(core::Millis left) {
  const std::string seconds = std::to_string((left + 999) / 1000);
  return fail(Code::limited, "too many attempts; try again in " + seconds + " s", seconds);
}

}  // namespace

core::Status Access::admit(const Attempt& attempt) {
  const core::Millis now = options_.clock();
  if (const core::Millis left = addresses_.begin(attempt.address, now); left > 0) return wait(left);
  if (const core::Millis left = accounts_.begin(attempt.username, now); left > 0) {
    addresses_.take_back(attempt.address);
    return wait(left);
  }
  return {};
}

core::Error Access::refuse(const Attempt& attempt, const std::string& account, std::string_view reason) {
  // The name as typed is not recorded: people type passwords there.
  if (auto status = audit("system", "session.refused", account.empty() ? "unknown" : account, address_detail(attempt.address, reason)); !status)
    return status.error();
  return {Code::unauthorized, "user name or password is wrong", {}};
}

core::Result<LoginOutcome> Access::check(const Attempt& attempt) {
  auto account = records_.account_by_username(attempt.username);
  if (!account && account.error().code != Code::not_found) return std::unexpected(std::move(account.error()));
  const bool right = verify_password(attempt.password, account ? account->password_hash : no_such_hash_);
  if (!account) return std::unexpected(refuse(attempt, {}, "no such account"));
  if (!right) return std::unexpected(refuse(attempt, account->id, "wrong password"));
  if (account->disabled) return std::unexpected(refuse(attempt, account->id, "disabled"));
  return open_session(*account, attempt);
}

core::Result<LoginOutcome> Access::open_session(storage::Account& account, const Attempt& attempt) {
  if (is_outdated(account.password_hash, options_.cost)) {
    TRY_ASSIGN(account.password_hash, hash_password(attempt.password, options_.cost));
    TRY(records_.put_account(account));
  }
  const core::Millis now = options_.clock();
  LoginOutcome outcome{.principal = {}, .token = random_token(kTokenBytes), .expires_at = now + std::min(options_.idle_ms, options_.absolute_ms)};
  const storage::Session session{.token_hash = sha256_hex(outcome.token),
                                 .account = account.id,
                                 .csrf = random_token(kTokenBytes),
                                 .created_at = now,
                                 .seen_at = now,
                                 .expires_at = outcome.expires_at};
  TRY(audit(account.id, "session.create", account.id, address_detail(attempt.address)));
  TRY(records_.put_session(session));
  outcome.principal = principal_of(account, session.csrf);
  accounts_.forget(attempt.username);
  addresses_.take_back(attempt.address);
  return outcome;
}

void Access::login(std::string username, std::string password, std::string address, std::function<void(core::Result<LoginOutcome>)> done) {
  auto attempt = std::make_shared<Attempt>(Attempt{lower(username), std::move(password), std::move(address)});
  if (attempt->username.size() > kUsernameBytesMax || core::find_invalid_utf8(attempt->username) || attempt->password.size() > kPasswordBytesMax)
    return done(fail(Code::unauthorized, "user name or password is wrong"));
  if (auto status = admit(*attempt); !status) return done(std::unexpected(std::move(status.error())));
  const bool queued = pool_.submit([this, attempt, done] {
    auto outcome = check(*attempt);
    storage::crypto::wipe({reinterpret_cast<std::uint8_t*>(attempt->password.data()), attempt->password.size()});
    done(std::move(outcome));
  });
  if (queued) return;
  accounts_.take_back(attempt->username);
  addresses_.take_back(attempt->address);
  done(fail(Code::limited, "too many people sign in at once; try again", "1"));
}

core::Result<LoginOutcome> Access::login(std::string_view username, std::string_view password, std::string_view address) {
  const auto answer = std::make_shared<std::promise<core::Result<LoginOutcome>>>();
  auto future = answer->get_future();
  login(std::string(username), std::string(password), std::string(address),
        [answer](core::Result<LoginOutcome> outcome) { answer->set_value(std::move(outcome)); });
  return future.get();
}

}  // namespace fenshen::access
