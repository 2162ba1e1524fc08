// pre-push: the data before the commits that name it.
#include <algorithm>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "project/hook_parts.hpp"
#include "project/push.hpp"
#include "project/remotes.hpp"

namespace mlo::project {
namespace {

/// Beyond this, a push of old history brings its tips and leaves what lies between to `mlo push --all`.
constexpr size_t kMostCommits = 200;

struct Ref {
  std::string local, remote;  ///< commits, 40 digits; zeros where there is none
};

/// "<local ref> <local id> <remote ref> <remote id>" each, as githooks(5) says. Of the pre-commit tool:
/// the last of them only.
std::vector<Ref> pushed_refs(const HookCall& call) {
  std::vector<Ref> refs;
  for (std::string_view line : split(call.options.input, '\n')) {
    std::vector<std::string_view> words = split(line, ' ');
    if (words.size() != 4) continue;
    refs.push_back({std::string(words[1]), std::string(words[3])});
  }
  std::string to = call.env.variables.get("PRE_COMMIT_TO_REF").value_or("");
  if (refs.empty() && !to.empty()) {
    refs.push_back({to, call.env.variables.get("PRE_COMMIT_FROM_REF").value_or("")});
  }
  std::erase_if(refs, [](const Ref& ref) { return is_no_commit(ref.local); });
  return refs;
}

/// Commits between what the remote has and the tips that change what data names, newest first.
std::vector<std::string> commits_between(HookCall& call, const std::vector<Ref>& refs) {
  ProcessOptions list;
  list.argv = {"git", "rev-list", "--max-count=" + std::to_string(kMostCommits)};
  for (const Ref& ref : refs) list.argv.push_back(ref.local);
  list.argv.push_back("--not");
  for (const Ref& ref : refs) {
    if (is_no_commit(ref.remote)) continue;
    try {
      list.argv.push_back(call.git.resolve(ref.remote));
    } catch (const Error&) {
      // somebody else's push, not fetched yet
    }
  }
  if (!call.options.arguments.empty()) {
    list.argv.push_back("--remotes=" + call.options.arguments[0]);
  }
  list.argv.insert(list.argv.end(), {"--", "*.mlo", "*mlo.lock", "*models/*"});
  list.directory = call.git.work_tree();
  ProcessResult found = run_process(call.env, list);
  std::vector<std::string> commits;
  for (std::string_view line : split(found.output, '\n')) {
    if (!line.empty()) commits.emplace_back(line);
  }
  return commits;
}

bool has_default_remote(repo::Workspace& workspace) {
  return std::ranges::any_of(list_remotes(workspace),
                             [](const RemoteEntry& remote) { return remote.is_default; });
}

/// What an older commit names may never have been here; what is pushed now must be.
void push_data(HookCall& call, repo::Workspace& workspace, const std::vector<std::string>& tips,
               const std::vector<std::string>& between) {
  PushReport report = push(call.env, workspace, {.remote = "", .revs = tips});
  uint64_t objects = report.objects();
  std::string remote = report.remote;
  size_t failed = 0;
  std::string why, hint;
  for (const std::string& commit : between) {
    if (std::ranges::find(tips, commit) != tips.end()) continue;
    try {
      objects += push(call.env, workspace, {.remote = "", .revs = {commit}}).objects();
    } catch (const Error& error) {
      if (error.code() == Exit::interrupted) throw;
      ++failed;
      why = error.message();
      hint = error.hint();
    }
  }
  if (objects > 0) {
    call.note("pushed " + counted(objects, "object") + " to " + quoted(remote));
  }
  if (failed > 0) {
    call.warn("the data of " + std::to_string(failed) + " older commits was not pushed: " + why,
              hint);
  }
}

}  // namespace

void run_pre_push(HookCall& call) {
  std::vector<Ref> refs = pushed_refs(call);
  if (refs.empty()) return;
  std::vector<repo::Workspace*> shared;
  for (repo::Workspace& workspace : call.workspaces) {
    if (has_default_remote(workspace)) shared.push_back(&workspace);
  }
  if (shared.empty()) return;
  std::vector<std::string> tips;
  for (const Ref& ref : refs) {
    std::string commit = call.git.resolve(ref.local);
    if (std::ranges::find(tips, commit) == tips.end()) tips.push_back(commit);
  }
  std::vector<std::string> between = commits_between(call, refs);
  for (repo::Workspace* workspace : shared) push_data(call, *workspace, tips, between);
}

}  // namespace mlo::project
