#include "remote/range_reader.hpp"

#include <optional>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "remote/pack.hpp"

namespace mlo::remote {
namespace {

// One pack that is gone is damage; eight failures, each after the back-offs of its backend, are a
// remote that cannot be reached.
constexpr int kMostFailures = 8;

}  // namespace

void RangeReader::note(const std::string& pack, const Error& error) {
  std::lock_guard hold(mutex_);
  if (damage_.empty()) damage_ = quoted(pack) + ": " + error.message();
}

void RangeReader::read_one(std::span<const ChunkRead> reads, const RangeRead& range,
                           const std::function<void(const ChunkRead&, std::string)>& chunk,
                           const std::function<void(const ChunkRead&)>& bad) {
  env_.check_cancelled();
  const std::string name = pack_name(range.pack);
  std::string bytes;
  const auto mine = reads.subspan(range.first, range.count);
  try {
    if (range.size > 0) bytes = remote_.backend().read_range(name, range.offset, range.size);
    received_ += range.size;
  } catch (const Error& error) {
    if (error.code() == Exit::interrupted || ++failures_ >= kMostFailures) throw;
    note(name, error);
    for (const ChunkRead& read : mine) bad(read);
    return;
  }
  for (const ChunkRead& read : mine) {
    const auto stored = std::string_view(bytes).substr(
        static_cast<size_t>(read.chunk.offset - range.offset), read.chunk.stored);
    std::optional<std::string> raw;
    try {
      raw = remote_.codec().open_chunk(read.chunk, stored);
    } catch (const Error& error) {
      note(name, error);
    }
    if (raw) {
      chunk(read, std::move(*raw));
    } else {
      bad(read);
    }
  }
}

void RangeReader::read(std::span<const ChunkRead> reads, std::span<const RangeRead> ranges,
                       const std::function<void(const ChunkRead&, std::string)>& chunk,
                       const std::function<void(const ChunkRead&)>& bad) {
  parallel_for(
      ranges.size(), [&](size_t i) { read_one(reads, ranges[i], chunk, bad); }, jobs_);
}

}  // namespace mlo::remote
