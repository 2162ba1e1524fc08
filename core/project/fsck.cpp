#include "project/fsck.hpp"

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
  return store::fsck(env, workspace.store(), checkers, options);
}

}  // namespace mlo::project
