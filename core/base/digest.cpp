#include "base/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <vector>

#include "base/error.hpp"
#include "base/evp_hash.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace mlo {
namespace {

struct Sha256Algorithm {
  static constexpr const char* kName = "SHA256";
  static constexpr const char* kTitle = "SHA-256";
  static constexpr const char* kHint = "look at openssl.cnf";
};

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
  auto bytes = parse_hex<sizeof(Digest::bytes)>(text, HexCase::lower);
  if (!bytes) return std::nullopt;
  return Digest{*bytes};
}

struct Sha256::Impl : EvpHash<Sha256Algorithm> {};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) { impl_->update(bytes); }

Digest Sha256::finish() {
  Digest digest;
  impl_->finish(digest.bytes.data());
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
