// `mlo data import --from-dvc`: the outs of a DVC repository as tracked data of this workspace.
//
// Contents come from the work tree, DVC's cache or its remotes, each verified by DVC's hash, into the
// store; then pointers and .gitignore lines are written beside the .dvc files. Nothing of DVC's is
// changed (but .dvc files removed with `remove`), nor any file of the work tree. Order and faults as in
// `data add`; contents are committed in batches and remembered (dvc_known.hpp), so a second run goes on
// where the first one stopped. Only the work tree is looked at, never git's history.
#pragma once

#include <string>
#include <vector>

#include "data/dvc_source.hpp"
#include "data/file_state.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct DvcImportOptions {
  std::string directory = {};  ///< as typed; empty: the repository around the working directory
  std::string remote = {};     ///< instead of those that the outs name
  CacheLink link = CacheLink::copy;
  bool remove = false;  ///< the .dvc files whose outs were all taken
  bool force = false;   ///< replace pointers that say otherwise
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct DvcImportReport {
  std::string repository;        ///< absolute
  std::vector<FileState> files;  ///< one per pointer: added, updated or unchanged
  struct LeftOut {
    std::string path;    ///< relative to the repository
    std::string file;    ///< that names it
    std::string reason;  ///< "is versioned in the cloud ..."
  };
  std::vector<LeftOut> left_out;
  std::vector<std::string> in_git;    ///< outs with `cache: false`: git has them
  std::vector<std::string> damaged;   ///< objects of caches and remotes that are not their names
  std::vector<std::string> troubles;  ///< remotes and files that could not be read
  std::vector<std::string> links;     ///< work files that are symbolic links
  std::vector<std::string> removed;   ///< .dvc files
  uint64_t read = 0;                  ///< files whose content had to be read
  uint64_t linked = 0;
  uint64_t objects = 0, bytes = 0;  ///< new in the store
};

/// Throws usage when there is no DVC repository, or it lies outside of the workspace. A report with
/// left_out is the answer "not everything".
DvcImportReport import_dvc(Env& env, repo::Workspace& workspace, const DvcImportOptions& options);

}  // namespace mlo::data
