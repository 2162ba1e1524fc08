// What differs between a stored tree and the work tree. Nothing is built where nothing differs: a
// directory without subdirectories, and a leaf of a split one, is hashed from its listing and never
// opened when it is equal; of others the stored tree is merged with the listing. A few directories
// are in memory at a time, whatever the size of the data.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/file_state.hpp"
#include "data/pointers.hpp"
#include "data/scan.hpp"
#include "store/tree.hpp"

namespace mlo::data {

/// A path where the two differ; at least one side is there. A directory appears where it is empty on
/// the one side and absent on the other, where it cannot be read, is hidden or lost.
struct Difference {
  std::string path;                        ///< relative to the workspace root
  std::optional<store::TreeEntry> wanted;  ///< as stored
  const ScanEntry* actual = nullptr;       ///< as found; lives as long as the call
  bool lost = false;  ///< the store lacks the tree of this directory, and the work tree has another
};
using DifferenceSink = std::function<void(const Difference&)>;

/// Tracked content that .mloignore hides: reported as a difference whatever it holds, or compared as
/// if it were not hidden.
enum class Hidden { report, compare };

/// Visits what `selection` wants, in no particular order; files that the index does not know are
/// hashed and recorded there. Returns how many. What may not be read is visited with
/// Problem::unreadable.
uint64_t compare_tree(Env& env, repo::Workspace& workspace, const Tracked& tracked,
                      repo::StatIndex& index, const Selection& selection, Hidden hidden,
                      const DifferenceSink& visit);

/// Every file, link and empty directory of a stored tree, as if the work tree had nothing there.
void all_stored(const store::ObjectStore& store, const std::string& path,
                const store::TreeEntry& entry, const DifferenceSink& visit);

/// A difference as a report says it, seen from the stored side: "deleted" is not in the work tree.
FileState state_of(const repo::Workspace& workspace, const store::ObjectStore& store,
                   const Difference& difference);

/// FileState::before of a modified path: nullopt unless both sides are regular files.
std::optional<Digest> content_before(const store::TreeEntry& before, uint32_t mode_after);

/// A pair of a deleted and an added file of the same content and size becomes one "renamed" at the new
/// path. Empty files never pair. Sorts by path.
std::vector<FileState> with_renames(std::vector<FileState> files);

}  // namespace mlo::data
