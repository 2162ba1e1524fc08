#include "remote/chunker.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "base/ciphers.hpp"
#include "store/bytes.hpp"

namespace mlo::remote {
namespace {

constexpr uint64_t kMedium = uint64_t{1} << 30, kLarge = uint64_t{16} << 30;
/// A cut depends on this many bytes before it: the shift has moved older ones out of the hash.
constexpr uint64_t kWindow = 64;

template <typename Hash>
GearTable gear_table(const Hash& hash) {
  GearTable table{};
  for (uint32_t block = 0; block < table.size() / 4; ++block) {
    std::string text = "mlo gear 1";
    store::append_little(text, block);
    const std::array<uint8_t, 32> bytes = hash(text);
    for (size_t i = 0; i < 4; ++i) {
      table[4 * block + i] =
          store::read_little<uint64_t>(std::as_bytes(std::span(bytes)).subspan(8 * i, 8));
    }
  }
  return table;
}

/// Where the chunk that begins at `bytes` ends; at most `size`.
uint64_t next_cut(const std::byte* bytes, uint64_t size, const ChunkSizes& sizes,
                  const GearTable& gear) {
  if (size <= sizes.least) return size;
  // The top bits: they depend on all of the window, the low ones on a few bytes.
  const uint64_t mask = ~(~uint64_t{0} >> std::countr_zero(sizes.target));
  const uint64_t end = std::min(size, sizes.most);
  uint64_t i = sizes.least - kWindow - 1;
  uint64_t hash = 0;
  const auto step = [&] { hash = (hash << 1) + gear[static_cast<uint8_t>(bytes[i++])]; };
  while (i + 1 < sizes.least) step();
  while (i + 4 <= end) {
    step();
    if ((hash & mask) == 0) return i;
    step();
    if ((hash & mask) == 0) return i;
    step();
    if ((hash & mask) == 0) return i;
    step();
    if ((hash & mask) == 0) return i;
  }
  while (i < end) {
    step();
    if ((hash & mask) == 0) return i;
  }
  return end;
}

void cut_piece(std::span<const std::byte> piece, const ChunkSizes& sizes, const GearTable& gear,
               const std::function<void(std::span<const std::byte>)>& chunk) {
  while (!piece.empty()) {
    const uint64_t size = next_cut(piece.data(), piece.size(), sizes, gear);
    chunk(piece.first(size));
    piece = piece.subspan(size);
  }
}

}  // namespace

ChunkSizes chunk_sizes(uint64_t file_size) {
  const uint64_t target = file_size < kMedium ? 64 << 10 : file_size < kLarge ? 256 << 10 : 1 << 20;
  return {target / 8, target, target * 2};
}

const GearTable& public_gear() {
  static const GearTable table =
      gear_table([](const std::string& text) { return sha256(text).bytes; });
  return table;
}

GearTable keyed_gear(std::span<const uint8_t, 32> key) {
  return gear_table([&](const std::string& text) { return hmac_sha256(key, text); });
}

void cut_file(std::span<const std::byte> file, const GearTable& gear,
              const std::function<void(std::span<const std::byte>)>& chunk) {
  if (file.size() <= kWholeFile) return chunk(file);
  const ChunkSizes sizes = chunk_sizes(file.size());
  uint64_t start = 0;
  for (const uint64_t cut : tensor_cuts(file)) {
    if (cut - start < sizes.least) continue;
    cut_piece(file.subspan(start, cut - start), sizes, gear, chunk);
    start = cut;
  }
  cut_piece(file.subspan(start), sizes, gear, chunk);
}

}  // namespace mlo::remote
