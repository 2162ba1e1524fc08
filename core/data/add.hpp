// `mlo data add`: content into the store, a pointer beside it for git, a .gitignore line for the path.
//
// Order: objects (one sync) -> pointers -> .gitignore -> stat index; the last three under the workspace's
// lock. Killed anywhere, each path has its old pointer or its new one, and every pointer's objects are
// stored. All paths are checked and stored before the first pointer changes: a bad one changes nothing.
#pragma once

#include <string>
#include <vector>

#include "data/file_state.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct AddOptions {
  /// As typed. Inside a tracked directory only this path of it is updated; one that is gone there is
  /// taken out of the tree.
  std::vector<std::string> paths;
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct AddReport {
  std::vector<FileState> files;  ///< one per pointer: added, updated or unchanged
  uint64_t hashed = 0;           ///< files whose content had to be read
  uint64_t objects = 0;          ///< new in the store
  uint64_t bytes = 0;
};

/// Throws for '.', files that git tracks, paths inside .git or .mlo, pointers inside or above the path,
/// symbolic links, sockets and the like, unreadable files; nothing has changed then.
AddReport add(Env& env, repo::Workspace& workspace, const AddOptions& options);

}  // namespace mlo::data
