// MD5, the name of objects in DVC's caches. Not a safeguard: whatever is found by its MD5 gets its
// SHA-256 at once. OpenSSL's implementation (0.7 GB/s), fetched once per process, on first use.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace mlo {

struct Md5Digest {
  std::array<uint8_t, 16> bytes{};
  auto operator<=>(const Md5Digest&) const = default;
  /// 32 lower-case hex digits.
  std::string hex() const;
};

/// Exactly 32 hex digits, of either case; nullopt otherwise.
std::optional<Md5Digest> parse_md5(std::string_view text);

class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(Md5&&) noexcept;
  Md5& operator=(Md5&&) noexcept;
  void update(std::span<const std::byte> bytes);
  /// The digest of all bytes so far; resets for the next message.
  Md5Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

Md5Digest md5(std::span<const std::byte> bytes);
Md5Digest md5(std::string_view text);

}  // namespace mlo

template <>
struct std::hash<mlo::Md5Digest> {
  size_t operator()(const mlo::Md5Digest& digest) const noexcept {
    size_t value;
    __builtin_memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};
