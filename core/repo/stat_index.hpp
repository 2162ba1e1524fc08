// The stat index `.mlo/stat-index`: file -> digest for files whose stat has not changed since they
// were hashed. A cache: losing it costs time, never correctness; a damaged or foreign one reads as
// empty. Never looks at mode bits.
//
// Racy rule (git's): a file written in the clock tick in which it was hashed could change again
// without a new time. Such an entry is not kept, so the next look hashes once more and then trusts.
//
// Neither reading nor writing makes an object per file: the file is mapped and searched in place,
// changes are packed, and both are merged while they are written.
//
// Layout, little-endian; replaced atomically, sorted by path bytes:
//    0  16  "mlo-stat-index 1"
//   16   8  number of entries n
//   24   8  bytes of paths p
//   32  80n entries: size u64, mtime ns i64, ctime ns i64, inode u64, device u64, digest 32 bytes,
//           end of this path in the path bytes u64 (the start is the end of the entry before)
//   ..   p  paths, relative to the workspace root, any bytes, no separators between them
//   ..  32  SHA-256 of everything before
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/env.hpp"

namespace mlo::repo {

struct StatKey {
  uint64_t size = 0;
  int64_t mtime_ns = 0;
  int64_t ctime_ns = 0;
  uint64_t inode = 0;
  uint64_t device = 0;
  bool operator==(const StatKey&) const = default;
};
StatKey stat_key(const struct stat& status);

class StatIndex {
 public:
  /// Nothing there, damage and other versions read as empty.
  static StatIndex load(const std::string& path);
  StatIndex();
  StatIndex(StatIndex&&) noexcept;
  StatIndex& operator=(StatIndex&&) noexcept;
  ~StatIndex();

  /// Finds entries of ascending paths in amortised constant time: a walk asks in order. Owned by one
  /// thread; many cursors may read one index as long as nobody calls set or remove.
  class Cursor {
   public:
    explicit Cursor(const StatIndex& index);
    /// The digest if the entry is there and the stat is the same.
    std::optional<Digest> find(std::string_view path, const StatKey& key);

   private:
    const StatIndex& index_;
    size_t position_ = 0;
  };
  std::optional<Digest> find(std::string_view path, const StatKey& key) const;

  /// `observed`: the clock just before the content was read (for a file that we wrote: now, after
  /// closing it). An entry that would be racy is removed instead.
  void set(std::string_view path, const StatKey& key, const Digest& digest, Time observed);
  void remove(std::string_view path);
  /// Removes every saved entry below `directory` that is not `present` (asked in the order of paths).
  void keep_only(std::string_view directory,
                 const std::function<bool(std::string_view path)>& present);
  /// Entries of `from`, and below it, become those of `to`. A renamed file has another time of change,
  /// and is hashed once more; the files in a renamed directory have not.
  void rename(std::string_view from, std::string_view to);
  bool changed() const;
  size_t size() const;
  /// Replaces the file; not synced (a cache).
  void save(FileSystem& files, const std::string& path);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether content read at `observed` may have changed since without a new time: its times lie less
/// than a tick of the file system's clock before (10 ms; 2 s where times have no fraction).
bool is_racy(const StatKey& key, Time observed);

}  // namespace mlo::repo
