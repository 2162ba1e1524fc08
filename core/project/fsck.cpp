#include "project/fsck.hpp"

#include "data/remotes.hpp"
#include "data/roots.hpp"
#include "deploy/roots.hpp"
#include "package/roots.hpp"
#include "track/roots.hpp"

namespace mlo::project {

store::FsckReport fsck(Env& env, repo::Workspace& workspace, const store::FsckOptions& options) {
  data::PointerChecker pointers(workspace);
  track::RunChecker runs(workspace);
  package::RegistryChecker registry(workspace);
  deploy::DeploymentChecker deployments(workspace);
  store::Checker* checkers[] = {&pointers, &runs, &registry, &deployments};
  if (!options.repair || data::remote_names(workspace).empty()) {
    return store::fsck(env, workspace.store(), checkers, options);
  }
  data::RemoteSource remotes(workspace);
  store::FsckOptions with_remotes = options;
  with_remotes.sources.push_back(&remotes);
  return store::fsck(env, workspace.store(), checkers, with_remotes);
}

}  // namespace mlo::project
