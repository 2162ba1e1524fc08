// `mlo data move` and `mlo data remove`: tracked data under another name, or no longer tracked. Both
// change the work tree only; what to commit is for the caller to say.
//
// Order of move: the new .gitignore line, the new pointer, the data itself (renamed, never copied), the
// old .gitignore line gone, the old pointer gone; each step durable. Killed anywhere, the data is under
// one of the two names and has a pointer there, and repeating the command completes it.
// Order of remove: the data (only what the store has, unless forced), the .gitignore line, the pointer.
#pragma once

#include <string>
#include <vector>

#include "repo/workspace.hpp"

namespace mlo::data {

struct MoveOptions {
  std::string from, to;  ///< as typed; `to` may be a directory that is there
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct MoveReport {
  std::string from, to;              ///< relative to the root
  std::vector<std::string> changed;  ///< files to commit, relative to the root
};

/// Throws usage when `from` has no pointer of its own, or something is at `to`.
MoveReport move(Env& env, repo::Workspace& workspace, const MoveOptions& options);

struct RemoveOptions {
  std::string path;  ///< as typed
  bool keep_data = false;
  bool force = false;  ///< files that differ from what is tracked go, too
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct RemoveReport {
  std::string path;
  uint64_t files = 0;  ///< removed from the work tree
  std::vector<std::string> changed;
};

/// Throws, with nothing changed, when a file would be lost, or `path` has no pointer of its own.
RemoveReport remove(Env& env, repo::Workspace& workspace, const RemoveOptions& options);

}  // namespace mlo::data
