// Objects from a remote into the store. Ranges of packs are fetched in parallel, neighbours in one
// request; every chunk and every object is verified before it gets its name. What arrived stays: an
// interrupted fetch goes on where it stopped, also inside a large file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "remote/remote.hpp"
#include "store/gc.hpp"
#include "store/object_store.hpp"
#include "store/tree.hpp"

namespace mlo::remote {

struct FetchOptions {
  std::vector<store::Root> roots;
  /// What a manifest may certify about the roots ("commit 3fa9.."): its indexes suffice then, and the
  /// remote need not be listed. Empty, or no such manifest: all indexes.
  std::string certifies;
  /// Which files below tree roots are wanted; absent: all. `path` is relative to the root.
  std::function<bool(const store::Root& root, const std::string& path,
                     const store::TreeEntry& entry)>
      wants;
  /// Fetches no files, but the trees that say which ones there are.
  bool dry_run = false;
  unsigned jobs = 0;
};

struct FetchReport {
  uint64_t objects = 0, bytes = 0;  ///< new in the store (dry run: would be)
  uint64_t received_bytes = 0;
  std::vector<store::Root> missing;  ///< neither here nor in the remote, with the root's referrer
};

/// Costs no request when everything is here. Throws failure for damage in the remote, when all else has
/// arrived.
FetchReport fetch(Env& env, store::ObjectStore& store, Remote& remote, const FetchOptions& options);

}  // namespace mlo::remote
