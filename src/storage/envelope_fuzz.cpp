// Any bytes as an envelope: never a crash, never a read past the end; what parses is what sealing would write again.
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/check.h"
#include "storage/crypto/digest.h"
#include "storage/envelope.h"

namespace {

using namespace fenshen::storage;

// Mends magic, version and checksum, so that the parser behind them is reached.
std::string mended(std::string bytes) {
  if (bytes.size() < 12) return bytes;
  bytes.replace(0, 5, "FSEV\x01");
  const std::uint32_t crc = crypto::crc32c(std::string_view(bytes).substr(0, bytes.size() - 4));
  for (std::size_t i = 0; i < 4; ++i) bytes[bytes.size() - 4 + i] = static_cast<char>(crc >> (8 * i) & 255);
  return bytes;
}

void try_one(const std::string& bytes) {
  const auto view = parse_envelope(bytes);
  if (!view) return;
  FENSHEN_CHECK(view->header.data() == bytes.data() && view->header.size() + view->sealed.size() + 4 == bytes.size());
  (void)open_envelope(*view, crypto::DataKey{});
  EnvelopeHeader header{.stream = {.tenant = std::string(view->tenant), .kind = view->kind, .id = std::string(view->stream)},
                        .event_id = std::string(view->event_id), .seq = view->seq, .type = std::string(view->type),
                        .schema_version = view->schema_version, .recorded_at = view->recorded_at, .occurred_at = view->occurred_at,
                        .actor = std::string(view->actor), .subjects = {}, .clear = std::string(view->clear)};
  for (const std::string_view subject : view->subjects) header.subjects.emplace_back(subject);
  const std::string body(view->sealed.size() - crypto::kTagBytes, 'x');
  const crypto::DataKey key{.id = view->key, .secret = {}};
  const auto again = seal_envelope(header, body, crypto::Algorithm::aes_256_gcm, key, view->nonce);
  if (!again || view->algorithm != 1) return;
  FENSHEN_CHECK(std::string_view(*again).substr(0, view->header.size()) == view->header);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try_one(bytes);
  try_one(mended(bytes));
  return 0;
}
