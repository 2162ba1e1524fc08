// `mlo gc`: store::gc with the roots of all rooms and of every workspace that shares the store.
//
// Kept: what pointers, the registry, runs and deployments name, here and in the other workspaces;
// from git every commit that a ref, a stash or a reflog reaches, and the HEADs and indexes of all
// linked work trees, so that no committed version of anything is lost. `tips` keeps of git only the
// commits that these point at. A workspace that cannot be read stops gc: its data might be needed.
#pragma once

#include <string>
#include <vector>

#include "base/env.hpp"
#include "repo/workspace.hpp"
#include "store/gc.hpp"

namespace mlo::project {

struct GcOptions {
  store::GcOptions store = {};
  bool tips = false;
  std::vector<std::string> forget = {};  ///< workspaces that are gone for good
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct GcReport {
  store::GcReport store;
  std::vector<std::string> workspaces;  ///< whose roots were marked
  std::vector<std::string> notes;       ///< what the user should know, one line each
};

GcReport gc(Env& env, repo::Workspace& workspace, const GcOptions& options);

}  // namespace mlo::project
