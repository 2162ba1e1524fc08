// `mlo fetch`: the objects that the work tree's pointers, mlo.lock and models/ name, from a remote into the
// store; the work tree stays as it is. `mlo pull` checks them out as well. Costs no request when
// everything is here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "data/checkout.hpp"
#include "remote/fetch.hpp"
#include "repo/workspace.hpp"

namespace mlo::project {

struct FetchOptions {
  std::string remote;              ///< empty: the default one
  std::vector<std::string> paths;  ///< as typed, also globs; empty: everything
  std::string rev;                 ///< of this commit instead of the work tree
  bool all = false;                ///< whatever the history of any ref names
  data::CheckoutFilter filter;
  bool dry_run = false;
  unsigned jobs = 0;
};

struct FetchReport {
  std::string remote, url;
  remote::FetchReport result;
};

/// With objects that are neither here nor in the remote: reports them, having fetched all others.
FetchReport fetch(Env& env, repo::Workspace& workspace, const FetchOptions& options);

struct PullReport {
  FetchReport fetch;
  data::CheckoutReport checkout;
};

/// fetch, then data::checkout of the same paths. Throws, with nothing checked out, when something is
/// missing.
PullReport pull(Env& env, repo::Workspace& workspace, const FetchOptions& options, bool force);

}  // namespace mlo::project
