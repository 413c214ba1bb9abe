// The conversations of a stored log folded again: each with the packs that were bound at the time.
#pragma once

#include <cstddef>
#include <string>

#include "core/result.h"
#include "server/lines.h"

namespace fenshen::server {

// Cards in order of creation of the conversations, within one in fold order: as a desk received them.
core::Status replay_store(const std::string& data_folder, std::size_t threads, LineWriter& out);

}  // namespace fenshen::server
