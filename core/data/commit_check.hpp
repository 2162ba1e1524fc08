// Whether the data of the work tree is what its pointers say, as a commit wants to know it: only what the
// user changed counts. Data that is not checked out (not fetched, evicted, or left behind by a merge that
// moved the pointer) is no change, and adding it would undo the other side's.
#pragma once

#include <string>
#include <vector>

#include "data/file_state.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct CommitCheck {
  std::vector<FileState> changed;     ///< and not added
  std::vector<std::string> behind;    ///< tracked paths as another commit has them: to check out
  std::vector<std::string> unstaged;  ///< pointers that the index has otherwise or not at all
};

/// Requires workspace.git(). Costs what status costs, plus one comparison with a few commits for what
/// differs.
CommitCheck check_commit(Env& env, repo::Workspace& workspace);

}  // namespace mlo::data
