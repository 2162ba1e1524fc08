// What stands between plain bytes and what a remote may see: nothing, or a repository key.
//
// Plain: a chunk's id is its SHA-256; it is stored as it is or as one zstd frame where that saves 5 %;
// whole files (index, manifest) are zstd frames. `zstd` and `sha256sum` suffice to read everything.
//
// Encrypted: AES-256-GCM per pack entry with a random 96-bit nonce, the chunk's id, flags and raw size as
// associated data; ids are HMAC-SHA-256(id key, SHA-256 of the chunk); plaintext is padded (Padme,
// Nikitin et al., PETS 2019) before it is sealed. Whole files are sealed the same way with their name as
// associated data, so that one cannot stand in for another. Keys for ids, bytes, file names and the gear
// table derive from the repository key by HMAC with a label each. Names of manifests are keyed, too.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "remote/chunker.hpp"

namespace mlo::remote {

/// Where a chunk lies in its pack.
struct StoredChunk {
  Digest id;
  uint32_t offset = 0;  ///< in the pack file
  uint32_t stored = 0;  ///< bytes in the pack, with nonce, padding and tag
  uint32_t raw = 0;     ///< bytes of the chunk
  uint32_t flags = 0;   ///< of ChunkFlag
};
enum ChunkFlag : uint32_t {
  kZstd = 1,    ///< compressed
  kWhole = 2,   ///< the chunk is a whole object: its digest is the object's
  kSealed = 4,  ///< encrypted
};

/// Immutable, thread-safe.
class Codec {
 public:
  virtual ~Codec() = default;
  virtual Digest id_of(const Digest& content) const = 0;
  virtual const GearTable& gear() const = 0;
  /// What goes into the pack; sets flags, stored and raw of `chunk`, whose id is set.
  virtual std::string seal_chunk(StoredChunk& chunk, std::span<const std::byte> raw) const = 0;
  /// The chunk's bytes, checked: throws failure when they are not those of its id.
  virtual std::string open_chunk(const StoredChunk& chunk, std::string_view stored) const = 0;
  /// A whole file under `name` ("index/..", "manifests/.."); open_file throws when it is damaged, was put
  /// under another name, or is of another key.
  virtual std::string seal_file(std::string_view name, std::string_view plain) const = 0;
  virtual std::string open_file(std::string_view name, std::string_view sealed) const = 0;
  /// "manifests/<hex>" for a certified thing ("commit 3fa9..", "roots sha256:..").
  virtual std::string manifest_name(std::string_view what) const = 0;
};

using RepositoryKey = std::array<uint8_t, 32>;
std::unique_ptr<Codec> plain_codec();
std::unique_ptr<Codec> sealed_codec(const RepositoryKey& key);

/// The key as it lies in the remote's configuration: wrapped by a pass phrase (scrypt, N = 2^16, r = 8,
/// p = 1) or by 32 or more bytes of a key file. Unwrapping throws failure "wrong pass phrase or key".
struct KeySource {
  std::string passphrase;  ///< one of the two is set
  std::string key_bytes;
};
RepositoryKey new_repository_key();
std::string wrap_key(const RepositoryKey& key, const KeySource& source);  ///< one line of text
RepositoryKey unwrap_key(std::string_view wrapped, const KeySource& source);

}  // namespace mlo::remote
