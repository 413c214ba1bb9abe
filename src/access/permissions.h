// Who may do what, and with whose conversations. Default deny: what the table does not say is forbidden; an account with
// several roles may do what any of them may. The gateway asks here for every path; nothing else decides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fenshen::access {

enum class Role : std::uint8_t { rep, supervisor, editor, approver, inspector, admin, auditor, api };
constexpr std::size_t kRoles = 8;
std::string_view to_string(Role role) noexcept;
std::optional<Role> parse_role(std::string_view text) noexcept;

enum class Permission : std::uint8_t {
  conversation_view,    // transcript, cards, panels
  conversation_create,  // start one, run a sample call
  conversation_append,  // events of a channel
  conversation_work,    // accept, speak, act on cards and flow, end, wrap up
  console_view,         // the supervisor's live list
  knowledge_search,
  content_view,
  content_edit,     // drafts, check, try, runs over history
  content_publish,  // alone, where the institution lets one person (docs/formats/api.md, "Approval")
  content_approve,  // decide on another's draft
  account_manage,
  audit_view,
  data_unmask,      // see personal data unmasked; audited
  data_erase,       // erase a person; audited
  quality_view,     // scores, advice, agreement
  quality_inspect,  // score, check again, decide, draw samples
  quality_appeal,
  alert_view,
  alert_acknowledge,
};
constexpr std::size_t kPermissions = 19;
std::string_view to_string(Permission permission) noexcept;

// How far a permission reaches. own: what is one's own, and what waits for anybody of the team.
enum class Scope : std::uint8_t { none, own, team, all };

// What is acted upon, as far as it belongs to somebody. Empty: nobody's yet, or no team's.
struct Resource {
  std::string_view owner;  // account id of the rep
  std::string_view team;
};

// Who acts, as the checks see them.
struct Actor {
  std::string_view account, team;
  std::uint8_t roles = 0;  // bit n: role n
};

constexpr std::uint8_t bit(Role role) noexcept { return static_cast<std::uint8_t>(1u << static_cast<unsigned>(role)); }

Scope scope(std::uint8_t roles, Permission permission) noexcept;  // the widest of the roles
bool within(Scope scope, const Actor& actor, const Resource& resource) noexcept;

}  // namespace fenshen::access
