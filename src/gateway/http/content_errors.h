// Mistakes of a text as the studio shows them, each at its line.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "net/http_server.h"

namespace fenshen::gateway {

std::string errors_json(const std::vector<core::Error>& errors);                       // [{"line","message","where"}]
net::Response mistakes_problem(const std::vector<core::Error>& mistakes);              // 422 with `errors`

}  // namespace fenshen::gateway
