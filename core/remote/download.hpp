// Objects out of a remote into a store, given its indexes: chunks that lie close to each other in a pack
// come in one request, requests run in parallel, and every chunk and every object is checked before the
// store gets it. Objects are committed every 256 MiB or so; what arrived before a failure stays.
//
// An object larger than 64 MiB is put together in `parts`/<digest>, chunk after chunk, and goes on there
// when it was interrupted: chunks that are there already are checked, not fetched.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "remote/remote.hpp"
#include "remote/transfer_progress.hpp"
#include "store/object_store.hpp"

namespace mlo::remote {

struct DownloadOptions {
  unsigned jobs = 1;
  TransferProgress* progress = nullptr;
};

struct DownloadReport {
  std::vector<Digest> fetched;  ///< now in the store
  std::vector<Digest> missing;  ///< no index has them
  uint64_t objects = 0, bytes = 0, received_bytes = 0;
  /// What was wrong with those that are in neither list; the first of them, empty: nothing.
  std::string damage;
};

/// Throws when the store cannot be written, when the user cancels, and when the remote fails again and
/// again; one damaged chunk keeps only its object back.
DownloadReport download(Env& env, store::ObjectStore& store, Remote& remote,
                        const IndexSet& indexes, std::span<const Digest> wanted,
                        const DownloadOptions& options);

}  // namespace mlo::remote
