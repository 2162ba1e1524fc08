// Objects by the SHA-256 of their bytes. An object is written once, never changed, and found again
// by nothing but its digest; who refers to it is not the store's concern (gc.hpp takes lists of
// roots).
//
//   format            "mlo-store 1\nhash sha256\n"
//   loose/ab/cdef..   objects >= 128 KiB: their raw bytes, 0444, named by the hex digest
//                     (2 digits, slash, 62 digits), so that `sha256sum` alone verifies them
//   packs/            smaller objects: <name>.pack and <name>.idx per ingest batch (pack.hpp)
//   tmp/              files being written; whatever lies there under an exclusive lock is garbage
//   trash/<id>/       what one gc took out, under the same relative paths (gc.hpp)
//   leases/           objects in use by running processes (lease.hpp)
//   workspaces/       one file per workspace that uses this store: its absolute path and "\n"
//   lock              empty; flock'ed shared while a batch is open, exclusive by gc
//
//   bad/<id>/         what `fsck --repair` set aside, under the same relative paths; never deleted
//
// Writing goes through Batch (batch.hpp). All reading methods are thread-safe and need no lock:
// files are complete before they get their name, and a mapped pack stays readable after gc moved
// it. An object may be there several times, in packs and loose: a reader that finds one copy
// damaged takes the next, and only when none is sound there is an error.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "base/error.hpp"
#include "store/file_lock.hpp"

namespace mlo::store {

/// Objects of at least this size are loose files, smaller ones live in packs.
inline constexpr uint64_t kLooseSize = 128 * 1024;

/// A batch and gc begin another pack when one has grown to this size, so that gc never rewrites more
/// than this for one dead object.
inline constexpr uint64_t kPackLimit = 1 << 30;

enum class Residence { loose, pack };

struct ObjectStat {
  Digest digest;
  uint64_t size = 0;
  Residence residence = Residence::loose;
  /// Last time that it was added or freshened; for packed objects that of the whole pack.
  Time fresh = 0;
};

/// How a file comes out of the store. Hard and symbolic links share the object's bytes with the
/// work tree and are opt-in; a packed object is always copied.
enum class LinkKind { reflink, copy, hardlink, symlink };
std::string_view link_name(LinkKind kind);
/// nullopt for an unknown name.
std::optional<LinkKind> parse_link(std::string_view name);

class PackSet;

/// The bytes of one object, mapped; they stay valid while this lives.
class ObjectView {
 public:
  std::span<const std::byte> bytes() const { return bytes_; }
  std::string_view text() const { return as_text(bytes_); }

 private:
  friend class ObjectStore;
  std::span<const std::byte> bytes_;
  /// Keeps the mapping alive: a pack's mapping is shared by all views into it.
  std::shared_ptr<const MappedFile> mapping_;
};

enum class OpenStore { existing, create };

class ObjectStore {
 public:
  /// `create` makes the directories and the format file when there is no store yet, durably. Throws
  /// when there is none (existing), its version is newer, or its hash is another one.
  static ObjectStore open(Env& env, std::string path, OpenStore how = OpenStore::existing);
  ObjectStore(ObjectStore&&) noexcept;
  ~ObjectStore();

  const std::string& path() const { return path_; }
  Env& env() const { return *env_; }

  bool contains(const Digest& digest) const { return stat(digest).has_value(); }
  std::optional<ObjectStat> stat(const Digest& digest) const;
  /// Throws when the object is missing.
  uint64_t size_of(const Digest& digest) const;
  /// All bytes, checked against the digest: throws when missing, damaged, or larger than `limit`.
  std::string read(const Digest& digest, uint64_t limit = UINT64_MAX) const;
  /// Like read, without a copy.
  ObjectView view(const Digest& digest) const;
  /// The first `size` bytes or fewer, unchecked.
  std::string head(const Digest& digest, size_t size) const;
  /// Writes all bytes to `fd` (not through Env: standard output, sockets), checked on the way; what
  /// was written before damage was found stays written.
  void copy_to(const Digest& digest, int fd) const;

  /// Creates the file `target` (which must not exist) with the object's bytes and returns how: the
  /// first of `kinds` that the file system offers. Copies are checked against the digest while they
  /// are written and removed again when damaged; links are not read. `mode` holds for reflinks and
  /// copies. Not synced.
  LinkKind place(const Digest& digest, const At& target, mode_t mode,
                 std::span<const LinkKind> kinds) const;
  /// Absolute path of a loose object; nullopt when it is packed or missing.
  std::optional<std::string> loose_path(const Digest& digest) const;

  /// All objects whose hex digest starts with `hex` (lower case; an empty result means none).
  std::vector<Digest> resolve_prefix(std::string_view hex) const;
  /// Every object once per residence, in no particular order.
  void for_each(const std::function<void(const ObjectStat&)>& visit) const;

  /// Sets the time of a present object to now, so that gc leaves it alone for the grace period.
  /// False when it is missing or belongs to another user (the caller then writes it anew).
  bool freshen(const Digest& digest);

  /// Remembers that the workspace at `root` (absolute) uses this store: gc marks its roots too.
  /// Cheap when already known.
  void register_workspace(const std::string& root);
  void forget_workspace(const std::string& root);
  std::vector<std::string> workspaces() const;

  /// How long lock() waits; from --lock-timeout.
  void set_lock_timeout(int64_t nanoseconds) { lock_timeout_ = nanoseconds; }
  /// For tests; kPackLimit otherwise.
  void set_pack_limit(uint64_t bytes) { pack_limit_ = bytes; }
  uint64_t pack_limit() const { return pack_limit_; }
  FileLock lock(LockKind kind) const;
  /// Absolute path of a file below the store.
  std::string inside(std::string_view relative) const;
  /// Forgets the list of packs, to see what other processes or gc changed.
  void reload() const;
  const PackSet& packs() const { return *packs_; }

 private:
  friend class Batch;
  ObjectStore(Env& env, std::string path);
  /// Offers every copy, packed ones first, until `take` accepts one. Throws when there is none, or
  /// when none was accepted: then all are damaged.
  void find_copy(const Digest& digest,
                 const std::function<bool(const ObjectView&, const std::string& file)>& take) const;
  bool packed_here(const Digest& digest) const;
  /// `loose`: the file of a loose object; absent: it is packed.
  void copy_out(const Digest& digest, const std::optional<std::string>& loose, const At& target,
                mode_t mode) const;

  Env* env_;
  std::string path_;
  int64_t lock_timeout_ = kDefaultLockTimeout;
  uint64_t pack_limit_ = kPackLimit;
  std::unique_ptr<PackSet> packs_;
};

/// Sets a file's time to now; false when it is gone or belongs to another user.
bool freshen_file(Env& env, const std::string& file);
/// "loose/ab/cdef..." of a digest.
std::string loose_name(const Digest& digest);
/// "object sha256:abcdef012345 is missing from the store" with the hint to fetch or add it.
Error missing_object(const Digest& digest);
/// The bytes under a name are not those of the name, and no other copy is. The hint tells how to
/// replace them: adding sound content again does.
Error damaged_object(const Digest& digest, const std::string& file);

}  // namespace mlo::store
