// Where a large file is cut, so that an insertion moves no cut but its neighbours: gear hash (Xia et al.,
// "FastCDC", USENIX ATC 2016; the loop of the Xet specification): h = (h << 1) + table[byte], a cut after
// the byte where the top bits of h are zero and the chunk has the minimum length. At a chunk's start h is
// 0 and the first min - 65 bytes are skipped, as 64 bytes decide h. Tensor files are cut at tensor
// boundaries first: a frozen layer keeps its chunks whatever moves around it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/digest.hpp"

namespace mlo::remote {

/// Files up to this size are one chunk.
inline constexpr uint64_t kWholeFile = 1 << 20;

struct ChunkSizes {
  uint64_t least, target, most;  ///< bytes; target is a power of two
};
/// target/8, target, target*2 with a target of 64 KiB below 1 GiB, 256 KiB below 16 GiB, else 1 MiB.
ChunkSizes chunk_sizes(uint64_t file_size);

using GearTable = std::array<uint64_t, 256>;
/// The table of remotes that are not encrypted: SHA-256("mlo gear 1" and the block's number, u32) for
/// blocks 0 to 63, four u64 each, little-endian.
const GearTable& public_gear();
/// Of an encrypted remote, HMAC-SHA-256 in place of SHA-256: cuts tell nothing without the key.
GearTable keyed_gear(std::span<const uint8_t, 32> key);

/// Offsets where tensors of a safetensors file begin and end, and where the data of an NPY file
/// begins; empty for other files and damaged headers. Ascending, inside (0, size).
std::vector<uint64_t> tensor_cuts(std::span<const std::byte> file);

/// Calls `chunk` with consecutive pieces that make up `file`, once for an empty one. Pieces between two
/// tensor cuts that are shorter than the least size join their successor. 2 GB/s on one core.
void cut_file(std::span<const std::byte> file, const GearTable& gear,
              const std::function<void(std::span<const std::byte>)>& chunk);

}  // namespace mlo::remote
