// What mlo does when git runs a hook, in every workspace of the repository that was made on this machine
// (that has its `.mlo/`): a clone brings no behaviour with it.
//
//   pre-commit     fails when tracked data changed and was not added, or a file above the limit is
//                  about to enter git. Reads the index that git hands over in GIT_INDEX_FILE, so it
//                  sees what `git commit -a` and `git commit PATH` commit.
//   post-checkout  data checkout of what the two commits name differently; never in a rebase, never
//   post-merge     fails git, says what it left and why.
//   pre-push       pushes the data of the commits first, once there is a default remote.
//
// Also run by the pre-commit tool, which tells in PRE_COMMIT_* what git tells in arguments.
#pragma once

#include <string>
#include <vector>

#include "base/env.hpp"

namespace mlo::project {

struct HookOptions {
  std::string directory;  ///< where git started the hook
  std::string name;       ///< "pre-commit"
  std::vector<std::string> arguments;
  std::string input;  ///< pre-push: the lines that git writes to the hook
};

struct HookRemark {
  enum class Level { note, warning, problem };
  Level level;
  std::string text;
  std::string hint;
};

struct HookReport {
  std::string name;
  std::vector<HookRemark> remarks;
  /// No remark is a problem: git may go on.
  bool passed() const;
};

/// Throws usage for an unknown hook or wrong arguments.
HookReport run_hook(Env& env, const HookOptions& options);

}  // namespace mlo::project
