#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "storage/crypto/aead.h"
#include "storage/crypto/digest.h"
#include "storage/crypto/master_key.h"
#include "storage/sqlite/temp_folder.h"

namespace fenshen::storage::crypto {
namespace {

using core::Code;

DataKey test_key(std::uint8_t fill) {
  DataKey key;
  key.id.fill(fill);
  key.secret.fill(static_cast<std::uint8_t>(fill + 1));
  return key;
}

std::string unhex(std::string_view text) {
  std::string bytes(text.size() / 2, '\0');
  EXPECT_TRUE(from_hex(text, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}));
  return bytes;
}

// The published answers: FIPS 180-2 for SHA-256, RFC 3720 for CRC-32C, the GCM specification's test case 16 for AES-256.
TEST(Digest, KnownAnswers) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43u);
  EXPECT_EQ(crc32c(""), 0u);
}

TEST(Aead, KnownAnswer) {
  DataKey key;
  ASSERT_TRUE(from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", key.secret));
  Nonce nonce;
  ASSERT_TRUE(from_hex("cafebabefacedbaddecaf888", nonce));
  const std::string plain = unhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  const std::string aad = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  std::string out = "before";
  ASSERT_TRUE(seal(Algorithm::aes_256_gcm, key, nonce, aad, plain, out).has_value());
  const std::string expected = unhex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                                     "76fc6ece0f4e1768cddf8853bb2d551b");
  EXPECT_EQ(out, "before" + expected);
  EXPECT_EQ(*open(Algorithm::aes_256_gcm, key, nonce, aad, expected), plain);
}

TEST(Aead, AnyChangeIsNoticed) {
  const DataKey key = test_key(7);
  const Nonce nonce = random_nonce();
  const std::string aad = "header", plain = "我的卡丢了";
  std::string sealed;
  ASSERT_TRUE(seal(Algorithm::aes_256_gcm, key, nonce, aad, plain, sealed).has_value());
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(open(Algorithm::aes_256_gcm, key, nonce, aad, changed).error().code, Code::corrupt);
  }
  EXPECT_FALSE(open(Algorithm::aes_256_gcm, key, nonce, "headex", sealed).has_value());
  EXPECT_FALSE(open(Algorithm::aes_256_gcm, test_key(8), nonce, aad, sealed).has_value());
  EXPECT_FALSE(open(Algorithm::aes_256_gcm, key, random_nonce(), aad, sealed).has_value());
  EXPECT_FALSE(open(Algorithm::aes_256_gcm, key, nonce, aad, sealed.substr(0, 10)).has_value());
  EXPECT_FALSE(open(Algorithm::aes_256_gcm, key, nonce, aad, "").has_value());
  EXPECT_EQ(open(Algorithm::sm4_gcm, key, nonce, aad, sealed).error().code, Code::invalid);
}

TEST(Aead, EmptyTextsToo) {
  std::string sealed;
  ASSERT_TRUE(seal(Algorithm::aes_256_gcm, test_key(1), Nonce{}, "", "", sealed).has_value());
  EXPECT_EQ(sealed.size(), kTagBytes);
  EXPECT_EQ(*open(Algorithm::aes_256_gcm, test_key(1), Nonce{}, "", sealed), "");
}

TEST(Encodings, RoundTripAndRefuse) {
  std::array<std::uint8_t, 3> bytes{};
  EXPECT_TRUE(from_hex("00ff7a", bytes));
  EXPECT_EQ(hex(bytes), "00ff7a");
  EXPECT_FALSE(from_hex("00ff7", bytes));
  EXPECT_FALSE(from_hex("00ff7g", bytes));
  EXPECT_EQ(random_token(32).size(), 43u);
  EXPECT_NE(random_token(32), random_token(32));
  EXPECT_EQ(random_token(32).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), std::string::npos);
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "ab"));
}

class MasterKey : public ::testing::Test {
 protected:
  void write(const std::string& text, std::filesystem::perms perms = std::filesystem::perms(0600)) {
    std::filesystem::create_directories(file_.parent_path());
    std::filesystem::remove(file_);
    std::ofstream(file_) << text;
    std::filesystem::permissions(file_, perms);
  }
  sqlite::TempFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "keys" / "master.key";
};

TEST_F(MasterKey, MadeOnceAndForTheOwnerOnly) {
  EXPECT_EQ(load_master_key(file_).error().code, Code::not_found);
  const auto made = load_or_make_master_key(file_);
  ASSERT_TRUE(made.has_value()) << core::describe(made.error());
  struct stat info {};
  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file_.parent_path()), {}), 1) << "nothing left beside it";
  const auto again = load_or_make_master_key(file_);
  EXPECT_EQ(again->secret, made->secret);
  EXPECT_EQ(again->id, made->id);
  EXPECT_NE(made->secret, load_or_make_master_key(folder_.path() / "other" / "master.key")->secret);
}

TEST_F(MasterKey, RefusesWhatOthersMayReadAndWhatIsNoKey) {
  const std::string good = "fenshen-master-key-1 " + std::string(64, 'a') + "\n";
  write(good);
  EXPECT_TRUE(load_master_key(file_).has_value());
  write(good, std::filesystem::perms(0640));
  EXPECT_EQ(load_or_make_master_key(file_).error().code, Code::forbidden);
  for (const std::string& bad : {std::string(), std::string("x"), good.substr(0, 40), "fenshen-master-key-1 " + std::string(64, 'g'), good + good}) {
    write(bad);
    EXPECT_EQ(load_or_make_master_key(file_).error().code, Code::corrupt) << bad;
  }
}

}  // namespace
}  // namespace fenshen::storage::crypto
