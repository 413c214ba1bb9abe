#include "access/permissions.h"

#include <gtest/gtest.h>

#include <map>

namespace fenshen::access {
namespace {

std::string matrix() {
  static constexpr char kLetters[] = "-ota";
  std::string text;
  for (std::size_t role = 0; role < kRoles; ++role) {
    text += std::string(to_string(static_cast<Role>(role))) + " ";
    for (std::size_t permission = 0; permission < kPermissions; ++permission)
      text += kLetters[static_cast<std::size_t>(scope(bit(static_cast<Role>(role)), static_cast<Permission>(permission)))];
    text += "\n";
  }
  return text;
}

// Whoever widens a right does so here as well, in plain sight. Columns in the order of Permission: view create append
// work console search content-view edit publish approve accounts audit unmask erase
// quality-view inspect appeal alert-view acknowledge; - none, o own, t team, a all.
TEST(Permissions, TheWholeTable) {
  EXPECT_EQ(matrix(),
            "rep oooo-a------o-o-o--\n"
            "supervisor t---taa-----t-t--tt\n"
            "editor a----aaaa----------\n"
            "approver a----aaa-a---------\n"
            "inspector a----aa-----a-aa---\n"
            "admin ------a---a--a-----\n"
            "auditor ------a----a-------\n"
            "api aaaa-aa-----a------\n");
}

TEST(Permissions, NoRoleNoRight) {
  for (std::size_t permission = 0; permission < kPermissions; ++permission)
    EXPECT_EQ(scope(0, static_cast<Permission>(permission)), Scope::none);
}

TEST(Permissions, SeveralRolesGiveTheWidest) {
  EXPECT_EQ(scope(bit(Role::rep) | bit(Role::supervisor), Permission::conversation_view), Scope::team);
  EXPECT_EQ(scope(bit(Role::rep) | bit(Role::inspector), Permission::conversation_view), Scope::all);
  EXPECT_EQ(scope(bit(Role::rep) | bit(Role::editor), Permission::content_publish), Scope::all);
}

TEST(Permissions, NamesReadBack) {
  for (std::size_t role = 0; role < kRoles; ++role) EXPECT_EQ(parse_role(to_string(static_cast<Role>(role))), static_cast<Role>(role));
  EXPECT_FALSE(parse_role("root").has_value());
  EXPECT_FALSE(parse_role("").has_value());
}

TEST(Scopes, OwnIsMineAndWhatWaitsForMyTeam) {
  const Actor me{.account = "a-1", .team = "t1", .roles = bit(Role::rep)};
  EXPECT_TRUE(within(Scope::own, me, {.owner = "a-1", .team = "t1"}));
  EXPECT_TRUE(within(Scope::own, me, {.owner = "a-1", .team = "t2"}));
  EXPECT_FALSE(within(Scope::own, me, {.owner = "a-2", .team = "t1"}));
  EXPECT_TRUE(within(Scope::own, me, {.owner = "", .team = ""}));
  EXPECT_TRUE(within(Scope::own, me, {.owner = "", .team = "t1"}));
  EXPECT_FALSE(within(Scope::own, me, {.owner = "", .team = "t2"}));
}

TEST(Scopes, TeamIsMineOnly) {
  const Actor me{.account = "a-1", .team = "t1", .roles = bit(Role::supervisor)};
  EXPECT_TRUE(within(Scope::team, me, {.owner = "a-2", .team = "t1"}));
  EXPECT_FALSE(within(Scope::team, me, {.owner = "a-2", .team = "t2"}));
  EXPECT_TRUE(within(Scope::team, me, {.owner = "", .team = ""}));
  const Actor teamless{.account = "a-9", .team = "", .roles = bit(Role::supervisor)};
  EXPECT_FALSE(within(Scope::team, teamless, {.owner = "a-2", .team = "t1"}));
  EXPECT_FALSE(within(Scope::none, me, {.owner = "a-1", .team = "t1"}));
  EXPECT_TRUE(within(Scope::all, me, {.owner = "a-2", .team = "t2"}));
}

}  // namespace
}  // namespace fenshen::access
