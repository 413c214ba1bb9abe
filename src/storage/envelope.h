// Envelope v1: the bytes of one event, the same in every store (docs/formats/envelope.md, byte by byte). A clear header
// says what is needed without a key; the sealed part holds the whole body, bound to the header. These bytes outlive the
// code: golden files under tests/golden/envelope must be readable for ever.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "storage/crypto/aead.h"
#include "storage/event_log.h"

namespace fenshen::storage {

constexpr std::uint16_t kBodySchemaVersion = 1;
constexpr std::size_t kEnvelopeBytesMax = 4u << 20;  // above the limits of an event; what is longer is not an envelope

struct EnvelopeHeader {
  StreamId stream;
  std::string event_id;
  std::uint64_t seq = 0;
  std::string type;
  std::uint16_t schema_version = kBodySchemaVersion;
  core::Millis recorded_at = 0, occurred_at = 0;
  std::string actor;
  std::vector<std::string> subjects;  // ids of the persons it is about
  std::string clear;                  // JSON: the body without personal text
};

// A parsed envelope; views into the bytes it was parsed from.
struct EnvelopeView {
  std::uint8_t algorithm = 0;
  StreamKind kind = StreamKind::conversation;
  std::uint64_t seq = 0;
  core::Millis recorded_at = 0, occurred_at = 0;
  std::uint16_t schema_version = 0;
  crypto::KeyId key{};
  crypto::Nonce nonce{};
  std::string_view tenant, stream, event_id, type, actor;
  std::vector<std::string_view> subjects;
  std::string_view clear;
  std::string_view header;  // all bytes up to the sealed part: what the seal is bound to
  std::string_view sealed;  // ciphertext + tag
};

// Errors: too_large (a text over 65,535 bytes, a part over the maximum), invalid (algorithm not in this build).
core::Result<std::string> seal_envelope(const EnvelopeHeader& header, std::string_view body, crypto::Algorithm algorithm,
                                        const crypto::DataKey& key, const crypto::Nonce& nonce);

// Checks checksum and structure; never reads past `bytes`, whatever they are. corrupt: torn or foreign bytes;
// invalid: a later version.
core::Result<EnvelopeView> parse_envelope(std::string_view bytes);

// The same into a view that may have held another. `sealed_is_checked`: the caller opens the sealed part at once, whose
// seal covers every byte; the checksum is then not looked at.
core::Status parse_envelope_into(std::string_view bytes, EnvelopeView& view, bool sealed_is_checked);

// The body. corrupt: wrong key or changed bytes.
core::Result<std::string> open_envelope(const EnvelopeView& envelope, const crypto::DataKey& key);

}  // namespace fenshen::storage
