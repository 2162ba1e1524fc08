// Tree objects: a directory as one object, a whole data set as the digest of its root.
//
// Layout: the 11 bytes "mlo-tree 1\n", then per entry, sorted by the bytes of NAME (memcmp; no
// entry twice):
//
//   MODE SP DIGEST SP SIZE SP COUNT SP NAME NUL
//
//   MODE    "100644" file, "100755" executable file, "120000" symbolic link (the object holds its
//           target), "40000" directory, "40001" leaf of a split directory
//   DIGEST  64 lower-case hex digits
//   SIZE    decimal bytes; of a directory the total of everything below it
//   COUNT   decimal; 1 for files and links, of a directory the files and links below it (0: empty)
//   NAME    any bytes but NUL and "/"; not empty, ".", "..", nor ".git" or ".mlo" in any case
//
// Splitting: a directory of more than 4,096 entries is stored as leaves, which are ordinary trees,
// under an index tree whose entries all have mode 40001 and the first name of their leaf as NAME. A
// leaf begins at the first entry, at each name whose SHA-256 ends in ten zero bits (byte 31 == 0
// and the low two bits of byte 30 == 0), and after 8,192 entries. The shape depends on the set of
// names alone, never on history, so a change of one file in a million rewrites one leaf and the
// index. A directory entry (40000) may point at either kind; leaves never point at an index of
// their own directory. Rejected: a fixed number per leaf (an insertion shifts every later leaf),
// and a B-tree (its shape depends on the order of insertion). Leaves hold 1,024 entries on average,
// about 100 KiB.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "store/batch.hpp"
#include "store/object_store.hpp"

namespace mlo::store {

inline constexpr uint32_t kFileMode = 0100644;
inline constexpr uint32_t kExecutableMode = 0100755;
inline constexpr uint32_t kSymlinkMode = 0120000;
inline constexpr uint32_t kDirectoryMode = 040000;
inline constexpr uint32_t kLeafMode = 040001;
inline constexpr size_t kSplitEntries = 4096;
inline constexpr size_t kLeafEntries = 8192;

struct TreeEntry {
  uint32_t mode = kFileMode;
  Digest digest;
  uint64_t size = 0;
  uint64_t count = 1;
  std::string name;
  bool is_directory() const { return mode == kDirectoryMode; }
  bool operator==(const TreeEntry&) const = default;
};

/// Of one name in a tree, bytes: Linux's NAME_MAX.
inline constexpr size_t kLongestName = 255;
/// Why `name` may not stand in a tree ("is '.git'"); nullopt if it may.
std::optional<std::string> bad_tree_name(std::string_view name);

/// The bytes of one tree object. Entries are sorted and valid: throws mlo::Error otherwise.
std::string encode_tree(std::span<const TreeEntry> entries);
/// Strict inverse; `name` is what errors call the object. All entries are 40001 or none is.
std::vector<TreeEntry> parse_tree(std::string_view bytes, const std::string& name);
/// True when the bytes begin like a tree object.
bool looks_like_tree(std::string_view bytes);
/// Index of the first entry of each leaf; one leaf when the directory is not split.
std::vector<size_t> leaf_starts(std::span<const TreeEntry> sorted);

/// Adds a directory's tree object(s), split where needed. `entries` are sorted here. Returns
/// digest, total size and count, ready to become the 40000 entry of the parent (name is empty).
TreeEntry write_tree(Batch& batch, std::vector<TreeEntry> entries);
/// What write_tree would return, without storing anything.
TreeEntry hash_tree(std::vector<TreeEntry> entries);
/// Both of them: `sink` receives the bytes of each tree object and returns their digest.
using TreeSink = std::function<Digest(std::string_view bytes)>;
TreeEntry build_tree(std::vector<TreeEntry> entries, const TreeSink& sink);

/// The entries of one directory in order, whichever way it is stored; loads one leaf at a time.
class TreeReader {
 public:
  /// Throws when the object is missing, damaged or no tree.
  TreeReader(const ObjectStore& store, const Digest& tree);
  ~TreeReader();
  TreeReader(TreeReader&&) noexcept;

  /// nullptr at the end; valid until the next call.
  const TreeEntry* next();
  /// At the beginning of a leaf: its digest (of the whole tree when it is not split). nullopt in
  /// the middle of a leaf and at the end.
  std::optional<Digest> leaf() const;
  /// Passes over the leaf that begins here.
  void skip_leaf();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// All entries of one directory at once.
std::vector<TreeEntry> read_tree(const ObjectStore& store, const Digest& tree);
/// The entry at `path` ("a/b.csv") below `tree`; nullopt when there is none.
std::optional<TreeEntry> find_in_tree(const ObjectStore& store, const Digest& tree,
                                      std::string_view path);
/// Digests of all tree objects that make up this one directory: index and leaves, or just itself.
std::vector<Digest> tree_parts(const ObjectStore& store, const Digest& tree);

}  // namespace mlo::store
