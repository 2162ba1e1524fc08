#include "project/hook_run.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "project/hook_parts.hpp"
#include "repo/hook_script.hpp"
#include "repo/layout.hpp"

namespace mlo::project {
namespace {

using Level = HookRemark::Level;

/// Roots of the workspaces in git's work tree: what the index names, and the top, where mlo.yaml may not
/// be committed yet.
std::set<std::string> workspace_roots(repo::Git& git) {
  std::set<std::string> roots = {git.work_tree()};
  for (const repo::GitEntry& entry : git.list_index("", "mlo.yaml")) {
    if (file_name(entry.path) == "mlo.yaml") {
      roots.insert(join_path(git.work_tree(), parent_path(entry.path)));
    }
  }
  std::erase_if(roots, [&](const std::string& root) {
    return !exists(root + "/mlo.yaml") || !is_directory(repo::mlo_directory(root, &git));
  });
  return roots;
}

/// git's exit code of a checkout is that of its hook, and the checkout is done by then.
bool may_fail(const std::string& name) { return name.starts_with("pre-"); }

void run(HookCall& call) {
  const std::string& name = call.options.name;
  if (name == "pre-commit") run_pre_commit(call);
  if (name == "post-checkout") run_post_checkout(call);
  if (name == "post-merge") run_post_merge(call);
  if (name == "pre-push") run_pre_push(call);
}

}  // namespace

void HookCall::note(std::string text, std::string hint) {
  report.remarks.push_back({Level::note, std::move(text), std::move(hint)});
}
void HookCall::warn(std::string text, std::string hint) {
  report.remarks.push_back({Level::warning, std::move(text), std::move(hint)});
}
void HookCall::problem(std::string text, std::string hint) {
  report.remarks.push_back({Level::problem, std::move(text), std::move(hint)});
}

std::string HookCall::argument(size_t index, const char* variable) const {
  if (index < options.arguments.size()) return options.arguments[index];
  return env.variables.get(variable).value_or("");
}

bool is_no_commit(std::string_view commit) {
  return commit.find_first_not_of('0') == std::string_view::npos;
}

bool HookReport::passed() const {
  return std::ranges::none_of(
      remarks, [](const HookRemark& remark) { return remark.level == Level::problem; });
}

HookReport run_hook(Env& env, const HookOptions& options) {
  HookReport report{options.name, {}};
  if (std::ranges::find(repo::kHookNames, options.name) == repo::kHookNames.end()) {
    std::vector<std::string> known(repo::kHookNames.begin(), repo::kHookNames.end());
    throw usage("mlo has no hook " + quoted(options.name), suggestion(options.name, known));
  }
  try {
    auto git = repo::Git::open(env, repo::real_path(options.directory));
    if (!git) return report;
    HookCall call{env, *git, {}, options, report};
    for (const std::string& root : workspace_roots(*git)) {
      call.workspaces.push_back(repo::Workspace::open(env, root));
    }
    if (!call.workspaces.empty()) run(call);
  } catch (const Error& error) {
    if (may_fail(options.name) || error.code() != Exit::failure) throw;
    report.remarks.push_back(
        {Level::warning, "data was left as it is: " + error.message(), error.hint()});
  }
  return report;
}

}  // namespace mlo::project
