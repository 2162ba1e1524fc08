#include "base/md5.hpp"

#include <openssl/evp.h>

#include "base/error.hpp"
#include "base/files.hpp"

namespace mlo {
namespace {

/// OpenSSL's functions return 1. FIPS configurations have no MD5 at all.
void check(int code) {
  if (code != 1) {
    throw failure("OpenSSL cannot compute MD5",
                  "a FIPS configuration forbids it: look at openssl.cnf");
  }
}

const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "MD5", nullptr);
  check(fetched != nullptr ? 1 : 0);
  return fetched;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string Md5Digest::hex() const { return to_hex(bytes); }

std::optional<Md5Digest> parse_md5(std::string_view text) {
  Md5Digest digest;
  if (text.size() != digest.bytes.size() * 2) return std::nullopt;
  for (size_t i = 0; i < digest.bytes.size(); ++i) {
    int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest.bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return digest;
}

struct Md5::Impl {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Impl() { check(EVP_DigestInit_ex(context, algorithm(), nullptr)); }
  ~Impl() { EVP_MD_CTX_free(context); }
  Impl(const Impl&) = delete;
};

Md5::Md5() : impl_(std::make_unique<Impl>()) {}
Md5::~Md5() = default;
Md5::Md5(Md5&&) noexcept = default;
Md5& Md5::operator=(Md5&&) noexcept = default;

void Md5::update(std::span<const std::byte> bytes) {
  check(EVP_DigestUpdate(impl_->context, bytes.data(), bytes.size()));
}

Md5Digest Md5::finish() {
  Md5Digest digest;
  check(EVP_DigestFinal_ex(impl_->context, digest.bytes.data(), nullptr));
  check(EVP_DigestInit_ex(impl_->context, nullptr, nullptr));
  return digest;
}

Md5Digest md5(std::span<const std::byte> bytes) {
  thread_local Md5 hasher;
  hasher.update(bytes);
  return hasher.finish();
}

Md5Digest md5(std::string_view text) { return md5(as_bytes(text)); }

}  // namespace mlo
