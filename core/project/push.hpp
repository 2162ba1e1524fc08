// `mlo push`: the data of commits to a remote. Each commit becomes one manifest there, whose presence says
// that everything which the commit's pointers, mlo.lock and models/ name is there. What the work tree
// names beyond HEAD goes along, under a manifest of its roots; without git that is all.
#pragma once

#include <string>
#include <vector>

#include "base/env.hpp"
#include "remote/push.hpp"
#include "repo/workspace.hpp"

namespace mlo::project {

struct PushOptions {
  std::string remote;             ///< empty: the default one
  std::vector<std::string> revs;  ///< empty: HEAD and the work tree
  /// The tips of all branches and tags, and whatever else the history of any ref names: what is
  /// neither here nor there is left out with a warning.
  bool all = false;
  bool dry_run = false;
  unsigned jobs = 0;
};

struct PushReport {
  std::string remote, url;
  struct Pushed {
    std::string certifies;
    remote::PushReport result;
  };
  std::vector<Pushed> pushed;
  uint64_t objects() const;
  uint64_t bytes() const;
  uint64_t stored_bytes() const;
};

PushReport push(Env& env, repo::Workspace& workspace, const PushOptions& options);

}  // namespace mlo::project
