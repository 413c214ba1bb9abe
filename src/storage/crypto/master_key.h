// The one secret of an installation: every data key is wrapped, directly or through a person's key, under it. It lives in
// a file of its own (FENSHEN_DATA/keys/master.key), so that a copy of the database alone opens nothing.
#pragma once

#include <filesystem>

#include "core/result.h"
#include "storage/crypto/aead.h"

namespace fenshen::storage::crypto {

// Makes the folder and the file (0600, durable) if there is none. Its id is derived from the secret.
// Errors: forbidden (others may read the file), corrupt (not a key file), unavailable (cannot read or write).
core::Result<DataKey> load_or_make_master_key(const std::filesystem::path& file);

// not_found: no such file.
core::Result<DataKey> load_master_key(const std::filesystem::path& file);

}  // namespace fenshen::storage::crypto
