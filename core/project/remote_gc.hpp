// `mlo gc --remote NAME`: what a remote holds that no kept commit needs. Says what it would do unless told
// to act. Two-phased and safe beside pushes: remote/remote_gc.hpp.
#pragma once

#include <string>
#include <vector>

#include "base/env.hpp"
#include "remote/remote_gc.hpp"
#include "repo/workspace.hpp"

namespace mlo::project {

struct RemoteGcOptions {
  std::string remote;
  /// "all-refs": every commit that a ref of this clone reaches; "tips": the commits that refs point at;
  /// anything else: one revision. Empty: all-refs. What the work tree names is always kept.
  std::vector<std::string> keep;
  /// Nanoseconds; manifests younger than this are kept, whatever they certify.
  int64_t keep_newer_than = 0;
  /// Also drop commits that this clone does not know: others may have pushed them.
  bool drop_unknown = false;
  int64_t grace = store::kGracePeriod;
  bool act = false;
  unsigned jobs = 0;
};

struct RemoteGcReport {
  std::string remote, url;
  remote::RemoteGcReport result;
  uint64_t unknown_manifests = 0;  ///< kept because this clone does not know their commits
};

RemoteGcReport remote_gc(Env& env, repo::Workspace& workspace, const RemoteGcOptions& options);

}  // namespace mlo::project
