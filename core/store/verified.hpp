// What fsck has hashed and found good, so that the next one need not read it again: an object or a
// pack is taken for good as long as its file has the size, the times, the inode and the device that
// it had then, for thirty days at most, because a disk that forgets bits changes no times. `--all`
// believes nothing of this. The file is a cache: damaged, absent or of a newer version, everything
// is read again. Validity is never inferred from it anywhere else.
//
// verified, all integers little-endian:
//      0   8  magic "MLOVRFY", byte 1 (version)
//      8   8  n, number of entries, u64
//     16  n*80  entries, sorted by name, none twice:
//             0  32  digest of a loose object, or the name of a pack
//            32   8  size of the file, u64
//            40   8  mtime, nanoseconds, i64
//            48   8  ctime, nanoseconds, i64
//            56   8  inode, u64
//            64   8  device, u64
//            72   8  when it was hashed, nanoseconds, i64
//      -  32  SHA-256 of all bytes before
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"

namespace mlo::store {

/// How long a file counts as verified.
inline constexpr int64_t kVerifiedFor = int64_t{30} * 86400 * 1'000'000'000;

struct VerifiedEntry {
  Digest name;
  uint64_t size = 0;
  int64_t mtime = 0, ctime = 0;
  uint64_t inode = 0, device = 0;
  Time when = 0;
  bool operator==(const VerifiedEntry&) const = default;
};

class Verified {
 public:
  /// Empty when there is no file or it is no good.
  static Verified load(const std::string& store_path);
  /// The entry of a file that is as it was when it was hashed, not too long before `now`.
  const VerifiedEntry* find(const Digest& name, const struct stat& status, Time now) const;
  /// A file hashed at `now`. One that changed within the last two seconds is left out: another
  /// change could bear the same times.
  void add(const Digest& name, const struct stat& status, Time now);
  void add(const VerifiedEntry& entry) { entries_.push_back(entry); }
  size_t size() const { return entries_.size(); }
  /// Replaces the file atomically; does nothing where that is not possible.
  void save(Env& env, const std::string& store_path);

 private:
  std::vector<VerifiedEntry> entries_;  ///< sorted when loaded
};

/// The bytes of the file; sorts the entries. The inverse gives nothing for malformed bytes.
std::string encode_verified(std::vector<VerifiedEntry>& entries);
std::vector<VerifiedEntry> parse_verified(std::string_view bytes);

}  // namespace mlo::store
