// The hooks behind run_hook, one function each. Private to hook_*.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "project/hook_run.hpp"
#include "repo/workspace.hpp"

namespace mlo::project {

struct HookCall {
  Env& env;
  repo::Git& git;
  std::vector<repo::Workspace> workspaces;  ///< at least one, by root
  const HookOptions& options;
  HookReport& report;

  void note(std::string text, std::string hint = "");
  void warn(std::string text, std::string hint = "");
  void problem(std::string text, std::string hint = "");
  /// An argument of git's, or what the pre-commit tool calls it; "" where neither is there.
  std::string argument(size_t index, const char* variable) const;
};

/// Zeros, as git names no commit at all.
bool is_no_commit(std::string_view commit);

void run_pre_commit(HookCall& call);
void run_post_checkout(HookCall& call);
void run_post_merge(HookCall& call);
void run_pre_push(HookCall& call);

}  // namespace mlo::project
