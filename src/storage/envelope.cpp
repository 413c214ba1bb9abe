#include "storage/envelope.h"

#include <algorithm>
#include <limits>

#include "core/check.h"
#include "storage/crypto/digest.h"

namespace fenshen::storage {
namespace {

using core::Code;
using core::fail;

constexpr std::string_view kMagic = "FSEV";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kFixedBytes = 80;
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kTailBytes = crypto::kTagBytes + kChecksumBytes;
constexpr std::size_t kSubjectsMax = 64;

// Numbers are little-endian whatever the machine.
template <typename T>
void put(std::string& out, T value) {
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i, bits = static_cast<decltype(bits)>(bits >> (sizeof(T) > 1 ? 8 : 0)))
    out += static_cast<char>(bits & 255);
}

template <typename T>
T get(std::string_view bytes, std::size_t at) {
  std::make_unsigned_t<T> bits = 0;
  for (std::size_t i = sizeof(T); i-- > 0;)
    bits = static_cast<decltype(bits)>(bits << (sizeof(T) > 1 ? 8 : 0) | static_cast<unsigned char>(bytes[at + i]));
  return static_cast<T>(bits);
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

template <std::size_t N>
void put_bytes(std::string& out, const std::array<std::uint8_t, N>& bytes) {
  out.append(reinterpret_cast<const char*>(bytes.data()), N);
}

bool fits(std::string_view text) { return text.size() <= std::numeric_limits<std::uint16_t>::max(); }

core::Status check_sizes(const EnvelopeHeader& header, std::string_view body) {
  bool good = fits(header.stream.tenant) && fits(header.stream.id) && fits(header.event_id) && fits(header.type) &&
              fits(header.actor) && header.subjects.size() <= kSubjectsMax;
  for (const std::string& subject : header.subjects) good = good && fits(subject);
  if (!good || header.clear.size() > kEnvelopeBytesMax / 2 || body.size() > kEnvelopeBytesMax / 2 - (1u << 20))
    return fail(Code::too_large, "event does not fit an envelope");
  return {};
}

std::size_t header_size(const EnvelopeHeader& header) {
  std::size_t size = kFixedBytes + 5 * 2 + header.stream.tenant.size() + header.stream.id.size() + header.event_id.size() +
                     header.type.size() + header.actor.size() + header.clear.size();
  for (const std::string& subject : header.subjects) size += 2 + subject.size();
  return size;
}

void put_header(std::string& out, const EnvelopeHeader& header, std::size_t size, std::size_t body_size,
                crypto::Algorithm algorithm, const crypto::DataKey& key, const crypto::Nonce& nonce) {
  out += kMagic;
  put(out, kVersion);
  put(out, static_cast<std::uint8_t>(algorithm));
  put(out, static_cast<std::uint8_t>(header.stream.kind));
  put(out, std::uint8_t{0});  // flags
  put(out, static_cast<std::uint32_t>(size));
  put(out, static_cast<std::uint32_t>(body_size));
  put(out, header.seq);
  put(out, header.recorded_at);
  put(out, header.occurred_at);
  put(out, header.schema_version);
  put(out, static_cast<std::uint16_t>(header.subjects.size()));
  put(out, static_cast<std::uint32_t>(header.clear.size()));
  put_bytes(out, key.id);
  put_bytes(out, nonce);
  put(out, std::uint32_t{0});  // reserved
  for (const std::string* text : {&header.stream.tenant, &header.stream.id, &header.event_id, &header.type, &header.actor})
    put_text(out, *text);
  for (const std::string& subject : header.subjects) put_text(out, subject);
  out += header.clear;
}

std::unexpected<core::Error> corrupt(std::string message) { return fail(Code::corrupt, std::move(message), "envelope"); }

// Reads the texts that follow the fixed part; `end` is where the header ends.
class TextReader {
 public:
  TextReader(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}
  bool next(std::string_view& out) {
    if (bytes_.size() - at_ < 2) return false;
    const std::size_t size = get<std::uint16_t>(bytes_, at_);
    if (bytes_.size() - at_ - 2 < size) return false;
    out = bytes_.substr(at_ + 2, size);
    at_ += 2 + size;
    return true;
  }
  std::string_view rest() const { return bytes_.substr(at_); }

 private:
  std::string_view bytes_;
  std::size_t at_;
};

core::Status check_frame(std::string_view bytes, bool checksummed) {
  if (bytes.size() < kFixedBytes + kTailBytes || bytes.size() > kEnvelopeBytesMax || !bytes.starts_with(kMagic))
    return corrupt("not an envelope");
  const auto checksum = get<std::uint32_t>(bytes, bytes.size() - kChecksumBytes);
  if (checksummed && crypto::crc32c(bytes.substr(0, bytes.size() - kChecksumBytes)) != checksum) return corrupt("checksum does not match");
  if (get<std::uint8_t>(bytes, 4) != kVersion)
    return fail(Code::invalid, "envelope version " + std::to_string(get<std::uint8_t>(bytes, 4)) + " is later than this build", "envelope");
  const std::uint64_t header = get<std::uint32_t>(bytes, 8), body = get<std::uint32_t>(bytes, 12);
  if (header < kFixedBytes || header + body + kTailBytes != bytes.size()) return corrupt("lengths do not add up");
  if (get<std::uint8_t>(bytes, 6) > static_cast<std::uint8_t>(StreamKind::document)) return corrupt("unknown kind of stream");
  if (get<std::uint8_t>(bytes, 7) != 0 || get<std::uint32_t>(bytes, 76) != 0) return corrupt("reserved bytes are set");
  return {};
}

core::Status parse_texts(EnvelopeView& view) {
  TextReader reader(view.header, kFixedBytes);
  bool good = reader.next(view.tenant) && reader.next(view.stream) && reader.next(view.event_id) && reader.next(view.type) &&
              reader.next(view.actor);
  const std::size_t subjects = get<std::uint16_t>(view.header, 42);
  if (!good || subjects > kSubjectsMax) return corrupt("header is cut");
  view.subjects.resize(subjects);
  for (std::string_view& subject : view.subjects) good = good && reader.next(subject);
  if (!good || reader.rest().size() != get<std::uint32_t>(view.header, 44)) return corrupt("header is cut");
  view.clear = reader.rest();
  return {};
}

}  // namespace

core::Result<std::string> seal_envelope(const EnvelopeHeader& header, std::string_view body, crypto::Algorithm algorithm,
                                        const crypto::DataKey& key, const crypto::Nonce& nonce) {
  TRY(check_sizes(header, body));
  const std::size_t size = header_size(header);
  std::string out;
  out.reserve(size + body.size() + kTailBytes);
  put_header(out, header, size, body.size(), algorithm, key, nonce);
  FENSHEN_CHECK(out.size() == size);
  // The header is a view into `out`, which has room: sealing appends without moving it.
  TRY(crypto::seal(algorithm, key, nonce, std::string_view(out.data(), size), body, out));
  put(out, crypto::crc32c(out));
  return out;
}

core::Result<EnvelopeView> parse_envelope(std::string_view bytes) {
  EnvelopeView view;
  TRY(parse_envelope_into(bytes, view, false));
  return view;
}

core::Status parse_envelope_into(std::string_view bytes, EnvelopeView& view, bool sealed_is_checked) {
  TRY(check_frame(bytes, !sealed_is_checked));
  view.algorithm = get<std::uint8_t>(bytes, 5);
  view.kind = static_cast<StreamKind>(get<std::uint8_t>(bytes, 6));
  view.header = bytes.substr(0, get<std::uint32_t>(bytes, 8));
  view.sealed = bytes.substr(view.header.size(), bytes.size() - view.header.size() - kChecksumBytes);
  view.seq = get<std::uint64_t>(bytes, 16);
  view.recorded_at = get<std::int64_t>(bytes, 24);
  view.occurred_at = get<std::int64_t>(bytes, 32);
  view.schema_version = get<std::uint16_t>(bytes, 40);
  std::copy_n(bytes.begin() + 48, view.key.size(), view.key.begin());
  std::copy_n(bytes.begin() + 64, view.nonce.size(), view.nonce.begin());
  return parse_texts(view);
}

core::Result<std::string> open_envelope(const EnvelopeView& envelope, const crypto::DataKey& key) {
  return crypto::open(static_cast<crypto::Algorithm>(envelope.algorithm), key, envelope.nonce, envelope.header, envelope.sealed);
}

}  // namespace fenshen::storage
