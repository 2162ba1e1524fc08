#include "base/md5.hpp"

#include "base/evp_hash.hpp"
#include "base/files.hpp"

namespace mlo {
namespace {

/// FIPS configurations have no MD5 at all.
struct Md5Algorithm {
  static constexpr const char* kName = "MD5";
  static constexpr const char* kTitle = "MD5";
  static constexpr const char* kHint = "a FIPS configuration forbids it: look at openssl.cnf";
};

}  // namespace

std::string Md5Digest::hex() const { return to_hex(bytes); }

std::optional<Md5Digest> parse_md5(std::string_view text) {
  auto bytes = parse_hex<sizeof(Md5Digest::bytes)>(text, HexCase::either);
  if (!bytes) return std::nullopt;
  return Md5Digest{*bytes};
}

struct Md5::Impl : EvpHash<Md5Algorithm> {};

Md5::Md5() : impl_(std::make_unique<Impl>()) {}
Md5::~Md5() = default;
Md5::Md5(Md5&&) noexcept = default;
Md5& Md5::operator=(Md5&&) noexcept = default;

void Md5::update(std::span<const std::byte> bytes) { impl_->update(bytes); }

Md5Digest Md5::finish() {
  Md5Digest digest;
  impl_->finish(digest.bytes.data());
  return digest;
}

Md5Digest md5(std::span<const std::byte> bytes) {
  thread_local Md5 hasher;
  hasher.update(bytes);
  return hasher.finish();
}

Md5Digest md5(std::string_view text) { return md5(as_bytes(text)); }

}  // namespace mlo
