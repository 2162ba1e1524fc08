#include "base/ciphers.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "base/digest.hpp"

using namespace mlo;

namespace {

std::string unhex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::span<const uint8_t> as_u8(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string hex_of(std::string_view bytes) { return to_hex(as_u8(bytes)); }

template <typename Array>
Array array_of(std::string_view hex) {
  Array array;
  const std::string bytes = unhex(hex);
  REQUIRE(bytes.size() == array.size());
  std::copy(bytes.begin(), bytes.end(), array.begin());
  return array;
}

struct GcmCase {
  const char *key, *nonce, *plain, *associated, *cipher, *tag;
};

// McGrew, Viega, "The Galois/Counter Mode of Operation", appendix B, test cases 13 to 16.
const GcmCase kGcm[] = {
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "00000000000000000000000000000000", "", "cea7403d4d606b6e074ec5d3baf39d18",
     "d0d1c8a799996bf0265b98b5d48ab919"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "525"
     "b16aedf5aa0de657ba637b391aafd255",
     "",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828"
     "838"
     "c5f61e6393ba7a0abcc9f662898015ad",
     "b094dac5d93471bdec1a502270e3cc6c"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "525"
     "b16aedf5aa0de657ba637b39",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828"
     "838"
     "c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"}};

}  // namespace

TEST_CASE("AES-256-GCM of the paper's test cases, both ways") {
  for (const GcmCase& one : kGcm) {
    const auto key = array_of<SecretKey>(one.key);
    const auto nonce = array_of<Nonce>(one.nonce);
    const std::string plain = unhex(one.plain), associated = unhex(one.associated);
    std::string sealed = "before";
    aes_gcm_seal(key, nonce, associated, plain, sealed);
    CHECK(sealed.substr(0, 6) == "before");
    sealed.erase(0, 6);
    CHECK(hex_of(sealed) == std::string(one.cipher) + one.tag);
    CHECK(aes_gcm_open(key, nonce, associated, sealed) == plain);
  }
}

TEST_CASE("what was not sealed like this does not open") {
  const auto key = array_of<SecretKey>(kGcm[3].key);
  const auto nonce = array_of<Nonce>(kGcm[3].nonce);
  std::string sealed;
  aes_gcm_seal(key, nonce, "name", "secret", sealed);
  for (size_t at = 0; at < sealed.size(); ++at) {
    std::string damaged = sealed;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    CHECK_FALSE(aes_gcm_open(key, nonce, "name", damaged));
    CHECK_FALSE(aes_gcm_open(key, nonce, "name", sealed.substr(0, at)));
  }
  CHECK_FALSE(aes_gcm_open(key, nonce, "other", sealed));
  CHECK_FALSE(aes_gcm_open(key, Nonce{}, "name", sealed));
  CHECK_FALSE(aes_gcm_open(SecretKey{}, nonce, "name", sealed));
  CHECK(aes_gcm_open(key, nonce, "name", sealed) == "secret");
}

// RFC 4231, sections 4.2 to 4.4, 4.7 and 4.8.
TEST_CASE("HMAC-SHA-256 of the RFC's test cases") {
  const auto code = [](std::string_view key, std::string_view message) {
    return to_hex(hmac_sha256(as_u8(key), message));
  };
  CHECK(code(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(code("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(code(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(code(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(code(std::string(131, '\xaa'),
             "This is a test using a larger than block-size key and a larger than block-size data. "
             "The key needs to be hashed before being used by the HMAC algorithm.") ==
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
  // The same as with no key at all, not as with the key before.
  CHECK(code("", "") == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// RFC 7914, section 12.
TEST_CASE("scrypt of the RFC's test vectors") {
  const auto derived = [](std::string_view phrase, std::string_view salt, const ScryptCost& cost) {
    std::vector<uint8_t> key(64);
    scrypt(phrase, salt, cost, key);
    return to_hex(key);
  };
  CHECK(derived("", "", {4, 1, 1}) ==
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
        "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
  CHECK(derived("password", "NaCl", {10, 8, 16}) ==
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
  CHECK(derived("pleaseletmein", "SodiumChloride", {14, 8, 1}) ==
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

TEST_CASE("ciphers work on many threads at a time") {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const SecretKey key{static_cast<uint8_t>(t)};
      for (int i = 0; i < 200; ++i) {
        const std::string text = std::to_string(i);
        std::string sealed;
        aes_gcm_seal(key, {}, text, text, sealed);
        const bool same = hmac_sha256(key, text) == hmac_sha256(key, text);
        if (same && aes_gcm_open(key, {}, text, sealed) == text) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 800);
}

TEST_CASE("random bytes differ, and a wiped secret is gone") {
  SecretKey a{}, b{};
  random_bytes(a);
  random_bytes(b);
  CHECK(a != b);
  wipe(a);
  CHECK(a == SecretKey{});
}
