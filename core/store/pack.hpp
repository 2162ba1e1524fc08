// Packs: many small objects in one file that is written once, by one batch, and never changed.
//
// Purpose: 20,000 files of 3 KiB as files of their own cost 7 s (one create, write, rename and
// fsync each); as one pack they cost one sequential write and one sync. Objects are stored as they
// are: data sets mostly come compressed already, and raw bytes are hashed, mapped and sent without
// a decoder. Rejected: SQLite (third-party code in the path of every byte, and a journal), delta
// compression (git's; binary data has few deltas), the index at the tail of the pack (a remote
// could not fetch it alone).
//
// <name>.pack, all integers little-endian:
//      0   8  magic "MLOPACK", byte 1 (version)
//      8      records back to back, to the end of the file:
//             0  32  SHA-256 of the object's bytes
//            32   4  size, u32, less than 128 KiB
//            36      the bytes
//
// <name>.idx:
//      0   8  magic "MLOINDX", byte 1 (version)
//      8   8  n, number of objects, u64
//     16   8  size of the pack file, u64
//     24  n*48  entries, sorted by digest, none twice:
//             0  32  SHA-256
//            32   8  offset of the object's bytes in the pack (after its record header), u64
//            40   4  size, u32
//            44   4  zero
//      -  32  SHA-256 of all bytes of the index before this one
//
// <name> is that last SHA-256 as 64 hex digits: the same batch has the same name, writing it twice
// is harmless. The pack is renamed into place first, the index last; readers look at *.idx only, so
// a pack without an index is a leftover. The index can be rebuilt from the pack alone. An index of
// 20,000 objects takes 960 KB and is mapped, not read: finding an object takes 15 steps of a binary
// search.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"
#include "base/digest.hpp"
#include "base/env.hpp"

namespace mlo::store {

inline constexpr size_t kPackHeader = 8;
inline constexpr size_t kRecordHeader = 36;
inline constexpr size_t kIndexHeader = 24;
inline constexpr size_t kIndexEntry = 48;

struct PackEntry {
  Digest digest;
  uint64_t offset = 0;  ///< of the bytes
  uint32_t size = 0;
};

/// The bytes of an index file. `entries` are sorted here; the last 32 bytes name the pack.
std::string encode_index(std::vector<PackEntry> entries, uint64_t pack_size);
/// The first bytes of a pack file, and the header before each object.
std::string pack_magic();
void append_record_header(std::string& out, const Digest& digest, uint32_t size);

/// One pack with its index, mapped on first use. Immutable and thread-safe.
class Pack {
 public:
  /// Checks magic, sizes and bounds of the index, not its hash (fsck does). Throws when it is
  /// malformed.
  Pack(const std::string& directory, std::string name);
  const std::string& name() const { return name_; }
  const std::string& pack_file() const { return pack_file_; }
  const std::string& index_file() const { return index_file_; }
  size_t size() const { return count_; }
  uint64_t pack_size() const { return pack_size_; }
  /// An entry that lies outside the pack counts as none: fsck reports it, readers take another copy.
  std::optional<PackEntry> find(const Digest& digest) const;
  /// Throws when it lies outside the pack.
  PackEntry entry(size_t i) const;
  /// The first entry whose digest is not less; size() when there is none.
  size_t lower_bound(const Digest& digest) const;
  /// The whole pack file; throws when it is missing or its size is not that of the index.
  std::shared_ptr<const MappedFile> mapping() const;
  std::span<const std::byte> index_bytes() const { return index_.bytes(); }

 private:
  std::string name_, pack_file_, index_file_;
  MappedFile index_;
  size_t count_ = 0;
  uint64_t pack_size_ = 0;
  mutable std::mutex mutex_;
  /// Shared with the views into it, which may outlive this pack.
  mutable std::shared_ptr<const MappedFile> mapping_;
};

/// Calls `visit` for each record of a pack file in order; throws when a record is cut off.
void scan_pack(std::span<const std::byte> pack, const std::string& name,
               const std::function<void(const PackEntry&)>& visit);

/// Appends records to a new file in tmp/. Not thread-safe; the batch has the lock.
class PackWriter {
 public:
  PackWriter(Env& env, const std::string& store_path);
  ~PackWriter();
  PackWriter(const PackWriter&) = delete;
  /// `bytes` must be smaller than kLooseSize, and not have been added before.
  void add(const Digest& digest, std::string_view bytes);
  /// Writes and syncs pack and index in tmp/; nothing is visible yet.
  void finish();
  /// Renames both into packs/ (pack, sync, index, sync): durable on return.
  void publish();
  uint64_t bytes() const { return offset_; }
  /// After finish(): the name of the pack, 64 hex digits.
  const std::string& name() const { return name_; }
  size_t count() const { return entries_.size(); }

 private:
  void flush();
  Env& env_;
  std::string store_path_, temporary_pack_, temporary_index_, name_;
  Descriptor fd_;
  std::string buffer_;
  uint64_t offset_ = 0;
  std::vector<PackEntry> entries_;
};

/// All packs of a store. Thread-safe.
class PackSet {
 public:
  explicit PackSet(std::string directory) : directory_(std::move(directory)) {}
  struct Found {
    std::shared_ptr<const Pack> pack;  ///< shared: a reload must not close a pack in use
    PackEntry entry;
  };
  /// The first pack that has it. `look_again`: on a miss, looks for new packs when the directory changed since the last look.
  std::optional<Found> find(const Digest& digest, bool look_again = true) const;
  /// Every pack that has it; never looks again.
  std::vector<Found> find_all(const Digest& digest) const;
  std::vector<std::shared_ptr<const Pack>> all() const;
  /// An index that could not be used, also for want of its whole pack; its objects count as missing.
  struct Broken {
    std::string name;    ///< of the pack, without directory and suffix
    std::string reason;  ///< one line
  };
  std::vector<Broken> broken() const;
  void reload() const;

 private:
  struct Loaded {
    std::vector<std::shared_ptr<const Pack>> packs;
    std::vector<Broken> broken;
    int64_t directory_time = 0;
    /// False when the directory changed so recently that another change may bear the same time.
    bool settled = false;
  };
  std::shared_ptr<const Loaded> loaded() const;
  std::shared_ptr<const Loaded> load(const Loaded* before) const;
  bool changed(const Loaded& loaded) const;

  std::string directory_;
  mutable std::mutex mutex_;
  /// Shared by the readers that are inside find() while another thread reloads.
  mutable std::shared_ptr<const Loaded> loaded_;
};

}  // namespace mlo::store
