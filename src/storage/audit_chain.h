// The audit trail as a chain: each entry's hash covers the one before, so that no entry can be changed, dropped from the
// middle or put in another order without every later hash being wrong. docs/formats/envelope.md has the bytes.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "storage/records.h"

namespace fenshen::storage {

// What the first entry takes as the hash before it.
std::string audit_chain_start();

std::string audit_hash(std::string_view previous, const AuditEntry& entry);

// Checks entries as they come, from the first.
class AuditVerifier {
 public:
  core::Status next(const AuditEntry& entry);  // corrupt: names the entry
  std::int64_t last() const { return last_; }

 private:
  std::int64_t last_ = 0;
  std::string previous_ = audit_chain_start();
};

}  // namespace fenshen::storage
