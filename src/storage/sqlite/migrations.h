// Schema versions: the file says which steps it has been through; missing ones are applied in order, each in its own
// transaction. Steps are never changed once released, only added to.
#pragma once

#include <span>

#include "core/result.h"
#include "storage/sqlite/connection.h"

namespace fenshen::storage::sqlite {

// steps[0] leads to version 1. invalid: the file was written by a later version of the program.
core::Status migrate(Connection& connection, std::span<const char* const> steps);

}  // namespace fenshen::storage::sqlite
