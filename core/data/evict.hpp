// `mlo data evict`: frees the work tree of files whose content is kept elsewhere, and remembers that it
// was done on purpose (evicted.hpp). `mlo data checkout` brings them back.
//
// Order: everything is checked; the list of evicted paths, durably; the files. Killed in between, some
// files are still there, and repeating the command goes on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/file_state.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct EvictOptions {
  std::vector<std::string> paths;  ///< as typed; at least one
  /// The store's copy as well, of objects that `certified` says a remote has whole. Only objects of
  /// their own file leave at once; small ones lie in packs and stay.
  bool from_store = false;
  std::function<bool(const Digest& digest)> certified = {};
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct EvictReport {
  uint64_t files = 0;  ///< taken out of the work tree
  uint64_t bytes = 0;
  uint64_t objects = 0;  ///< taken out of the store
};

/// Throws, with nothing changed, when a file differs from its pointer or is not stored.
EvictReport evict(Env& env, repo::Workspace& workspace, const EvictOptions& options);

}  // namespace mlo::data
