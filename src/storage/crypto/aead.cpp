#include "storage/crypto/aead.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include "core/check.h"
#include "storage/crypto/digest.h"

namespace fenshen::storage::crypto {
namespace {

using core::Code;
using core::fail;

struct FreeCipher {
  void operator()(EVP_CIPHER* cipher) const noexcept { EVP_CIPHER_free(cipher); }
};
struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

// Fetched once: looking the cipher up at each call costs more than sealing an utterance.
const EVP_CIPHER* aes_256_gcm() {
  static const std::unique_ptr<EVP_CIPHER, FreeCipher> cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  FENSHEN_CHECK(cipher != nullptr);
  return cipher.get();
}

EVP_CIPHER_CTX* context() {
  thread_local const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> held(EVP_CIPHER_CTX_new());
  FENSHEN_CHECK(held != nullptr);
  return held.get();
}

core::Status check_algorithm(Algorithm algorithm) {
  if (algorithm == Algorithm::aes_256_gcm) return {};
  return fail(Code::invalid, "algorithm " + std::to_string(static_cast<int>(algorithm)) + " is not in this build", "algorithm");
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text, std::size_t at) { return reinterpret_cast<unsigned char*>(text.data()) + at; }

}  // namespace

Nonce random_nonce() {
  Nonce nonce;
  fill_random(nonce);
  return nonce;
}

core::Status seal(Algorithm algorithm, const DataKey& key, const Nonce& nonce, std::string_view aad, std::string_view plain,
                  std::string& out) {
  TRY(check_algorithm(algorithm));
  EVP_CIPHER_CTX* const ctx = context();
  const std::size_t start = out.size();
  out.resize(start + plain.size() + kTagBytes);
  int length = 0;
  bool good = EVP_EncryptInit_ex2(ctx, aes_256_gcm(), key.secret.data(), nonce.data(), nullptr) == 1;
  good = good && (aad.empty() || EVP_EncryptUpdate(ctx, nullptr, &length, bytes(aad), static_cast<int>(aad.size())) == 1);
  good = good && (plain.empty() || EVP_EncryptUpdate(ctx, bytes(out, start), &length, bytes(plain), static_cast<int>(plain.size())) == 1);
  good = good && EVP_EncryptFinal_ex(ctx, bytes(out, start + plain.size()), &length) == 1;
  good = good && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, kTagBytes, bytes(out, start + plain.size())) == 1;
  FENSHEN_CHECK(good);  // fails only for want of memory or a broken library
  return {};
}

core::Result<std::string> open(Algorithm algorithm, const DataKey& key, const Nonce& nonce, std::string_view aad,
                               std::string_view sealed) {
  std::string plain;
  TRY(open_into(algorithm, key, nonce, aad, sealed, plain));
  return plain;
}

core::Status open_into(Algorithm algorithm, const DataKey& key, const Nonce& nonce, std::string_view aad, std::string_view sealed,
                       std::string& out) {
  TRY(check_algorithm(algorithm));
  if (sealed.size() < kTagBytes) return fail(Code::corrupt, "sealed part is shorter than its tag");
  const std::string_view cipher = sealed.substr(0, sealed.size() - kTagBytes);
  std::array<char, kTagBytes> tag;
  std::copy_n(sealed.begin() + static_cast<std::ptrdiff_t>(cipher.size()), kTagBytes, tag.begin());
  const std::size_t start = out.size();
  out.resize(start + cipher.size());
  EVP_CIPHER_CTX* const ctx = context();
  int length = 0;
  bool good = EVP_DecryptInit_ex2(ctx, aes_256_gcm(), key.secret.data(), nonce.data(), nullptr) == 1;
  good = good && (aad.empty() || EVP_DecryptUpdate(ctx, nullptr, &length, bytes(aad), static_cast<int>(aad.size())) == 1);
  good = good && (cipher.empty() || EVP_DecryptUpdate(ctx, bytes(out, start), &length, bytes(cipher), static_cast<int>(cipher.size())) == 1);
  good = good && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1;
  unsigned char rest[16];
  if (good && EVP_DecryptFinal_ex(ctx, rest, &length) == 1) return {};
  out.resize(start);
  return fail(Code::corrupt, "sealed part does not check out with its key and header");
}

}  // namespace fenshen::storage::crypto
