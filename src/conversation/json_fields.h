// Bridges JSON objects and flat Fields (event.h): nested names joined by dots, numbers in their shortest decimal form.
#pragma once

#include <boost/json.hpp>

#include "conversation/event.h"

namespace fenshen::conversation {

// Limits: 200 fields, depth 6, 4,096 bytes a value; beyond, invalid.
core::Result<Fields> fields_from_json(const boost::json::value& json, std::string_view where);
boost::json::object fields_to_json(const Fields& fields);

// Depth at most 32. Error: invalid, with the parser's reason.
core::Result<boost::json::value> parse_json(std::string_view text, std::string_view where);

}  // namespace fenshen::conversation
