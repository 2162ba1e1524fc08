// A hash function of OpenSSL as digest.cpp and md5.cpp use it. Private to them. A digest that was never
// computed must not look like one, so every call is checked.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mlo {

/// `Algorithm`: kName for OpenSSL, kTitle and kHint for the error; fetched once per process, on first use.
template <typename Algorithm>
class EvpHash {
 public:
  EvpHash() { check(EVP_DigestInit_ex(context_, fetched(), nullptr)); }
  ~EvpHash() { EVP_MD_CTX_free(context_); }
  EvpHash(const EvpHash&) = delete;
  void update(std::span<const std::byte> bytes) {
    check(EVP_DigestUpdate(context_, bytes.data(), bytes.size()));
  }
  /// Resets for the next message.
  void finish(uint8_t* digest) {
    check(EVP_DigestFinal_ex(context_, digest, nullptr));
    check(EVP_DigestInit_ex(context_, nullptr, nullptr));
  }

 private:
  /// OpenSSL's functions return 1.
  static void check(int code) {
    if (code != 1) {
      throw failure("OpenSSL cannot compute " + std::string(Algorithm::kTitle), Algorithm::kHint);
    }
  }
  static const EVP_MD* fetched() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, Algorithm::kName, nullptr);
    check(algorithm != nullptr ? 1 : 0);
    return algorithm;
  }

  EVP_MD_CTX* context_ = EVP_MD_CTX_new();
};

enum class HexCase { lower, either };

/// Exactly two digits a byte; nullopt otherwise.
template <size_t Size>
std::optional<std::array<uint8_t, Size>> parse_hex(std::string_view text, HexCase letters) {
  auto digit = [&](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (letters == HexCase::either && c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::array<uint8_t, Size> bytes;
  if (text.size() != Size * 2) return std::nullopt;
  for (size_t i = 0; i < Size; ++i) {
    int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return bytes;
}

}  // namespace mlo
