#include "storage/audit_chain.h"

#include "storage/crypto/digest.h"

namespace fenshen::storage {
namespace {

// Length before text: no two entries can give the same bytes.
void put(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

}  // namespace

std::string audit_chain_start() { return crypto::sha256_hex("fenshen audit chain 1"); }

std::string audit_hash(std::string_view previous, const AuditEntry& entry) {
  std::string bytes;
  put(bytes, previous);
  put(bytes, std::to_string(entry.seq));
  put(bytes, std::to_string(entry.at));
  for (const std::string* text : {&entry.actor, &entry.action, &entry.object, &entry.detail}) put(bytes, *text);
  return crypto::sha256_hex(bytes);
}

core::Status AuditVerifier::next(const AuditEntry& entry) {
  const std::string where = "audit entry " + std::to_string(entry.seq);
  if (entry.seq != last_ + 1) return core::fail(core::Code::corrupt, "entry " + std::to_string(last_ + 1) + " is missing", where);
  if (!crypto::equal_constant_time(audit_hash(previous_, entry), entry.hash))
    return core::fail(core::Code::corrupt, "its hash does not match its text and the entry before", where);
  last_ = entry.seq;
  previous_ = entry.hash;
  return {};
}

}  // namespace fenshen::storage
