// Taking tracked files out of the work tree without losing content: what evict and remove share.
#pragma once

#include <string>
#include <vector>

#include "data/checkout_plan.hpp"
#include "data/pointers.hpp"

namespace mlo::data {

/// The files of the work tree that are what the pointers say and whose content the store has.
struct TrackedFiles {
  CheckoutDirectories files;  ///< with the stat that was checked
  uint64_t count = 0;
  uint64_t bytes = 0;
  std::vector<std::string> changed;     ///< differ from what their pointer says
  std::vector<std::string> not_stored;  ///< as it says, but the store lacks the content
};

/// Checks every file of the selection by the stat index, or by hashing it. Stored objects are made
/// fresh: the store's copy may soon be the only one.
TrackedFiles check_tracked_files(Env& env, repo::Workspace& workspace, const Selection& selection,
                                 repo::StatIndex& index);
/// Removes them, each only if its stat is still the one that was checked, and the directories that
/// become empty, the tracked one included. What changed meanwhile is an error and stays.
void unlink_tracked_files(Env& env, repo::Workspace& workspace, const TrackedFiles& files,
                          const Selection& selection, repo::StatIndex& index);
/// "'a', 'b' and 3 more", sorted.
std::string listed(std::vector<std::string> paths);

}  // namespace mlo::data
