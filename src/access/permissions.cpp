#include "access/permissions.h"

#include <algorithm>
#include <array>

namespace fenshen::access {
namespace {

constexpr std::array<std::string_view, kRoles> kRoleNames = {"rep",       "supervisor", "editor",  "approver",
                                                             "inspector", "admin",      "auditor", "api"};
constexpr std::array<std::string_view, kPermissions> kPermissionNames = {
    "conversation.view", "conversation.create", "conversation.append", "conversation.work", "console.view",
    "knowledge.search",  "content.view",        "content.edit",        "content.publish",   "content.approve", "account.manage",
    "audit.view",        "data.unmask",         "data.erase",          "quality.view",      "quality.inspect", "quality.appeal",
    "alert.view",        "alert.acknowledge"};

struct Grant {
  Role role;
  Permission permission;
  Scope scope;
};

// The whole table. Publishing alone also needs the institution's leave (setting content.publish_alone; the demo bank gives
// it), and the audit says so. Who writes or decides on rules reads the conversations that a rule speaks about, masked.
constexpr Grant kGrants[] = {
    {Role::rep, Permission::conversation_view, Scope::own},
    {Role::rep, Permission::conversation_create, Scope::own},
    {Role::rep, Permission::conversation_append, Scope::own},
    {Role::rep, Permission::conversation_work, Scope::own},
    {Role::rep, Permission::data_unmask, Scope::own},
    {Role::rep, Permission::knowledge_search, Scope::all},
    {Role::rep, Permission::quality_view, Scope::own},
    {Role::rep, Permission::quality_appeal, Scope::own},

    {Role::supervisor, Permission::conversation_view, Scope::team},
    {Role::supervisor, Permission::console_view, Scope::team},
    {Role::supervisor, Permission::data_unmask, Scope::team},
    {Role::supervisor, Permission::knowledge_search, Scope::all},
    {Role::supervisor, Permission::content_view, Scope::all},
    {Role::supervisor, Permission::quality_view, Scope::team},
    {Role::supervisor, Permission::alert_view, Scope::team},
    {Role::supervisor, Permission::alert_acknowledge, Scope::team},

    {Role::editor, Permission::knowledge_search, Scope::all},
    {Role::editor, Permission::content_view, Scope::all},
    {Role::editor, Permission::content_edit, Scope::all},
    {Role::editor, Permission::content_publish, Scope::all},
    {Role::editor, Permission::conversation_view, Scope::all},

    {Role::approver, Permission::knowledge_search, Scope::all},
    {Role::approver, Permission::content_view, Scope::all},
    {Role::approver, Permission::content_edit, Scope::all},
    {Role::approver, Permission::content_approve, Scope::all},
    {Role::approver, Permission::conversation_view, Scope::all},

    {Role::inspector, Permission::conversation_view, Scope::all},
    {Role::inspector, Permission::data_unmask, Scope::all},
    {Role::inspector, Permission::knowledge_search, Scope::all},
    {Role::inspector, Permission::content_view, Scope::all},
    {Role::inspector, Permission::quality_view, Scope::all},
    {Role::inspector, Permission::quality_inspect, Scope::all},

    {Role::admin, Permission::account_manage, Scope::all},
    {Role::admin, Permission::content_view, Scope::all},
    {Role::admin, Permission::data_erase, Scope::all},

    {Role::auditor, Permission::audit_view, Scope::all},
    {Role::auditor, Permission::content_view, Scope::all},

    {Role::api, Permission::conversation_view, Scope::all},
    {Role::api, Permission::conversation_create, Scope::all},
    {Role::api, Permission::conversation_append, Scope::all},
    {Role::api, Permission::conversation_work, Scope::all},
    {Role::api, Permission::data_unmask, Scope::all},  // a channel brings the words itself
    {Role::api, Permission::knowledge_search, Scope::all},
    {Role::api, Permission::content_view, Scope::all},
};

using Table = std::array<std::array<Scope, kPermissions>, kRoles>;

constexpr Table make_table() {
  Table table{};  // Scope::none everywhere
  for (const Grant& grant : kGrants) table[static_cast<std::size_t>(grant.role)][static_cast<std::size_t>(grant.permission)] = grant.scope;
  return table;
}
constexpr Table kTable = make_table();

bool same_team(const Actor& actor, const Resource& resource) noexcept {
  return !actor.team.empty() && actor.team == resource.team;
}

}  // namespace

std::string_view to_string(Role role) noexcept { return kRoleNames[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view text) noexcept {
  const auto found = std::find(kRoleNames.begin(), kRoleNames.end(), text);
  if (found == kRoleNames.end()) return std::nullopt;
  return static_cast<Role>(found - kRoleNames.begin());
}

std::string_view to_string(Permission permission) noexcept { return kPermissionNames[static_cast<std::size_t>(permission)]; }

Scope scope(std::uint8_t roles, Permission permission) noexcept {
  Scope widest = Scope::none;
  for (std::size_t role = 0; role < kRoles; ++role)
    if ((roles >> role & 1) != 0) widest = std::max(widest, kTable[role][static_cast<std::size_t>(permission)]);
  return widest;
}

bool within(Scope scope, const Actor& actor, const Resource& resource) noexcept {
  switch (scope) {
    case Scope::none: return false;
    case Scope::all: return true;
    // What has no team yet (a chat nobody took) concerns every team.
    case Scope::team: return resource.team.empty() || same_team(actor, resource) || (!resource.owner.empty() && resource.owner == actor.account);
    case Scope::own:
      if (!resource.owner.empty()) return resource.owner == actor.account;
      return resource.team.empty() || same_team(actor, resource);
  }
  return false;
}

}  // namespace fenshen::access
