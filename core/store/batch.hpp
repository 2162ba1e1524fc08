// Many objects into the store with one sync. Small ones (< 128 KiB) are appended to one new pack,
// large ones become loose files; nothing has its final name before commit():
//
//   write tmp/*  ->  fsync every file  ->  rename  ->  fsync directories  ->  rename index -> fsync
//
// A batch that is destroyed without commit() leaves the store as it was. It holds the store's lock
// shared from the first object on, so that gc never sees a half-written batch as garbage. add() and
// add_file() may be called from several threads; commit() may not run beside them.
//
// Content that the store has already is compared before it is left out: small objects with the
// bytes at hand (memcmp, 10 GB/s), large ones by hashing the stored copy (2 GB/s, and only where
// one of the same name lies; unchanged files are kept by their stat index and never get here). A
// damaged copy is thereby replaced by whoever adds the sound content again.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "store/object_store.hpp"

namespace mlo::store {

struct AddedFile {
  Digest digest;
  uint64_t size = 0;
  /// Status of the file before its first byte was read: what a stat index may record.
  struct stat status {};
  /// False when the store had the object already.
  bool stored = false;
};

/// Called with the number of bytes just taken in; from several threads.
using ByteCount = std::function<void(uint64_t)>;

class Batch {
 public:
  explicit Batch(ObjectStore& store);
  Batch(const Batch&) = delete;
  ~Batch();

  Digest add(std::string_view bytes);
  /// Hashes while it copies (reflink first, where the file system can). Throws when the file is not
  /// a regular file, cannot be read, or changed while it was read. Symbolic links are not followed;
  /// `name` is what messages call it (default: the path).
  AddedFile add_file(const At& place, const std::string& name = {});
  /// add_file for each, on all threads; results in the order of `places`.
  std::vector<AddedFile> add_files(std::span<const At> places, const ByteCount& progress = {});

  /// Like add_file for a finished file of our own (a download, an unpacked member) that nobody writes
  /// any more: moved into the store where the file system can, copied otherwise. `path` is gone on
  /// return, and so are the bytes when the batch is never committed; when it throws, it is still
  /// there.
  AddedFile take_file(const std::string& path);

  /// For content known to be stored: freshens the object and keeps gc away from it until the batch
  /// ends. False when it is missing, has another size, or cannot be freshened (the caller then adds
  /// it anew). Looks at no bytes: damage inside them is found by readers and by fsck, which sets
  /// such objects aside with --repair.
  bool keep(const Digest& digest, std::optional<uint64_t> size = {});

  /// Publishes everything durably; afterwards the batch is empty and may be used again. Returns the
  /// store's shared lock: hold it until what refers to the objects is published, too, and not even
  /// a gc without a grace period comes in between. nullopt when nothing was added or kept.
  std::optional<FileLock> commit();

  /// New objects and bytes since construction (not counting what was there).
  uint64_t objects() const;
  uint64_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mlo::store
