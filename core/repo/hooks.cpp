#include "repo/hooks.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "repo/hook_files.hpp"
#include "repo/hook_script.hpp"
#include "repo/layout.hpp"
#include "repo/merge_config.hpp"

namespace mlo::repo {
namespace {

using State = HookState::State;

bool is_inside(const std::string& path, const std::string& directory) {
  return relative_to(path, directory).has_value();
}

/// husky's own scripts lie in .husky/_ and call those in .husky, which git carries.
bool is_husky(const std::string& directory) {
  return file_name(directory) == ".husky" || directory.ends_with("/.husky/_");
}

std::string why_foreign(const HooksDirectory& place, const Git& git) {
  if (is_husky(place.path)) return "";
  if (place.from_outside) return "core.hooksPath is set outside of this repository";
  // Perhaps a symbolic link to a folder that all repositories of a user share.
  std::string path = is_directory(place.path) ? real_path(place.path) : place.path;
  for (const std::string& own : {git.work_tree(), git.main_work_tree(), git.common_dir()}) {
    if (is_inside(path, own)) return "";
  }
  return std::string(place.configured ? "core.hooksPath" : "the folder of hooks") +
         " leads outside of this repository";
}

Git& git_of(Workspace& workspace) {
  if (Git* git = workspace.git()) return *git;
  throw usage("there is no git repository around the workspace, so there are no hooks",
              "git init makes one");
}

}  // namespace

bool HooksReport::complete() const {
  return driver && !attributes.empty() && std::ranges::all_of(hooks, [](const HookState& hook) {
           return hook.state == State::installed;
         });
}

HooksReport inspect_hooks(Git& git) {
  HooksDirectory place = git.hooks_directory();
  HooksReport report;
  report.directory = place.path;
  report.foreign = why_foreign(place, git);
  for (std::string_view name : kHookNames) {
    HookState state = inspect_hook(std::string(name), join_path(place.path, name));
    if (is_husky(place.path) && state.state == State::absent) {
      state.state = State::managed;
      state.manager = "husky";
      state.hint = manager_hint("husky", name);
    }
    report.hooks.push_back(std::move(state));
  }
  report.driver = has_merge_driver(git);
  report.attributes = merge_attributes(git);
  return report;
}

HooksReport install_hooks(Env& env, Workspace& workspace, const InstallHooksOptions& options) {
  Git& git = git_of(workspace);
  // Makes .mlo where there is none yet, too: hooks act in workspaces that have one.
  WorkspaceLock lock = workspace.lock();
  HooksReport report = inspect_hooks(git);
  report.changed |= install_merge_driver(env, git, options.program);
  if (options.attributes) {
    report.changed |= install_shared_attributes(env, git);
  } else if (report.attributes.empty()) {
    report.changed |= install_local_attributes(env, git);
  }
  if (report.foreign.empty() || options.force) {
    // Other machines read hooks that git carries, and have their mlo elsewhere.
    bool carried = is_inside(report.directory, git.work_tree()) &&
                   !is_inside(report.directory, git.common_dir());
    for (HookState& hook : report.hooks) {
      if (hook.state == State::managed && !options.force) continue;
      if (!is_directory(report.directory)) make_directories(env.files, report.directory);
      report.changed |= install_hook(env, hook, carried ? "" : options.program);
    }
  }
  report.driver = has_merge_driver(git);
  report.attributes = merge_attributes(git);
  return report;
}

HooksReport uninstall_hooks(Env& env, Workspace& workspace) {
  Git& git = git_of(workspace);
  WorkspaceLock lock = workspace.lock();
  HooksReport report = inspect_hooks(git);
  for (HookState& hook : report.hooks) report.changed |= uninstall_hook(env, hook);
  report.changed |= uninstall_local_attributes(env, git);
  report.changed |= uninstall_merge_driver(env, git);
  report.driver = has_merge_driver(git);
  report.attributes = merge_attributes(git);
  return report;
}

}  // namespace mlo::repo
