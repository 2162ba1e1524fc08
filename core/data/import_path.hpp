// `mlo data import REPOSITORY PATH`, `mlo data import URL` and `mlo data update`: data of another repository
// or from a URL as tracked data here, and the same again when the source has changed.
//
// Order as in data add: objects (durable) -> pointer, with its source -> .gitignore; then the files, as
// data checkout writes them. Nothing changes before all content is here. When the files cannot be
// written, the old pointer comes back. Killed between pointer and files: `mlo data checkout` goes on.
#pragma once

#include <string>
#include <vector>

#include "data/file_state.hpp"
#include "data/import_find.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct ImportOptions {
  AskedPath asked = {};
  std::string out = {};  ///< as typed; empty: the last part of the path or URL
  bool force = false;    ///< replace what is there and other pointers
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct UpdateOptions {
  std::vector<std::string> paths = {};  ///< as typed; empty: everything that was imported
  std::string rev = {};                 ///< follow this revision from now on; needs paths
  bool force = false;                   ///< overwrite what was changed here
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct ImportedPath {
  FileState file;  ///< added, updated or unchanged
  repo::Source source;
  std::string version_before;  ///< repo::version_of; empty: it is new
};

struct ImportReport {
  std::vector<ImportedPath> paths;
};

/// Throws usage for paths that cannot be tracked or hold something else already.
ImportReport import_path(Env& env, repo::Workspace& workspace, const ImportOptions& options);
/// Throws, with nothing changed, when a source cannot be asked or a path was changed here.
ImportReport update(Env& env, repo::Workspace& workspace, const UpdateOptions& options);

}  // namespace mlo::data
