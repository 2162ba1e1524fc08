#include "base/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <vector>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace mlo {
namespace {

/// OpenSSL's functions return 1. A digest that was never computed must not look like one.
void check(int code) {
  if (code != 1) throw failure("OpenSSL cannot compute SHA-256", "look at openssl.cnf");
}

const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  check(fetched != nullptr ? 1 : 0);
  return fetched;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string to_hex(std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = kDigits[bytes[i] >> 4];
    text[2 * i + 1] = kDigits[bytes[i] & 15];
  }
  return text;
}

std::string Digest::hex() const { return to_hex(bytes); }
std::string Digest::text() const { return "sha256:" + hex(); }

std::optional<Digest> parse_digest(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  Digest digest;
  if (text.size() != digest.bytes.size() * 2) return std::nullopt;
  for (size_t i = 0; i < digest.bytes.size(); ++i) {
    int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest.bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return digest;
}

struct Sha256::Impl {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Impl() { check(EVP_DigestInit_ex(context, algorithm(), nullptr)); }
  ~Impl() { EVP_MD_CTX_free(context); }
  Impl(const Impl&) = delete;
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  check(EVP_DigestUpdate(impl_->context, bytes.data(), bytes.size()));
}

Digest Sha256::finish() {
  Digest digest;
  check(EVP_DigestFinal_ex(impl_->context, digest.bytes.data(), nullptr));
  check(EVP_DigestInit_ex(impl_->context, nullptr, nullptr));
  return digest;
}

Digest sha256(std::span<const std::byte> bytes) {
  thread_local Sha256 hasher;  // a context costs more than hashing a small object
  hasher.update(bytes);
  return hasher.finish();
}

Digest sha256(std::string_view text) { return sha256(as_bytes(text)); }

Digest sha256_of(int fd, const std::string& name, uint64_t* size) {
  return in_context("reading " + quoted(name), [&] {
    std::vector<std::byte> buffer(1 << 18);  // 256 KiB: fits the second-level cache
    Sha256 hasher;
    uint64_t total = 0;
    while (size_t got = read_some(fd, buffer)) {
      hasher.update(std::span(buffer).first(got));
      total += got;
    }
    if (size != nullptr) *size = total;
    return hasher.finish();
  });
}

std::string crypto_version() { return OpenSSL_version(OPENSSL_VERSION_STRING); }

std::string random_hex(size_t digits) {
  std::vector<uint8_t> bytes((digits + 1) / 2);
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw failure("the system has no random numbers");
  }
  return to_hex(bytes).substr(0, digits);
}

}  // namespace mlo
