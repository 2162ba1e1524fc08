// A workspace below the directory of a fault test.
#pragma once

#include <string>

#include "repo/workspace.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

namespace mlo::test {

/// Makes `dir`/w a workspace without git.
void make_workspace(TestEnv& test, const TempDir& dir);
repo::Workspace open_workspace(TestEnv& test, const TempDir& dir);
/// Runs git in `dir`/w; throws when it fails.
void git(const TempDir& dir, const std::string& arguments);
/// `mlo fsck` of store, pointers, runs and registry; one failed check for each problem.
void require_clean(TestEnv& test, repo::Workspace& workspace);

}  // namespace mlo::test
