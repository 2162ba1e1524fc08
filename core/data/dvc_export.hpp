// `mlo data export --to-dvc`: tracked data as DVC keeps it: a `.dvc` file for each pointer, and DVC's cache
// with the contents, such that the real DVC finds everything clean.
//
// Order: cache objects (temporary file, write, fsync, rename, mode 0444), directory objects after their
// files, then .dvc files and .gitignore lines. A .dvc file that says the same already is left alone, with
// its comments. What DVC cannot hold (executable bits inside directories, empty directories, symbolic
// links, names that are no UTF-8) is named as lost.
#pragma once

#include <string>
#include <vector>

#include "data/file_state.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct DvcExportOptions {
  std::vector<std::string> paths = {};  ///< as typed; empty: everything tracked
  std::string directory = {};           ///< a DVC repository; empty: the one around the workspace
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct DvcExportReport {
  std::string repository;  ///< absolute
  struct Exported {
    std::string path;  ///< relative to the repository
    std::string md5;   ///< with ".dir" for directories
    uint64_t size = 0;
    bool written = false;  ///< the .dvc file; false: it said so already, or a stage's dvc.lock does
  };
  std::vector<Exported> files;
  struct Lost {
    std::string path;    ///< relative to the repository
    std::string reason;  ///< "is an empty directory"
  };
  std::vector<Lost> lost;
  uint64_t executables = 0;         ///< executable bits inside directories, which DVC does not keep
  uint64_t objects = 0, bytes = 0;  ///< new in DVC's cache
};

/// Throws usage when there is no DVC repository, failure when an object is missing or damaged.
DvcExportReport export_dvc(Env& env, repo::Workspace& workspace, const DvcExportOptions& options);

}  // namespace mlo::data
