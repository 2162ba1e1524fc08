// What runs keep alive in the store: compacted segments, inputs, outputs and models. Removed runs
// too: they can be restored.
#pragma once

#include "repo/workspace.hpp"
#include "store/fsck.hpp"
#include "store/gc.hpp"

namespace mlo::track {

class RunRoots final : public store::RootSource {
 public:
  explicit RunRoots(repo::Workspace& workspace) : workspace_(workspace) {}
  void roots(Env& env, const store::RootSink& sink) override;

 private:
  repo::Workspace& workspace_;
};

/// Every segment reads without a gap, every record folds, outputs and models are present. Inputs
/// are not asked for: a run may have been told not to store them.
class RunChecker final : public store::Checker {
 public:
  explicit RunChecker(repo::Workspace& workspace) : workspace_(workspace) {}
  void check(Env& env, store::FsckSink& sink) override;

 private:
  repo::Workspace& workspace_;
};

}  // namespace mlo::track
