#include <charconv>

#include "base/ciphers.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/codec.hpp"
#include "remote/codec_parts.hpp"

namespace mlo::remote {
namespace {

constexpr std::string_view kPrefix = "mlo-key 1 ";
constexpr size_t kSaltSize = 16;
constexpr size_t kLeastKeyFile = 32;
// What a foreign line may ask for: 256 MiB and some seconds.
constexpr unsigned kMostLogN = 18, kMostR = 8, kMostP = 4;
constexpr unsigned kLeastLogN = 10;

std::string_view text_of(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Error malformed() { return failure("the wrapped repository key is malformed"); }

std::string from_hex(std::string_view hex, size_t size) {
  if (hex.size() != 2 * size) throw malformed();
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) {
    const char* digits = hex.data() + 2 * i;
    uint8_t byte = 0;
    const auto [end, error] = std::from_chars(digits, digits + 2, byte, 16);
    if (error != std::errc() || end != digits + 2) throw malformed();
    bytes[i] = static_cast<char>(byte);
  }
  return bytes;
}

unsigned cost_of(std::string_view text, unsigned least, unsigned most) {
  const auto number = parse_int(text);
  if (!number) throw malformed();
  if (*number < least || *number > most) {
    throw failure("the wrapped repository key asks for a scrypt cost out of range");
  }
  return static_cast<unsigned>(*number);
}

SecretKey from_passphrase(const KeySource& source, std::string_view salt, const ScryptCost& cost) {
  SecretKey key;
  scrypt(source.passphrase, salt, cost, key);
  return key;
}

SecretKey from_key_file(const KeySource& source, std::string_view salt) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(source.key_bytes.data());
  return hmac_sha256({bytes, source.key_bytes.size()}, salt);
}

void check_key_file(const KeySource& source) {
  if (source.key_bytes.size() < kLeastKeyFile) {
    throw usage("the key file holds " + std::to_string(source.key_bytes.size()) +
                    " bytes, at least 32 are needed",
                "openssl rand -out FILE 32");
  }
}

/// As the words of a wrapped key say: `scrypt` with its cost, or `file`.
SecretKey wrapping_key(std::span<const std::string_view> words, std::string_view salt,
                       const KeySource& source) {
  if (words[2] == "file" && words.size() == 5) {
    if (source.key_bytes.empty()) {
      throw failure("the remote's key needs its key file",
                    "set the remote's key_file in .mlo/config.yaml");
    }
    check_key_file(source);
    return from_key_file(source, salt);
  }
  if (words[2] != "scrypt" || words.size() != 8) throw malformed();
  const ScryptCost cost{cost_of(words[3], kLeastLogN, kMostLogN), cost_of(words[4], 1, kMostR),
                        cost_of(words[5], 1, kMostP)};
  if (source.passphrase.empty()) {
    throw failure("the remote's key needs its pass phrase",
                  "in .mlo/config.yaml, put passphrase_file in the place of key_file");
  }
  return from_passphrase(source, salt, cost);
}

}  // namespace

RepositoryKey new_repository_key() {
  RepositoryKey key;
  random_bytes(key);
  return key;
}

std::string wrap_key(const RepositoryKey& key, const KeySource& source) {
  std::array<uint8_t, kSaltSize> salt;
  random_bytes(salt);
  std::string line(kPrefix);
  SecretKey wrapping;
  if (!source.passphrase.empty()) {
    const ScryptCost cost;
    line += "scrypt " + std::to_string(cost.log_n) + " " + std::to_string(cost.r) + " " +
            std::to_string(cost.p) + " ";
    wrapping = from_passphrase(source, text_of(salt), cost);
  } else if (!source.key_bytes.empty()) {
    check_key_file(source);
    line += "file ";
    wrapping = from_key_file(source, text_of(salt));
  } else {
    throw usage("an encrypted remote needs a pass phrase or a key file");
  }
  line += to_hex(salt) + " ";
  Nonce nonce;
  random_bytes(nonce);
  std::string sealed(text_of(nonce));
  aes_gcm_seal(wrapping, nonce, line, text_of(key), sealed);
  wipe(wrapping);
  return line + to_hex({reinterpret_cast<const uint8_t*>(sealed.data()), sealed.size()});
}

RepositoryKey unwrap_key(std::string_view wrapped, const KeySource& source) {
  const auto parts = split(wrapped, ' ');
  if (!wrapped.starts_with("mlo-key ") || parts.size() < 5) throw malformed();
  if (parts[1] != "1") throw failure("the wrapped repository key has a newer format", "update mlo");
  const std::string salt = from_hex(parts[parts.size() - 2], kSaltSize);
  const std::string sealed = from_hex(parts.back(), kSealCost + RepositoryKey{}.size());
  SecretKey wrapping = wrapping_key(parts, salt, source);
  Nonce nonce;
  sealed.copy(reinterpret_cast<char*>(nonce.data()), nonce.size());
  const std::string_view label = wrapped.substr(0, wrapped.size() - parts.back().size());
  auto key = aes_gcm_open(wrapping, nonce, label, std::string_view(sealed).substr(nonce.size()));
  wipe(wrapping);
  if (!key) {
    throw failure(parts[2] == "file" ? "wrong key file for the remote's key"
                                     : "wrong pass phrase for the remote's key",
                  "it comes from key_file or passphrase_file in .mlo/config.yaml, else from "
                  "MLO_PASSPHRASE");
  }
  RepositoryKey result;
  key->copy(reinterpret_cast<char*>(result.data()), result.size());
  wipe({reinterpret_cast<uint8_t*>(key->data()), key->size()});
  return result;
}

}  // namespace mlo::remote
