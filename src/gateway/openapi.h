// api/openapi.yaml as JSON: the document that the server serves and that a test holds against the route table.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace fenshen::gateway {

// Plain scalars true, false, null and numbers keep their kind; quoted ones are strings. Error.where = "line N".
core::Result<std::string> openapi_json(std::string_view yaml);

}  // namespace fenshen::gateway
