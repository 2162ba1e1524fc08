// Bytes and chunks for the tests of the formats of remotes.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/files.hpp"
#include "remote/codec.hpp"
#include "remote/index.hpp"
#include "remote/pack.hpp"
#include "support/error_of.hpp"

namespace mlo::remote {

/// splitmix64: the same bytes for the same seed, and none that compress.
inline std::string noise(size_t size, uint64_t seed) {
  std::string bytes(size + 8, '\0');
  for (size_t i = 0; i < size; i += 8) {
    uint64_t z = seed += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    std::memcpy(bytes.data() + i, &z, 8);
  }
  bytes.resize(size);
  return bytes;
}

inline RepositoryKey fixed_key() {
  RepositoryKey key;
  for (size_t i = 0; i < key.size(); ++i) key[i] = static_cast<uint8_t>(i);
  return key;
}

/// The plain and the sealed one, for tests that hold for both.
inline std::vector<std::unique_ptr<Codec>> both_codecs() {
  std::vector<std::unique_ptr<Codec>> codecs;
  codecs.push_back(plain_codec());
  codecs.push_back(sealed_codec(fixed_key()));
  return codecs;
}

inline Digest id_of(const Codec& codec, std::string_view content) {
  return codec.id_of(sha256(content));
}

inline FinishedPack pack_of(const Codec& codec, const std::vector<std::string>& contents) {
  PackBuilder builder(codec);
  for (const std::string& content : contents) {
    builder.add(id_of(codec, content), as_bytes(content), kWhole);
  }
  return builder.finish();
}

inline std::string_view stored_of(const FinishedPack& pack, size_t i) {
  return std::string_view(pack.bytes).substr(pack.chunks[i].offset, pack.chunks[i].stored);
}

inline std::string flipped(std::string bytes, size_t at) {
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x10);
  return bytes;
}

}  // namespace mlo::remote
