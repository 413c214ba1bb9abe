// The envelope's bytes. Golden files: one per event type, made once and never again; whatever comes later must read them.
// Run with FENSHEN_REGENERATE_GOLDEN=1 to write the files of types that have none yet.
#include "storage/envelope.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "storage/crypto/digest.h"
#include "storage/event_codec.h"
#include "storage/event_privacy.h"

namespace fenshen::storage {
namespace {

using namespace conversation;
using core::Code;

const std::filesystem::path kGolden = std::filesystem::path(FENSHEN_SOURCE_DIR) / "tests" / "golden" / "envelope" / "v1";

crypto::DataKey golden_key() {
  crypto::DataKey key;
  for (std::size_t i = 0; i < key.id.size(); ++i) key.id[i] = static_cast<std::uint8_t>(0xa0 + i);
  for (std::size_t i = 0; i < key.secret.size(); ++i) key.secret[i] = static_cast<std::uint8_t>(i);
  return key;
}

crypto::Nonce golden_nonce(std::uint64_t seq) {
  crypto::Nonce nonce{};
  nonce[0] = static_cast<std::uint8_t>(seq);
  return nonce;
}

// One of every type, all members filled.
std::vector<EventBody> bodies() {
  const Fields customer = {{"id", "k-1"}, {"name", "陈阿姨"}, {"age", "68", FieldKind::number}, {"vip", "true", FieldKind::boolean}};
  return {ConversationStarted{"voice", "zh", customer, {{"team", "一组"}, {"direction", "in"}}},
          ParticipantJoined{"rep-1", Speaker::rep},
          ParticipantLeft{"rep-1", Speaker::rep},
          Utterance{Speaker::customer, "我的卡丢了, 尾号「1234」", "u-1", 2, 1, 1'500, 3'200},
          BusinessEvent{"card.loss_temp", {{"days", "5", FieldKind::number}}},
          CustomerSnapshot{customer},
          PackBound{"0123456789abcdef", "1.0"},
          Tick{},
          ActProposed{"act-1", "message", "您好, 请问…", "card-1", {{"channel", "chat"}}},
          ActDecided{"act-1", Decision::blocked, {"SAL-06", "PRI-02"}},
          ActDone{"act-1"},
          ActFailed{"act-1", "连接中断"},
          CardAction{"card-1", "rejected", "不对", "改过的话"},
          FlowAction{"skip", "P01", "P01.S6", "客户已办"},
          WrapupSaved{R"({"types":["01.01.1"],"outcome":"resolved_fcr"})"},
          Typing{Speaker::customer, true},
          ConversationEnded{"customer", "挂断"},
          ActConfirmed{"act-1"},
          HistorySnapshot{{{"calls_today", "2", FieldKind::number}}},
          LimitReserved{"c-1/act-1", {{"kind", "contact"}, {"to", "陈阿姨"}}},
          LimitCommitted{"c-1/act-1", {{"connected", "true", FieldKind::boolean}}},
          LimitReleased{"c-1/act-1", "连接中断"},
          ContactRecorded{"c-1", {{"issue", "卡丢了"}}}};
}

EnvelopeHeader header_of(const EventBody& body, std::uint64_t seq) {
  return {.stream = {.tenant = "default", .kind = StreamKind::conversation, .id = "c-1"},
          .event_id = "e-" + std::to_string(seq),
          .seq = seq,
          .type = std::string(type_name(body)),
          .recorded_at = 1'800'000'000'000 + static_cast<core::Millis>(seq),
          .occurred_at = 1'799'999'999'000,
          .actor = "参与者-1",
          .subjects = {"k-1"},
          .clear = body_to_json(without_personal(body))};
}

std::string sealed(const EventBody& body, std::uint64_t seq) {
  return seal_envelope(header_of(body, seq), body_to_json(body), crypto::Algorithm::aes_256_gcm, golden_key(), golden_nonce(seq)).value();
}

std::optional<std::string> bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

// With FENSHEN_REGENERATE_GOLDEN=1 only what is missing is written: released files are never touched.
std::string golden(const std::string& type, const std::string& now) {
  const std::filesystem::path file = kGolden / (type + ".bin");
  if (std::getenv("FENSHEN_REGENERATE_GOLDEN") != nullptr && !std::filesystem::exists(file)) {
    std::filesystem::create_directories(kGolden);
    std::ofstream(file, std::ios::binary) << now;
  }
  return bytes_of(file).value_or("");
}

KeyLookup with(std::optional<crypto::DataKey> key) {
  return [key](const crypto::KeyId&) -> core::Result<std::optional<crypto::DataKey>> { return key; };
}

TEST(EnvelopeGolden, EveryTypeReadsAndWritesTheSameBytes) {
  std::uint64_t seq = 0;
  for (const EventBody& body : bodies()) {
    const std::string type(type_name(body)), now = sealed(body, ++seq), stored = golden(type, now);
    ASSERT_FALSE(stored.empty()) << "no golden file of " << type;
    EXPECT_EQ(stored, now) << type << " is written otherwise than before";
    const auto envelope = parse_envelope(stored);
    ASSERT_TRUE(envelope.has_value()) << type;
    const auto event = event_from_envelope(*envelope, with(golden_key()));
    ASSERT_TRUE(event.has_value()) << type << ": " << core::describe(event.error());
    EXPECT_EQ(event->id, "e-" + std::to_string(seq));
    EXPECT_EQ(event->seq, seq);
    EXPECT_EQ(event->recorded_at, 1'800'000'000'000 + static_cast<core::Millis>(seq));
    EXPECT_EQ(event->occurred_at, 1'799'999'999'000);
    EXPECT_EQ(event->actor, "参与者-1");
    EXPECT_EQ(body_to_json(event->body), body_to_json(body)) << type;
    EXPECT_FALSE(event->erased);
  }
  EXPECT_EQ(seq, std::variant_size_v<EventBody>) << "a type without golden file";
}

TEST(EnvelopeGolden, WithoutTheKeyTypeAndOrderRemainAndNothingPersonal) {
  std::uint64_t seq = 0;
  for (const EventBody& body : bodies()) {
    const std::string bytes = sealed(body, ++seq);
    const auto envelope = parse_envelope(bytes);
    ASSERT_TRUE(envelope.has_value());
    for (const char* personal : {"陈阿姨", "卡丢了", "请问", "连接中断", "不对", "改过", "客户已办", "resolved", "挂断", "68"})
      EXPECT_EQ(envelope->header.find(personal), std::string::npos) << type_name(body) << " shows " << personal;
    const auto event = event_from_envelope(*envelope, with(std::nullopt));
    ASSERT_TRUE(event.has_value()) << type_name(body) << ": " << core::describe(event.error());
    EXPECT_TRUE(event->erased);
    EXPECT_EQ(event->body.index(), body.index());
    EXPECT_EQ(is_turn(event->body), is_turn(body)) << "turn numbers stay";
    EXPECT_EQ(event->seq, seq);
  }
}

TEST(Envelope, EveryChangedByteIsNoticed) {
  const std::string good = sealed(bodies()[3], 4);
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const int bit : {1, 128}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ bit);
      EXPECT_FALSE(parse_envelope(bad).has_value()) << "byte " << i;
    }
}

