#include "remote/pack.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/chunk_record.hpp"

namespace mlo::remote {
namespace {

constexpr std::string_view kMagic{"MLORPCK\x01", 8};
constexpr std::string_view kEnd = "MLOT";
constexpr std::string_view kTableName = "packs";
constexpr size_t kTrailer = 8;
/// What nonce, tag and padding add to `raw` bytes at most.
uint64_t most_added(uint64_t raw) { return raw / 8 + 256; }

std::vector<StoredChunk> parse_table(std::string_view table, uint64_t chunks_end) {
  if (table.size() % kChunkRecord != 0) throw failure("its table is malformed");
  std::vector<StoredChunk> chunks;
  chunks.reserve(table.size() / kChunkRecord);
  uint64_t end = kFirstOffset;
  for (; !table.empty(); table.remove_prefix(kChunkRecord)) {
    chunks.push_back(chunk_at(table));
    check_next(chunks.back(), end);
  }
  if (end != chunks_end) throw failure("its table does not fit its chunks");
  return chunks;
}

}  // namespace

void check_next(const StoredChunk& chunk, uint64_t& end) {
  check_chunk(chunk);
  if (chunk.offset != end) throw failure("a chunk does not begin where the one before ends");
  end += chunk.stored;
  if (end > UINT32_MAX) throw failure("a pack is impossibly large");
}

std::string pack_name(const Digest& name) {
  const std::string hex = name.hex();
  return "packs/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

PackBuilder::PackBuilder(const Codec& codec) : codec_(codec) {}

bool PackBuilder::full_for(uint64_t raw) const {
  const uint64_t table = kChunkRecord * (chunks_.size() + 1);
  const uint64_t size = bytes_.size() + raw + most_added(raw) + table + most_added(table);
  return !empty() && size > kPackSize;
}

uint32_t PackBuilder::add(const Digest& id, std::span<const std::byte> raw, uint32_t flags) {
  StoredChunk chunk{.id = id, .flags = flags};
  const std::string stored = codec_.seal_chunk(chunk, raw);
  return add_sealed(chunk, stored);
}

uint32_t PackBuilder::add_sealed(StoredChunk chunk, std::string_view stored) {
  if (empty()) bytes_.reserve(kPackSize);  // once, and untouched pages cost nothing
  if (empty()) bytes_ = kMagic;
  chunk.offset = static_cast<uint32_t>(bytes_.size());
  bytes_.append(stored);
  chunks_.push_back(chunk);
  return static_cast<uint32_t>(chunks_.size() - 1);
}

FinishedPack PackBuilder::finish() {
  std::string table;
  table.reserve(kChunkRecord * chunks_.size());
  for (const StoredChunk& chunk : chunks_) append_chunk(table, chunk);
  const std::string sealed = codec_.seal_file(kTableName, table);
  bytes_.append(sealed);
  store::append_little(bytes_, static_cast<uint32_t>(sealed.size()));
  bytes_.append(kEnd);
  FinishedPack pack{sha256(bytes_), std::exchange(bytes_, {}), std::exchange(chunks_, {})};
  return pack;
}

std::vector<StoredChunk> read_pack_table(const Codec& codec, const Digest& name,
                                         std::string_view pack) {
  return in_context("pack " + quoted(pack_name(name)), [&] {
    if (sha256(pack) != name) throw failure("it is damaged: its SHA-256 is not its name");
    if (pack.size() < kMagic.size() + kTrailer || !pack.starts_with(kMagic.substr(0, 7))) {
      throw failure("it is no pack");
    }
    if (!pack.starts_with(kMagic)) throw failure("it has a newer format", "update mlo");
    const size_t trailer = pack.size() - kTrailer;
    const uint32_t size = u32_at(pack, trailer);
    if (!pack.ends_with(kEnd) || size > trailer - kMagic.size()) {
      throw failure("its trailer is malformed");
    }
    const size_t start = trailer - size;
    return parse_table(codec.open_file(kTableName, pack.substr(start, size)), start);
  });
}

}  // namespace mlo::remote
