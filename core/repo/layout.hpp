// Where a workspace's `.mlo/` lies and whether it may be trusted.
#pragma once

#include <string>

#include "base/env.hpp"
#include "repo/git.hpp"

namespace mlo::repo {

/// Absolute, with symbolic links resolved; throws when it does not exist.
std::string real_path(const std::string& path);

/// The `.mlo` of the workspace at `root` (absolute, real): in a linked git work tree that of the same
/// directory in the main work tree, so that objects and runs are shared.
std::string mlo_directory(const std::string& root, const Git* git);

/// Refuses a `.mlo` that is not a directory, that another user owns, or of which git's index or HEAD
/// holds a file: entering or cloning a directory must not configure or run anything. One that does
/// not exist is fine.
void check_mlo_directory(Env& env, const std::string& root, const std::string& mlo_dir, Git* git);

}  // namespace mlo::repo