// Somebody who mends the checksum still cannot change the header: the seal covers it.
TEST(Envelope, ChangedHeaderWithMendedChecksumDoesNotOpen) {
  EnvelopeHeader header = header_of(bodies()[3], 4);
  const std::string body = body_to_json(bodies()[3]);
  const std::string good = sealed(bodies()[3], 4);
  const auto envelope = parse_envelope(good);
  header.actor = "参与者-2";
  const std::string forged = seal_envelope(header, body, crypto::Algorithm::aes_256_gcm, golden_key(), golden_nonce(4)).value();
  auto mixed = parse_envelope(forged);
  ASSERT_TRUE(mixed.has_value());
  mixed->sealed = envelope->sealed;  // the old seal under the new header
  EXPECT_EQ(open_envelope(*mixed, golden_key()).error().code, Code::corrupt);
}

TEST(Envelope, CutAndLengthenedBytesAreNoticed) {
  const std::string good = sealed(bodies()[3], 4);
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(parse_envelope(good.substr(0, size)).has_value()) << size;
  EXPECT_FALSE(parse_envelope(good + "x").has_value());
  EXPECT_FALSE(parse_envelope(std::string(5u << 20, 'F')).has_value());
}

TEST(Envelope, LaterVersionIsToldFromDamage) {
  std::string later = sealed(bodies()[3], 4);
  later[4] = 2;
  const std::uint32_t crc = crypto::crc32c(std::string_view(later).substr(0, later.size() - 4));
  for (int i = 0; i < 4; ++i) later[later.size() - 4 + static_cast<std::size_t>(i)] = static_cast<char>(crc >> (8 * i) & 255);
  const auto parsed = parse_envelope(later);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().code, Code::invalid);
}

TEST(Envelope, SizesAreBounded) {
  EnvelopeHeader header = header_of(bodies()[3], 4);
  header.actor = std::string(70'000, 'a');
  EXPECT_EQ(seal_envelope(header, "{}", crypto::Algorithm::aes_256_gcm, golden_key(), {}).error().code, Code::too_large);
  header.actor = "a";
  EXPECT_EQ(seal_envelope(header, std::string(3u << 20, 'x'), crypto::Algorithm::aes_256_gcm, golden_key(), {}).error().code, Code::too_large);
  EXPECT_EQ(seal_envelope(header, "{}", crypto::Algorithm::sm4_gcm, golden_key(), {}).error().code, Code::invalid);
}

}  // namespace
}  // namespace fenshen::storage
