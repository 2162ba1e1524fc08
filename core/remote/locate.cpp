#include "remote/locate.hpp"

#include <algorithm>
#include <tuple>

#include "base/error.hpp"

namespace mlo::remote {
namespace {

constexpr size_t kRememberedPacks = 64;
// A writer's chunks have 8 KiB or more, but for the last before a tensor: 16 TiB of the largest files.
constexpr uint64_t kMostReads = 16 << 20;
constexpr uint64_t kLeastAverage = 1 << 10;

bool joins(const RangeRead& range, const ChunkRead& read, uint64_t most, ReadOrder order) {
  const uint64_t range_end = range.offset + range.size;
  const uint64_t end = uint64_t{read.chunk.offset} + read.chunk.stored;
  if (range.pack != read.pack || read.chunk.offset < range.offset) return false;
  if (read.chunk.offset > range_end + kReadOver || end - range.offset > most) return false;
  if (order == ReadOrder::any) return true;
  // A chunk that is there already comes for nothing: runs of zeros are one chunk, many times.
  return (read.chunk.offset >= range_end || end <= range_end) &&
         range.raw + read.chunk.raw <= 4 * most;
}

}  // namespace

const std::vector<StoredChunk>& Locator::chunks_of(const Digest& pack) {
  auto found = packs_.find(pack);
  if (found == packs_.end()) {
    if (packs_.size() >= kRememberedPacks) packs_.clear();
    found = packs_.emplace(pack, indexes_.chunks_of(pack)).first;
  }
  return found->second;
}

std::optional<std::vector<ChunkRead>> Locator::find(const Digest& object) {
  if (auto place = indexes_.find_chunk(codec_.id_of(object))) {
    return std::vector<ChunkRead>{{place->pack, place->chunk, 0, 0}};
  }
  auto cut = indexes_.find_object(object);
  if (!cut) return std::nullopt;
  std::vector<ChunkRead> reads;
  uint64_t size = 0;
  for (const Run& run : cut->runs) {
    const std::vector<StoredChunk>& chunks = chunks_of(run.pack);
    if (run.first > chunks.size() || run.count > chunks.size() - run.first) {
      throw failure("the recipe of sha256:" + object.brief() + " names chunks that no index has");
    }
    if (reads.size() + uint64_t{run.count} >
        std::min(kMostReads, 1024 + cut->size / kLeastAverage)) {
      throw failure("the recipe of sha256:" + object.brief() + " has impossibly many chunks");
    }
    for (uint32_t i = run.first; i < run.first + run.count; ++i) {
      reads.push_back({run.pack, chunks[i], 0, size});
      size += chunks[i].raw;
    }
  }
  if (size != cut->size) {
    throw failure("the recipe of sha256:" + object.brief() + " does not add up to its size");
  }
  return reads;
}

std::vector<RangeRead> join_reads(std::vector<ChunkRead>& reads, uint64_t most, ReadOrder order) {
  if (order == ReadOrder::any) {
    std::sort(reads.begin(), reads.end(), [](const ChunkRead& a, const ChunkRead& b) {
      return std::tie(a.pack, a.chunk.offset) < std::tie(b.pack, b.chunk.offset);
    });
  }
  std::vector<RangeRead> ranges;
  for (size_t i = 0; i < reads.size(); ++i) {
    const StoredChunk& chunk = reads[i].chunk;
    if (ranges.empty() || !joins(ranges.back(), reads[i], most, order)) {
      ranges.push_back({reads[i].pack, chunk.offset, 0, i, 0, 0});
    }
    RangeRead& last = ranges.back();
    last.size = std::max(last.size, uint64_t{chunk.offset} + chunk.stored - last.offset);
    last.raw += chunk.raw;
    ++last.count;
  }
  return ranges;
}

}  // namespace mlo::remote
