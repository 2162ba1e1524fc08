// What stands between plain bytes and what a remote may see: nothing, or a repository key.
//
// Plain: a chunk's id is its SHA-256; it is stored as it is or as one zstd frame where that saves 5 %;
// whole files (index, manifest) are zstd frames with a checksum. `zstd` and `sha256sum` suffice to read
// everything.
//
// Encrypted: a chunk's id is HMAC-SHA-256(id key, SHA-256 of the chunk), and it is stored as
//
//      0  12  nonce, random
//     12      AES-256-GCM of the chunk or its zstd frame, followed by zeros up to a padded size (Padme,
//             Nikitin et al., PETS 2019: at most 12 % more, and sizes fall into few classes)
//      -  16  tag; also over "mlo chunk 1", id 32, raw u32, flags u32
//
// and a whole file as "MLOSEAL", byte 1, then the same of its zstd frame, with the tag also over
// "mlo file 1" and its name, so that one cannot stand in for another. The keys of bytes, ids, names of
// files and the gear table are HMAC-SHA-256(repository key, "mlo remote 1 " and "bytes", "ids", "names" or
// "gear"). With random nonces one key is good for 2^32 chunks, 256 TiB at the smallest target.
//
// Rejected: one key per pack (a key for each range request), convergent encryption (who has the file can
// tell that the remote has it), compressing after the padding (undoes it).
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

/// No chunk is longer, and no whole file holds more: readers refuse it before they take memory.
inline constexpr uint64_t kMostChunk = 32 << 20;
inline constexpr uint64_t kMostFile = 512 << 20;

/// Where a chunk lies in its pack.
struct StoredChunk {
  Digest id;
  uint32_t offset = 0;  ///< in the pack file
  uint32_t stored =
      0;             ///< bytes in the pack, with nonce, padding and tag; 0 for an empty plain chunk
  uint32_t raw = 0;  ///< bytes of the chunk
  uint32_t flags = 0;  ///< of ChunkFlag
  friend bool operator==(const StoredChunk&, const StoredChunk&) = default;
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
  virtual bool encrypts() const = 0;
  virtual Digest id_of(const Digest& content) const = 0;
  virtual const GearTable& gear() const = 0;
  /// What goes into the pack; sets flags (kWhole stays as it is), stored and raw of `chunk`, whose id is
  /// set. Throws failure above kMostChunk.
  virtual std::string seal_chunk(StoredChunk& chunk, std::span<const std::byte> raw) const = 0;
  /// The chunk's bytes, checked: throws failure when they are not those of its id.
  virtual std::string open_chunk(const StoredChunk& chunk, std::string_view stored) const = 0;
  /// A whole file under `name` ("index/..", "manifests/.."); open_file throws when it is damaged, was put
  /// under another name, or is of another key. A plain file does not know its name: open_index,
  /// open_manifest and read_pack_table compare it with what is in the file.
  virtual std::string seal_file(std::string_view name, std::string_view plain) const = 0;
  virtual std::string open_file(std::string_view name, std::string_view sealed) const = 0;
  /// "manifests/<hex>" for a certified thing ("commit 3fa9..", "roots sha256:..").
  virtual std::string manifest_name(std::string_view what) const = 0;
};

using RepositoryKey = std::array<uint8_t, 32>;
std::unique_ptr<Codec> plain_codec();
std::unique_ptr<Codec> sealed_codec(const RepositoryKey& key);

/// The least size of the Padme series that holds `size` bytes; at least 64.
uint64_t padded_size(uint64_t size);
/// Throws failure when a foreign description of a chunk claims what no writer writes.
void check_chunk(const StoredChunk& chunk);

/// Where a repository key is taken from.
struct KeySource {
  std::string passphrase;  ///< one of the two is set
  std::string key_bytes;   ///< of a key file, 32 or more
};
RepositoryKey new_repository_key();
/// One line of text without newline, for the file `mlo-remote`: "mlo-key 1 scrypt 16 8 1 SALT SEALED" or
/// "mlo-key 1 file SALT SEALED". SALT is 16 random bytes and SEALED the nonce, the encrypted repository
/// key and the tag, in hex; the tag is also over everything before SEALED. The wrapping key is
/// scrypt(pass phrase, SALT, N = 2^16, r = 8, p = 1; 64 MiB, 0.2 s) or HMAC-SHA-256(key file, SALT).
/// Throws usage for an empty pass phrase or a key file shorter than 32 bytes.
std::string wrap_key(const RepositoryKey& key, const KeySource& source);
/// Throws failure "wrong pass phrase", "wrong key file", or what is malformed.
RepositoryKey unwrap_key(std::string_view wrapped, const KeySource& source);

}  // namespace mlo::remote
