// `mlo fsck`: store::fsck with the checkers of all rooms, and all remotes as sources of a repair.
#pragma once

#include "base/env.hpp"
#include "repo/workspace.hpp"
#include "store/fsck.hpp"

namespace mlo::project {

store::FsckReport fsck(Env& env, repo::Workspace& workspace,
                       const store::FsckOptions& options = {});

}  // namespace mlo::project
