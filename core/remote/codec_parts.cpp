#include "remote/codec_parts.hpp"

#include <algorithm>
#include <bit>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "format/zstd.hpp"

namespace mlo::remote {
namespace {

constexpr uint64_t kLeastPadded = 64;
/// A frame is never shorter than this.
constexpr size_t kLeastFrame = 9;

/// Padme and the rest cost less than this.
uint64_t most_stored(uint64_t raw) { return raw + raw / 8 + kLeastPadded + kSealCost; }

}  // namespace

std::string shrunk(StoredChunk& chunk, std::span<const std::byte> raw) {
  if (raw.size() > kMostChunk) {
    throw failure("a chunk of " + human_size(raw.size()) + " is too large for a remote");
  }
  chunk.raw = static_cast<uint32_t>(raw.size());
  chunk.flags &= ~kZstd;
  if (raw.size() <= kLeastFrame) return "";
  std::string frame = format::zstd_compress(as_text(raw));
  if (frame.size() > raw.size() - raw.size() / 20 || frame.size() == raw.size()) return "";
  chunk.flags |= kZstd;
  return frame;
}

std::string file_frame(std::string_view name, std::string_view plain) {
  if (plain.size() > kMostFile) {
    throw failure("file " + quoted(name) + " of " + human_size(plain.size()) +
                  " is too large for a remote");
  }
  return format::zstd_compress(plain, format::ZstdChecksum::added);
}

uint64_t padded_size(uint64_t size) {
  size = std::max(size, kLeastPadded);
  const auto exponent = static_cast<unsigned>(std::bit_width(size)) - 1;
  const auto kept = static_cast<unsigned>(std::bit_width(exponent));
  const uint64_t mask = (uint64_t{1} << (exponent - kept)) - 1;
  return (size + mask) & ~mask;
}

void check_chunk(const StoredChunk& chunk) {
  if ((chunk.flags & ~uint32_t{kZstd | kWhole | kSealed}) != 0) {
    throw failure("a chunk has a flag of a newer format", "update mlo");
  }
  const bool as_it_is = (chunk.flags & (kZstd | kSealed)) == 0;
  const bool sealed = (chunk.flags & kSealed) != 0;
  const uint64_t least = as_it_is ? chunk.raw : sealed ? kLeastPadded + kSealCost : kLeastFrame;
  const uint64_t most = as_it_is ? chunk.raw : sealed ? most_stored(chunk.raw) : chunk.raw;
  if (chunk.raw > kMostChunk || chunk.stored < least || chunk.stored > most) {
    throw failure("a chunk has an impossible size");
  }
}

}  // namespace mlo::remote
