// Making and changing accounts.
#include "access/access.h"
#include "core/utf8.h"
#include "storage/crypto/digest.h"

namespace fenshen::access {
namespace {

using core::Code;
using core::fail;

constexpr std::size_t kNameBytesMax = 128;
constexpr std::string_view kDemoSetting = "demo.accounts";
constexpr std::string_view kAloneSetting = "content.publish_alone";

core::Status check_name(std::string_view text, std::string_view what, bool required) {
  if (required && text.empty()) return fail(Code::invalid, "must not be empty", std::string(what));
  if (text.size() > kNameBytesMax) return fail(Code::invalid, "is longer than 128 bytes", std::string(what));
  if (core::find_invalid_utf8(text)) return fail(Code::invalid, "holds NUL or is not UTF-8", std::string(what));
  return {};
}

core::Status check_new(const NewAccount& account) {
  const bool plain = account.username.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos;
  if (account.username.empty() || account.username.size() > 64 || !plain)
    return fail(Code::invalid, "must be 1 to 64 of a-z, 0-9, dot, dash, underscore", "username");
  TRY(check_name(account.name, "name", true));
  TRY(check_name(account.number, "number", false));
  TRY(check_name(account.team, "team", false));
  if (account.roles.empty()) return fail(Code::invalid, "must name at least one role", "roles");
  return {};
}

storage::Account stored(const NewAccount& account, core::Millis now) {
  storage::Account made{.id = "a-" + storage::crypto::random_token(9),
                        .username = account.username,
                        .name = account.name,
                        .number = account.number,
                        .team = account.team,
                        .roles = {},
                        .password_hash = {},
                        .created_at = now};
  for (const Role role : account.roles) made.roles.emplace_back(to_string(role));
  return made;
}

}  // namespace

core::Result<MadeAccount> Access::store_with_new_password(storage::Account account, std::string_view actor, std::string_view action) {
  MadeAccount made{.account = std::move(account), .password = generate_password()};
  TRY_ASSIGN(made.account.password_hash, hash_password(made.password, options_.cost));
  TRY(audit(actor, action, made.account.id));
  TRY(records_.put_account(made.account));
  TRY(records_.delete_sessions_of(made.account.id));
  tell_ended({{}, made.account.id});
  accounts_.forget(made.account.username);
  return made;
}

core::Result<MadeAccount> Access::create_account(const NewAccount& account, std::string_view actor) {
  TRY(check_new(account));
  if (records_.account_by_username(account.username)) return fail(Code::conflict, "the user name is taken", account.username);
  return store_with_new_password(stored(account, options_.clock()), actor, "account.create");
}

core::Result<MadeAccount> Access::reset_password(std::string_view username, std::string_view actor) {
  TRY_ASSIGN(storage::Account account, records_.account_by_username(username));
  return store_with_new_password(std::move(account), actor, "account.password_reset");
}

core::Status Access::change_password(const Principal& principal, std::string_view old_password, std::string_view new_password) {
  TRY(check_new_password(new_password, principal.username));
  TRY_ASSIGN(storage::Account account, records_.account(principal.account));
  if (const core::Millis left = accounts_.begin(account.username, options_.clock()); left > 0)
    return fail(Code::limited, "too many attempts; try again later", std::to_string((left + 999) / 1000));
  if (!verify_password(old_password, account.password_hash)) return fail(Code::unauthorized, "the old password is wrong", "password");
  TRY_ASSIGN(account.password_hash, hash_password(new_password, options_.cost));
  TRY(audit(account.id, "account.password_change", account.id));
  TRY(records_.put_account(account));
  accounts_.forget(account.username);
  TRY(records_.delete_sessions_of(account.id));
  tell_ended({{}, account.id});
  return {};
}

core::Status Access::set_disabled(std::string_view username, bool disabled, std::string_view actor) {
  TRY_ASSIGN(storage::Account account, records_.account_by_username(username));
  account.disabled = disabled;
  TRY(audit(actor, disabled ? "account.disable" : "account.enable", account.id));
  TRY(records_.put_account(account));
  if (!disabled) return {};
  TRY(records_.delete_sessions_of(account.id));
  tell_ended({{}, account.id});
  return {};
}

// Each once, and noted when all of a start are made: a first start that was cut off makes the passwords anew, since nobody
// has seen the old ones. A later version that brings further demo accounts makes those only.
core::Result<std::vector<MadeAccount>> Access::create_demo_accounts() {
  TRY_ASSIGN(const auto before, records_.setting(kDemoSetting));
  const NewAccount wanted[] = {{"xiaowang", "小王", "1027", "综合一组", {Role::rep}},
                               {"xu", "许主管", "1001", "综合一组", {Role::supervisor}},
                               {"editor", "编辑", "1101", "内容组", {Role::editor}},
                               {"approver", "审核员老周", "1102", "消保组", {Role::approver}},
                               {"inspector", "质检员小何", "1201", "质检组", {Role::inspector}},
                               {"inspector2", "质检员老秦", "1202", "质检组", {Role::inspector}}};
  // "made" stands for the accounts of the first version.
  const std::string noted = !before ? std::string(",") : *before == "made" ? std::string(",xiaowang,xu,editor,") : *before;
  std::string all = noted;
  std::vector<MadeAccount> made;
  for (const NewAccount& account : wanted) {
    if (noted.find("," + account.username + ",") != std::string::npos) continue;
    auto existing = records_.account_by_username(account.username);
    if (!existing && existing.error().code != Code::not_found) return std::unexpected(std::move(existing.error()));
    if (existing && before) continue;  // somebody's own account of that name
    auto one = existing ? store_with_new_password(std::move(*existing), "system", "account.password_reset") : create_account(account, "system");
    if (!one) return std::unexpected(std::move(one.error()));
    made.push_back(std::move(*one));
    all += account.username + ",";
  }
  if (!made.empty()) TRY(records_.put_setting(kDemoSetting, all));
  // The demo bank lets an editor publish alone (marked so in the audit), unless it was told otherwise.
  TRY_ASSIGN(const auto alone, records_.setting(kAloneSetting));
  if (!alone) TRY(records_.put_setting(kAloneSetting, "yes"));
  return made;
}

}  // namespace fenshen::access
