// `mlo data import --from-lfs`: files of git-lfs as tracked data. Both name contents by SHA-256, so the
// objects of .git/lfs only get a place in the store; each is verified. Pointers `<path>.mlo` and .gitignore
// lines are written. Git's index and history, .gitattributes and the files themselves are not touched:
// taking the paths out of git is one command of the user's.
#pragma once

#include <string>
#include <vector>

#include "data/file_state.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct LfsImportOptions {
  std::vector<std::string> paths =
      {};              ///< as typed: files and directories; empty: all of the workspace
  bool link = false;   ///< hard links instead of reflinks or copies
  bool force = false;  ///< replace pointers that say otherwise
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct LfsImportReport {
  std::vector<FileState> files;  ///< one per pointer: added, updated or unchanged
  struct LeftOut {
    std::string path, reason;
  };
  std::vector<LeftOut> left_out;
  /// Objects that are not here: `git lfs fetch` brings them.
  std::vector<std::string> missing;
  std::vector<std::string> executable;  ///< whose executable bit the pointer does not keep
  std::vector<std::string> in_git;      ///< pointer paths still in git's index: `git rm --cached`
  uint64_t linked = 0;
  uint64_t objects = 0, bytes = 0;  ///< new in the store
};

/// Throws usage outside of git, and for paths that hold no file of git-lfs.
LfsImportReport import_lfs(Env& env, repo::Workspace& workspace, const LfsImportOptions& options);

}  // namespace mlo::data
