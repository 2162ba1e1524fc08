// Packs of a remote: up to 64 MiB of chunks behind one name, put once.
//
//      0   8  magic "MLORPCK", byte 1 (version)
//      8      chunks back to back, each `stored` bytes
//      -   t  table under the name "packs" of Codec::seal_file (a zstd frame where nothing is encrypted).
//             Of 48 bytes for each chunk, in their order: id 32, offset u32, stored u32, raw u32, flags u32
//      -   8  t u32, then "MLOT"
// little-endian; named packs/ab/cdef... by the SHA-256 of the whole file, so that `sha256sum` verifies it
// and an index can be rebuilt from packs alone. The table is sealed, as the sizes of chunks tell what the
// padding hides. Rejected: a header before each chunk (the table is needed in the index anyway, and with
// it neighbouring chunks are one range of bytes).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "remote/codec.hpp"

namespace mlo::remote {

inline constexpr uint64_t kPackSize = 64 << 20;

struct FinishedPack {
  Digest name;
  std::string bytes;
  std::vector<StoredChunk> chunks;
};

/// "packs/ab/cdef...".
std::string pack_name(const Digest& name);

/// Collects chunks until full. Not thread-safe.
class PackBuilder {
 public:
  explicit PackBuilder(const Codec& codec);
  bool empty() const { return chunks_.empty(); }
  /// Whether one more chunk of `raw` bytes might exceed kPackSize. An empty builder takes any chunk.
  bool full_for(uint64_t raw) const;
  /// Returns the chunk's ordinal. `flags`: kWhole or 0. Throws failure above kMostChunk.
  uint32_t add(const Digest& id, std::span<const std::byte> raw, uint32_t flags);
  /// For chunks that were sealed on other threads.
  uint32_t add_sealed(StoredChunk chunk, std::string_view stored);
  FinishedPack finish();  ///< empties the builder, which must hold a chunk

 private:
  const Codec& codec_;
  std::string bytes_;
  std::vector<StoredChunk> chunks_;
};

/// The chunk table of the whole pack file that lies under `name`; throws failure when the bytes are not
/// those of the name, or malformed.
std::vector<StoredChunk> read_pack_table(const Codec& codec, const Digest& name,
                                         std::string_view pack);

}  // namespace mlo::remote
