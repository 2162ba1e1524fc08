// `mlo data checkout`: the work tree as the pointers say, typically after `git checkout`.
//
// Nothing is lost: a file is overwritten or removed only if its content is in the store (or is the
// beginning of what replaces it: what a power cut leaves of an earlier checkout), unless forced. All of
// it is decided, and every needed object found, before the first change. Then each file appears whole,
// by rename. Never writes through a symbolic link inside the work tree. Process-safe, not synced: the
// content is in the store, so after a power cut the command is repeated.
#pragma once

#include <string>
#include <vector>

#include "data/file_state.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct CheckoutOptions {
  std::vector<std::string> paths;  ///< as typed; empty: everything
  bool force = false;              ///< overwrite content that is not stored
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct CheckoutReport {
  std::vector<FileState> files;  ///< updated, removed, and kept ones
  uint64_t pointers = 0;
};

/// Throws failure, with nothing changed, when a file that is not stored is in the way or an object is
/// missing.
CheckoutReport checkout(Env& env, repo::Workspace& workspace, const CheckoutOptions& options);

}  // namespace mlo::data
