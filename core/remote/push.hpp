// Objects to a remote. Order: packs -> index -> manifest; a reader goes the other way, so an interrupted
// push leaves nothing that could be taken for whole, and the next one goes on where it stopped (an index
// follows every 8 packs). Safe beside other pushes, fetches and gc of the same remote (why: the head
// of remote_gc.hpp).
//
// What an index names is not sent again, chunk by chunk. Before the manifest is written, the tombstones
// are listed: chunks in packs that gc is about to delete are sent once more, in packs of other names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "remote/pack.hpp"
#include "remote/remote.hpp"
#include "store/gc.hpp"
#include "store/object_store.hpp"

namespace mlo::remote {

struct PushOptions {
  std::string certifies;           ///< of the manifest
  std::vector<store::Root> roots;  ///< with everything below
  bool dry_run = false;
  unsigned jobs = 0;  ///< 0: the backend's choice
  // Smaller in tests, so that small data meets every boundary.
  uint64_t pack_size = kPackSize;
  size_t packs_per_index = 8;
  size_t most_indexes = 32;
};

struct PushReport {
  bool nothing_new = false;              ///< the manifest was there: one request, nothing read
  uint64_t objects = 0, bytes = 0;       ///< new to the remote (dry run: would be)
  uint64_t packs = 0, stored_bytes = 0;  ///< uploaded, as stored
  /// Not pushed: the manifest of this name is there and does not name them. It is that of another
  /// workspace in the same repository; these need a manifest of their own.
  std::vector<store::Root> beyond;
};

/// Throws failure, with nothing certified, when an object is missing here and in the remote.
PushReport push(Env& env, store::ObjectStore& store, Remote& remote, const PushOptions& options);

}  // namespace mlo::remote
