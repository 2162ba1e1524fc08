// pre-commit: what may not become a commit.
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/commit_check.hpp"
#include "project/hook_parts.hpp"
#include "repo/hooks_config.hpp"

namespace mlo::project {
namespace {

constexpr size_t kShown = 10;

/// One remark for each of the first ones, and one for the rest.
template <typename Items, typename Say>
void say_first(HookCall& call, const Items& items, const char* more, Say say) {
  size_t shown = 0;
  for (const auto& item : items) {
    if (shown == kShown) {
      call.problem("and " + std::to_string(items.size() - kShown) + " more " + more);
      return;
    }
    ++shown;
    say(item);
  }
}

/// The workspace that a path of git lies in; the first one for what lies in none.
repo::Workspace& workspace_around(HookCall& call, const std::string& path) {
  std::string file = join_path(call.git.work_tree(), path);
  repo::Workspace* best = &call.workspaces.front();
  for (repo::Workspace& workspace : call.workspaces) {
    if (relative_to(file, workspace.root()) && workspace.root().size() >= best->root().size()) {
      best = &workspace;
    }
  }
  return *best;
}

void check_sizes(HookCall& call) {
  std::vector<std::pair<repo::StagedFile, uint64_t>> large;
  std::map<std::string, std::optional<uint64_t>> limits;
  for (repo::Workspace& workspace : call.workspaces) {
    limits[workspace.root()] =
        repo::hooks_config(workspace.config(), workspace.local()).max_file_size;
  }
  for (repo::StagedFile& file : call.git.staged_files()) {
    const auto& limit = limits[workspace_around(call, file.path).root()];
    if (limit && file.size > *limit) large.emplace_back(std::move(file), *limit);
  }
  say_first(call, large, "files above the limit", [&](const auto& each) {
    const auto& [file, limit] = each;
    std::string shown = "'" + printable(file.path) + "'";
    call.problem(shown + " (" + human_size(file.size) +
                     ") is about to enter git, above the limit of " + human_size(limit),
                 "keep it as data: git rm --cached " + shown + " && mlo data add " + shown +
                     "; or raise hooks.max_file_size in .mlo/config.yaml");
  });
}

void check_data(HookCall& call, repo::Workspace& workspace) {
  data::CommitCheck check = data::check_commit(call.env, workspace);
  auto shown = [&](const std::string& path) {
    return "'" + printable(workspace.git_path(path)) + "'";
  };
  say_first(call, check.changed, "changed files", [&](const data::FileState& file) {
    bool fresh = file.state == data::State::added;
    call.problem(
        shown(file.path) + " is " + (fresh ? "new" : std::string(data::state_name(file.state))) +
            " and was not added",
        "mlo data add " + shown(file.path) + ", then git add the pointer; or put it back: " +
            "mlo data checkout --force " + shown(file.path));
  });
  for (const std::string& path : check.behind) {
    call.warn(shown(path) + " is not what its pointer says, but what an earlier commit said",
              "mlo data checkout " + shown(path) + " makes it so");
  }
  for (size_t i = 0; i < check.unstaged.size() && i < kShown; ++i) {
    call.note(shown(check.unstaged[i]) + " is not part of this commit",
              "git add " + shown(check.unstaged[i]));
  }
}

}  // namespace

void run_pre_commit(HookCall& call) {
  for (repo::Workspace& workspace : call.workspaces) check_data(call, workspace);
  check_sizes(call);
}

}  // namespace mlo::project
