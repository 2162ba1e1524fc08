// What differs between a stored tree and a scan of the work tree. Equal subtrees are never opened.
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

/// A path where the two differ; at least one side is there. A directory appears only where it is
/// empty on the one side and absent on the other.
struct Difference {
  std::string path;                        ///< relative to the workspace root
  std::optional<store::TreeEntry> wanted;  ///< as stored
  const ScanEntry* actual = nullptr;       ///< as found; lives as long as the scan
};

/// In the order of paths. `scan` must have been built.
void compare_tree(const store::ObjectStore& store, const Tracked& tracked, const Scan& scan,
                  const std::function<void(const Difference&)>& visit);

/// A difference as a report says it, seen from the stored side: "deleted" is not in the work tree.
FileState state_of(const store::ObjectStore& store, const Difference& difference);

/// FileState::before of a modified path: nullopt unless both sides are regular files.
std::optional<Digest> content_before(const store::TreeEntry& before, uint32_t mode_after);

/// A pair of a deleted and an added file of the same content and size becomes one "renamed" at the new
/// path. Empty files never pair. Keeps the order of paths.
std::vector<FileState> with_renames(std::vector<FileState> files);

}  // namespace mlo::data
