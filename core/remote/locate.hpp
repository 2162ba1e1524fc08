// Where the chunks of objects lie, and in which requests they come.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/digest.hpp"
#include "remote/codec.hpp"
#include "remote/index.hpp"

namespace mlo::remote {

/// One chunk that is needed, and whose it is.
struct ChunkRead {
  Digest pack;
  StoredChunk chunk;
  size_t object = 0;    ///< a number of the caller's
  uint64_t offset = 0;  ///< in the object
};

/// Consecutive bytes of a pack: reads [first, first + count) of the sorted reads.
struct RangeRead {
  Digest pack;
  uint64_t offset = 0, size = 0;
  size_t first = 0, count = 0;
  uint64_t raw = 0;  ///< bytes of its chunks
};

/// Where the indexes have an object, in its order; nullopt: they do not. Throws failure when what they
/// say does not add up. Remembers the last packs that it was asked for.
class Locator {
 public:
  Locator(const Codec& codec, const IndexSet& indexes) : codec_(codec), indexes_(indexes) {}
  std::optional<std::vector<ChunkRead>> find(const Digest& object);

 private:
  const std::vector<StoredChunk>& chunks_of(const Digest& pack);
  const Codec& codec_;
  const IndexSet& indexes_;
  std::map<Digest, std::vector<StoredChunk>> packs_;
};

/// Gaps up to this many bytes are read over: a request costs more.
inline constexpr uint64_t kReadOver = 512 << 10;

/// Joins neighbours up to `most` bytes a request, in any order (sorts by pack and offset), or as given:
/// then a request is also for at most four times as many bytes of chunks, as the caller holds these.
enum class ReadOrder { any, as_given };
std::vector<RangeRead> join_reads(std::vector<ChunkRead>& reads, uint64_t most, ReadOrder order);

}  // namespace mlo::remote
