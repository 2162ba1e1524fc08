// What runs keep alive in the store: compacted segments, inputs, outputs, models, and the large
// untracked files of a dirty tree. Removed runs too: they can be restored.
#pragma once

#include "repo/workspace.hpp"
#include "store/fsck.hpp"
#include "store/gc.hpp"

namespace mlo::track {

class RunRoots final : public store::RootSource {
 public:
  explicit RunRoots(repo::Workspace& workspace) : workspace_(workspace) {}
  /// A run that cannot be read, or not whole, throws with its id.
  void roots(Env& env, const store::RootSink& sink) override;

 private:
  repo::Workspace& workspace_;
};

/// Every segment reads without a gap, every record folds; outputs, models and large files are there.
/// Inputs are not asked for: a run may have been told not to store them.
class RunChecker final : public store::Checker {
 public:
  explicit RunChecker(repo::Workspace& workspace) : workspace_(workspace) {}
  void check(Env& env, store::FsckSink& sink) override;

 private:
  repo::Workspace& workspace_;
};

}  // namespace mlo::track
