// The bytes of one index file (index.hpp), checked once and then read in place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "remote/chunk_record.hpp"
#include "remote/index.hpp"

namespace mlo::remote {

inline constexpr std::string_view kIndexMagic{"MLORIDX\x01", 8};

class IndexView {
 public:
  /// Checks everything; throws failure, without saying of which file. Borrows `bytes`.
  explicit IndexView(std::string_view bytes);

  struct PackEntry {
    Digest name;
    uint64_t first = 0, count = 0;
  };
  struct ObjectEntry {
    Digest digest;
    uint64_t size = 0, first = 0, count = 0;
  };
  struct RunEntry {
    uint32_t pack = 0, first = 0, count = 0;
  };

  size_t superseded_count() const { return superseded_.count; }
  size_t pack_count() const { return packs_.count; }
  size_t object_count() const { return objects_.count; }
  Digest superseded(size_t i) const { return digest_at(superseded_[i]); }
  PackEntry pack(size_t i) const;
  StoredChunk chunk(size_t i) const { return chunk_at(chunks_[i]); }
  ObjectEntry object(size_t i) const;
  RunEntry run(size_t i) const;

  /// The number of a chunk with this id.
  std::optional<size_t> find_chunk(const Digest& id) const;
  std::optional<size_t> find_pack(const Digest& name) const;
  std::optional<size_t> find_object(const Digest& digest) const;
  /// The pack that a chunk lies in.
  PackEntry pack_of(size_t chunk) const;
  CutObject cut_object(const ObjectEntry& object) const;

 private:
  /// Records of one size, back to back.
  struct Table {
    std::string_view bytes;
    size_t width = 1, count = 0;
    std::string_view operator[](size_t i) const { return bytes.substr(i * width, width); }
  };
  Table take(std::string_view& rest, uint64_t count, size_t width);
  size_t first_not_less(const Table& table, const Digest& key) const;
  uint32_t ordered(size_t i) const { return u32_at(order_.bytes, 4 * i); }
  size_t bucket_of(const Digest& id) const;
  void check_superseded() const;
  void check_packs() const;
  void check_order();
  void check_objects() const;
  /// `raw_before[i]`: bytes of the chunks before the i-th. Marks the packs of the runs in `used`.
  void check_runs(const ObjectEntry& object, const std::vector<uint64_t>& raw_before,
                  std::vector<bool>& used) const;

  Table superseded_, packs_, chunks_, order_, objects_, runs_;
  /// buckets_[b] is the number of ids whose top bits are less than b: 1 to 2 bytes for each chunk, and
  /// a look-up touches one bucket of 2 to 4 ids instead of bisecting all.
  std::vector<uint32_t> buckets_;
  unsigned bucket_bits_ = 0;
};

}  // namespace mlo::remote
