// Secrets: AES-256-GCM, HMAC-SHA-256, scrypt and random bytes, from OpenSSL. Algorithms are fetched once
// per process and contexts kept per thread, so that sealing 3 KiB costs 2 us and not a look-up in the
// provider's tables. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mlo {

using SecretKey = std::array<uint8_t, 32>;
using Nonce = std::array<uint8_t, 12>;
inline constexpr size_t kTagSize = 16;

/// Appends ciphertext and tag (NIST SP 800-38D) to `out`. One key never sees a nonce twice: with random
/// ones it may seal 2^32 messages.
void aes_gcm_seal(const SecretKey& key, const Nonce& nonce, std::string_view associated,
                  std::string_view plain, std::string& out);
/// nullopt: not what was sealed with this key, nonce and associated data.
std::optional<std::string> aes_gcm_open(const SecretKey& key, const Nonce& nonce,
                                        std::string_view associated, std::string_view sealed);

/// RFC 2104 with SHA-256.
std::array<uint8_t, 32> hmac_sha256(std::span<const uint8_t> key, std::string_view message);

/// RFC 7914; takes 128 * 2^log_n * r bytes.
struct ScryptCost {
  unsigned log_n = 16, r = 8, p = 1;
};
/// Fills `key`. Throws failure when the memory cannot be had.
void scrypt(std::string_view passphrase, std::string_view salt, const ScryptCost& cost,
            std::span<uint8_t> key);

void random_bytes(std::span<uint8_t> bytes);
/// Overwrites a secret that is no longer needed; the compiler does not drop it.
void wipe(std::span<uint8_t> secret);

}  // namespace mlo
