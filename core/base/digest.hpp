// SHA-256, the name of every object. OpenSSL's implementation (SHA-NI: 2 GB/s on one core against
// 0.4 of a portable one); the algorithm is fetched once per process, on first use (1 ms).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"

namespace mlo {

struct Digest {
  std::array<uint8_t, 32> bytes{};
  auto operator<=>(const Digest&) const = default;
  /// 64 lower-case hex digits.
  std::string hex() const;
  /// "sha256:<hex>", the form in JSON and pointer files.
  std::string text() const;
  /// The first 12 hex digits, for people.
  std::string brief() const { return hex().substr(0, 12); }
};

/// Accepts "sha256:<64 hex>" or "<64 hex>"; nullopt otherwise.
std::optional<Digest> parse_digest(std::string_view text);
std::string to_hex(std::span<const uint8_t> bytes);

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::span<const std::byte> bytes);
  /// The digest of all bytes so far; resets for the next message.
  Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

Digest sha256(std::span<const std::byte> bytes);
Digest sha256(std::string_view text);
/// Hashes from the current position to end of file. `size` receives the number of bytes read.
Digest sha256_of(int fd, const std::string& name, uint64_t* size = nullptr);

/// The version of OpenSSL in use ("3.0.22").
std::string crypto_version();

/// n cryptographically random lower-case hex digits (run ids, temporary names).
std::string random_hex(size_t digits);

}  // namespace mlo

template <>
struct std::hash<mlo::Digest> {
  size_t operator()(const mlo::Digest& digest) const noexcept {
    size_t value;
    __builtin_memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};
