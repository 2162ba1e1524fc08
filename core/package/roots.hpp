// What the registry keeps alive: the packages of all model versions, in the work tree and in git.
#pragma once

#include "repo/workspace.hpp"
#include "store/fsck.hpp"
#include "store/gc.hpp"

namespace mlo::package {

class RegistryRoots final : public store::RootSource {
 public:
  RegistryRoots(repo::Workspace& workspace, repo::Reach reach)
      : workspace_(workspace), reach_(reach) {}
  void roots(Env& env, const store::RootSink& sink) override;

 private:
  repo::Workspace& workspace_;
  repo::Reach reach_;
};

/// Every registry file reads, aliases point at versions that are there, and every package is whole.
class RegistryChecker final : public store::Checker {
 public:
  explicit RegistryChecker(repo::Workspace& workspace) : workspace_(workspace) {}
  void check(Env& env, store::FsckSink& sink) override;

 private:
  repo::Workspace& workspace_;
};

}  // namespace mlo::package
