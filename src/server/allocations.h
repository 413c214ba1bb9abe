// Counts heap allocations per thread, so that «no allocation on the steady path» is measured, not claimed. The program's
// operator new adds one to a thread-local counter; it costs nothing else.
#pragma once

#include <cstddef>

namespace fenshen::server {
std::size_t allocations_of_this_thread() noexcept;
}
