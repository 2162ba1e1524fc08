// `mlo status`: what changed, in one screen. Data against pointers, pointers (with mlo.yaml and
// models/) against git, runs since the last commit, deployments, and what to do next. Composes what
// the rooms know; each part is theirs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "data/status.hpp"
#include "deploy/deploy.hpp"
#include "repo/git.hpp"
#include "repo/workspace.hpp"
#include "track/run.hpp"

namespace mlo::project {

/// Runs shown by `mlo status`; `mlo track list` shows all.
inline constexpr size_t kRunsInStatus = 5;

struct StatusReport {
  std::string root;
  bool git = false;
  std::optional<std::string> branch;  ///< nullopt: detached HEAD or no git
  std::optional<std::string> commit;  ///< nullopt: unborn HEAD or no git
  data::StatusReport data;
  std::vector<repo::GitChange> committed;  ///< mlo's own files in git that are not clean
  std::vector<track::Run> runs;            ///< started since the last commit, latest first
  size_t run_count = 0;                    ///< of those, also the ones not shown
  std::vector<deploy::Status> deployments;
  std::vector<std::string> next;  ///< "'mlo data add data/train.csv' to record the change"
  /// Nothing for `--check` to complain about: data, files in git and deployments are as recorded.
  bool clean() const;
};

StatusReport status(Env& env, repo::Workspace& workspace);

}  // namespace mlo::project
