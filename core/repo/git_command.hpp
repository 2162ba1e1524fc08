// The user's own git, for what libgit2 is not asked: the network, partial clones, repositories that are
// not the one around the workspace. Variables that point git at a repository (GIT_DIR and the like, which
// hooks set) are taken out; only the usual transports are allowed, never a helper program that a URL
// names ("ext::sh -c ..."), as URLs come from pointers, which come from anywhere.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "base/process.hpp"

namespace mlo::repo {

struct GitCommand {
  std::vector<std::string> arguments;
  std::string directory = {};  ///< `git -C`: the repository around it; empty: none is needed
  std::string git_dir = {};    ///< `git --git-dir`: this one, and no search for another
  std::string input = {};
  std::function<void(std::string_view)> output = {};  ///< as in ProcessOptions
};

/// Any exit code. Throws, with a hint, where there is no git.
ProcessResult run_git(Env& env, const GitCommand& command);
/// Its output; throws failure "<what>: <git's reason>" unless it ended with 0.
std::string ask_git(Env& env, const GitCommand& command, const std::string& what);
/// The reason in git's standard error: its first "fatal:" or "error:" line, without credentials.
std::string git_reason(const ProcessResult& result);

}  // namespace mlo::repo
