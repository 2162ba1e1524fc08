// The 48 bytes of a chunk in pack tables and indexes: id 32, offset, stored, raw, flags, u32 each.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "base/files.hpp"
#include "remote/codec.hpp"
#include "store/bytes.hpp"

namespace mlo::remote {

inline constexpr size_t kChunkRecord = 48;
inline constexpr uint32_t kFirstOffset = 8;  ///< of a pack, after the magic

inline Digest digest_at(std::string_view bytes) {
  Digest digest;
  std::memcpy(digest.bytes.data(), bytes.data(), digest.bytes.size());
  return digest;
}

inline void append_digest(std::string& out, const Digest& digest) {
  out.append(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
}

inline void append_chunk(std::string& out, const StoredChunk& chunk) {
  append_digest(out, chunk.id);
  for (const uint32_t number : {chunk.offset, chunk.stored, chunk.raw, chunk.flags}) {
    store::append_little(out, number);
  }
}

inline uint32_t u32_at(std::string_view bytes, size_t offset) {
  return store::read_little<uint32_t>(as_bytes(bytes.substr(offset, 4)));
}
inline uint64_t u64_at(std::string_view bytes, size_t offset) {
  return store::read_little<uint64_t>(as_bytes(bytes.substr(offset, 8)));
}

inline StoredChunk chunk_at(std::string_view record) {
  return {digest_at(record), u32_at(record, 32), u32_at(record, 36), u32_at(record, 40),
          u32_at(record, 44)};
}

/// The chunks of one pack lie back to back from kFirstOffset on; `end` is where the next must begin.
/// Throws failure when one does not, or is impossible in itself.
void check_next(const StoredChunk& chunk, uint64_t& end);

}  // namespace mlo::remote
