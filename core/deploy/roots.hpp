// What deployments need in the store: every package that a history names, so that a rollback always
// finds it; and what fsck says about a deployment's own files.
#pragma once

#include "store/fsck.hpp"
#include "store/gc.hpp"

namespace mlo::repo {
class Workspace;
}

namespace mlo::deploy {

class DeploymentRoots final : public store::RootSource {
 public:
  explicit DeploymentRoots(const repo::Workspace& workspace) : workspace_(workspace) {}
  void roots(Env& env, const store::RootSink& sink) override;

 private:
  const repo::Workspace& workspace_;
};

class DeploymentChecker final : public store::Checker {
 public:
  explicit DeploymentChecker(const repo::Workspace& workspace) : workspace_(workspace) {}
  void check(Env& env, store::FsckSink& sink) override;

 private:
  const repo::Workspace& workspace_;
};

}  // namespace mlo::deploy
