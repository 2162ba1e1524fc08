// The three-way merge of pointers and of the trees that they name: what `git merge` asks for where both
// sides changed one data set. Trees are merged entry by entry, in every directory and however it is
// split: additions, changes and removals of different paths come together, equal ones count once, and
// only a path that both sides changed differently is a conflict. Subtrees that one side left alone are
// never opened. Renames are a removal and an addition.
//
// Only tree objects are read, so a merge needs no data of files. One directory at a time is in memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "repo/pointer.hpp"
#include "store/batch.hpp"
#include "store/tree.hpp"

namespace mlo::data {

/// A path that the two sides changed differently; nullopt where it does not exist on that side.
struct MergeConflict {
  std::string path;  ///< below the tracked path, any bytes; "" is the tracked path itself
  std::optional<store::TreeEntry> base, ours, theirs;
  /// Not the content but this mapping of the pointer: "source" or "dvc".
  std::string mapping = {};
};

/// Which side a conflict takes. `neither` reports it and keeps ours in the result.
enum class Favor { neither, ours, theirs };

struct TreeMerge {
  store::TreeEntry root;                 ///< digest, size and count of the merged tree
  std::vector<MergeConflict> conflicts;  ///< in the order of paths; empty unless Favor::neither
};

/// Merges the trees `ours` and `theirs` since `base` (nullopt: both are new) and adds the objects of the
/// result to `batch`, which the caller commits. Throws when a tree object is missing or damaged.
TreeMerge merge_trees(const store::ObjectStore& store, store::Batch& batch,
                      const std::optional<Digest>& base, const Digest& ours, const Digest& theirs,
                      Favor favor = Favor::neither);

struct PointerMerge {
  std::optional<repo::Pointer> merged;   ///< nullopt: conflicts
  std::vector<MergeConflict> conflicts;  ///< of two trees by path, else one with an empty path
};

/// What needs no tree: one side changed, both did the same, or one of them is a file. nullopt: both are
/// trees that differ.
std::optional<PointerMerge> merge_without_trees(const std::optional<repo::Pointer>& base,
                                                const repo::Pointer& ours,
                                                const repo::Pointer& theirs,
                                                Favor favor = Favor::neither);

/// Two pointers of one path. What it had to write lies in the store durably on return.
PointerMerge merge_pointers(store::ObjectStore& store, const std::optional<repo::Pointer>& base,
                            const repo::Pointer& ours, const repo::Pointer& theirs,
                            Favor favor = Favor::neither);

}  // namespace mlo::data
