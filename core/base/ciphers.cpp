#include "base/ciphers.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <memory>

#include "base/error.hpp"

namespace mlo {
namespace {

/// EVP's lengths are ints.
constexpr size_t kMostBytes = 1 << 30;

void check(bool fine, const char* what) {
  if (!fine) {
    throw failure(std::string("OpenSSL cannot compute ") + what, "look at openssl.cnf");
  }
}

const uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

int length_of(std::string_view text) {
  if (text.size() > kMostBytes) throw failure("too large to encrypt in one piece");
  return static_cast<int>(text.size());
}

const EVP_CIPHER* aes_gcm() {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  check(fetched != nullptr, "AES-256-GCM");
  return fetched;
}

struct CipherContext {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  CipherContext() { check(context != nullptr, "AES-256-GCM"); }
  ~CipherContext() { EVP_CIPHER_CTX_free(context); }
  CipherContext(const CipherContext&) = delete;
};

EVP_CIPHER_CTX* cipher_context() {
  thread_local CipherContext kept;  // allocating one takes longer than sealing a small chunk
  return kept.context;
}

struct MacContext {
  EVP_MAC_CTX* context = nullptr;
  MacContext() {
    static EVP_MAC* const fetched = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    check(fetched != nullptr, "HMAC");
    context = EVP_MAC_CTX_new(fetched);
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    check(context != nullptr && EVP_MAC_CTX_set_params(context, params) == 1, "HMAC");
  }
  ~MacContext() { EVP_MAC_CTX_free(context); }
  MacContext(const MacContext&) = delete;
};

}  // namespace

void aes_gcm_seal(const SecretKey& key, const Nonce& nonce, std::string_view associated,
                  std::string_view plain, std::string& out) {
  EVP_CIPHER_CTX* context = cipher_context();
  const size_t start = out.size();
  out.resize(start + plain.size() + kTagSize);
  auto* sealed = reinterpret_cast<uint8_t*>(out.data()) + start;
  int done = 0;
  check(
      EVP_EncryptInit_ex2(context, aes_gcm(), key.data(), nonce.data(), nullptr) == 1 &&
          EVP_EncryptUpdate(context, nullptr, &done, bytes_of(associated), length_of(associated)) ==
              1 &&
          EVP_EncryptUpdate(context, sealed, &done, bytes_of(plain), length_of(plain)) == 1 &&
          EVP_EncryptFinal_ex(context, sealed + done, &done) == 1 &&
          EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagSize, sealed + plain.size()) == 1,
      "AES-256-GCM");
}

std::optional<std::string> aes_gcm_open(const SecretKey& key, const Nonce& nonce,
                                        std::string_view associated, std::string_view sealed) {
  if (sealed.size() < kTagSize) return std::nullopt;
  const std::string_view text = sealed.substr(0, sealed.size() - kTagSize);
  std::array<uint8_t, kTagSize> tag{};
  sealed.copy(reinterpret_cast<char*>(tag.data()), kTagSize, text.size());
  EVP_CIPHER_CTX* context = cipher_context();
  std::string plain(text.size(), '\0');
  auto* out = reinterpret_cast<uint8_t*>(plain.data());
  int done = 0;
  check(EVP_DecryptInit_ex2(context, aes_gcm(), key.data(), nonce.data(), nullptr) == 1 &&
            EVP_DecryptUpdate(context, nullptr, &done, bytes_of(associated),
                              length_of(associated)) == 1 &&
            EVP_DecryptUpdate(context, out, &done, bytes_of(text), length_of(text)) == 1 &&
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1,
        "AES-256-GCM");
  if (EVP_DecryptFinal_ex(context, out + done, &done) != 1) return std::nullopt;
  return plain;
}

std::array<uint8_t, 32> hmac_sha256(std::span<const uint8_t> key, std::string_view message) {
  thread_local MacContext kept;
  // OpenSSL takes a null key for "the one before".
  static constexpr uint8_t kNoByte = 0;
  std::array<uint8_t, 32> code{};
  size_t size = 0;
  check(EVP_MAC_init(kept.context, key.empty() ? &kNoByte : key.data(), key.size(), nullptr) == 1 &&
            EVP_MAC_update(kept.context, bytes_of(message), message.size()) == 1 &&
            EVP_MAC_final(kept.context, code.data(), &size, code.size()) == 1 &&
            size == code.size(),
        "HMAC");
  return code;
}

void scrypt(std::string_view passphrase, std::string_view salt, const ScryptCost& cost,
            std::span<uint8_t> key) {
  const uint64_t n = uint64_t{1} << cost.log_n;
  // What RFC 7914 needs and the few blocks that OpenSSL counts on top.
  const uint64_t memory = 128 * cost.r * (n + cost.p + 2) + (1 << 20);
  if (EVP_PBE_scrypt(passphrase.data(), passphrase.size(), bytes_of(salt), salt.size(), n, cost.r,
                     cost.p, memory, key.data(), key.size()) != 1) {
    throw failure("cannot derive a key with scrypt",
                  "it takes " + std::to_string(memory >> 20) + " MiB of memory");
  }
}

void random_bytes(std::span<uint8_t> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw failure("the system has no random numbers");
  }
}

void wipe(std::span<uint8_t> secret) { OPENSSL_cleanse(secret.data(), secret.size()); }

}  // namespace mlo
