// What the pointers of a workspace keep alive, and whether their objects are there.
#pragma once

#include "repo/workspace.hpp"
#include "store/fsck.hpp"
#include "store/gc.hpp"

namespace mlo::data {

/// The pointers of the work tree, of git's index, and of every commit that a ref reaches (or of the
/// tips of branches and tags only).
class PointerRoots final : public store::RootSource {
 public:
  PointerRoots(repo::Workspace& workspace, repo::Reach reach)
      : workspace_(workspace), reach_(reach) {}
  void roots(Env& env, const store::RootSink& sink) override;

 private:
  repo::Workspace& workspace_;
  repo::Reach reach_;
};

/// The pointers of the work tree: well-formed, and their objects present.
class PointerChecker final : public store::Checker {
 public:
  explicit PointerChecker(repo::Workspace& workspace) : workspace_(workspace) {}
  void check(Env& env, store::FsckSink& sink) override;

 private:
  repo::Workspace& workspace_;
};

/// `anywhere`: also where the workspace may have lain in older commits, in any directory.
enum class Places { here, anywhere };
/// Every digest in those versions of files in git that `wanted` accepts (paths relative to the
/// workspace's root); nothing without git. For the other rooms' roots, too.
void roots_in_git(repo::Workspace& workspace, repo::Reach reach,
                  const std::function<bool(std::string_view path)>& wanted,
                  const store::RootSink& sink, Places places = Places::here);

}  // namespace mlo::data
