// Every address of the house, in one table: path, who may, which operation of api/openapi.yaml. What is not in it is
// forbidden or a page of the front end.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/permissions.h"
#include "gateway/http/call.h"

namespace fenshen::gateway {

class Gateway;

enum class Entry : std::uint8_t {
  open,        // needs no session
  session,     // any signed-in account
  permission,  // an account with the permission; for a conversation also within its scope
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/api/v1/conversations/{id}/events"
  std::string_view operation;
  Entry entry = Entry::permission;
  access::Permission permission = access::Permission::conversation_view;
  void (Gateway::*handler)(const CallPtr& call) = nullptr;
  std::size_t body_bytes = 0;  // 0: the default
  bool socket = false;
};

std::span<const Route> routes();

struct RouteMatch {
  const Route* route = nullptr;         // null: no such path, or not this method
  std::vector<std::string> parameters;
  std::string allow;                    // methods of the path, where it exists
};
RouteMatch match(std::string_view method, const std::vector<std::string>& segments);

}  // namespace fenshen::gateway
