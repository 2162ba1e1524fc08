// Frees what no kept manifest of a remote needs, beside pushes and fetches that know nothing of it.
//
// Two phases, on two runs at least a grace period apart:
//   1. manifests that are not kept are removed; a pack that no manifest uses gets a tombstone;
//   2. a pack whose tombstone is older than the grace period, and that still no manifest uses, leaves the
//      indexes (a new one replaces them all) and is removed. Its tombstone stays as "deleted" for another
//      grace period. A pack that a manifest uses again loses its tombstone.
//
// Why nobody loses anything. A push reads the indexes (I), sends packs, reads the tombstones (T), and puts
// its manifest (M); from I to M it takes less than a grace period, as it reads everything again after an
// hour. gc reads manifests (m), puts tombstones (t); later, with m2 behind t + grace, it reads them
// again, and removes (r).
//   - t before T: the push sees the tombstone and sends those chunks again in packs of other names.
//   - t after T: M comes less than a grace period after T, so before m2: gc sees the manifest and keeps.
//   - r before I: the push finds the pack in no index. r between I and T: the tombstone is still there, as
//     it stays a grace period after r. r after T: then t, at least a grace period before r, is before T
//     (the first case), or M is before m2 (the second).
// Indexes that a push merged meanwhile may name a removed pack again; gc takes it out, and its tombstone
// stays a grace period after that. A pack that is there although its tombstone says "deleted" waits anew.
// A pack that was put and has no index or manifest yet counts as unused; it can only be removed a grace
// period later. Manifests younger than the grace period are always kept. A manifest names indexes that gc
// replaces: readers then list them. Clocks of machines may differ by as much as the grace period is
// longer than a push; `grace` of 0 is for remotes that nobody else uses now.
//
// Interrupted anywhere, the next run goes on. What cannot be read stops it before anything is removed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "remote/codec.hpp"
#include "remote/remote.hpp"
#include "store/gc.hpp"

namespace mlo::remote {

struct RemoteGcOptions {
  /// Whether a manifest stays. Those younger than `grace` do anyway.
  std::function<bool(const Manifest&)> keep;
  int64_t grace = store::kGracePeriod;  ///< nanoseconds
  /// Indexes that are larger together are not merged into one. For tests smaller than what a remote takes.
  uint64_t largest_index = kMostFile;
  bool dry_run = true;
  unsigned jobs = 0;
};

struct RemoteGcReport {
  uint64_t kept_manifests = 0, kept_packs = 0, kept_bytes = 0;
  std::vector<std::string> dropped_manifests;     ///< what they certified (dry run: would)
  uint64_t marked_packs = 0, marked_bytes = 0;    ///< tombstones put now
  uint64_t waiting_packs = 0, waiting_bytes = 0;  ///< tombstones younger than the grace period
  uint64_t removed_packs = 0, removed_bytes = 0;
  uint64_t revived_packs = 0;              ///< tombstones taken back
  uint64_t replaced_indexes = 0;           ///< index files removed
  std::vector<std::string> missing_packs;  ///< that kept manifests use and the remote lacks
};

RemoteGcReport remote_gc(Env& env, Remote& remote, const RemoteGcOptions& options);

}  // namespace mlo::remote
