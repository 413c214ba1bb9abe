// Ids of events that the server itself appends begin with a sign that ids of clients may not begin with, so that nobody
// can take one beforehand (an append of a known id is answered, not written). Logs from before that rule have the same
// ids without the sign; they are read as they are.
#pragma once

#include <string>
#include <string_view>

namespace fenshen::gateway {

constexpr char kOwnIdSign = '~';

inline std::string own_id(std::string_view rest) { return kOwnIdSign + std::string(rest); }
inline bool is_own_id(std::string_view id) { return id.starts_with(kOwnIdSign); }
inline std::string_view without_own_sign(std::string_view id) { return is_own_id(id) ? id.substr(1) : id; }

}  // namespace fenshen::gateway
