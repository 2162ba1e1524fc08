// What hooks ask git: where they lie, and what git is doing while one of them runs.
#include "base/descriptor.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "repo/git_impl.hpp"

namespace mlo::repo {

HooksDirectory Git::hooks_directory() {
  // The user's git knows every place that core.hooksPath may come from: includes, the worktree's own
  // config, GIT_CONFIG_COUNT, which libgit2 1.5 does not all read.
  auto ask = [&](std::vector<std::string> words) {
    ProcessOptions options;
    options.argv = {"git"};
    options.argv.insert(options.argv.end(), words.begin(), words.end());
    options.directory = work_tree_;
    return run_process(env_, options);
  };
  ProcessResult path = ask({"rev-parse", "--git-path", "hooks"});
  if (path.code != 0) {
    throw failure("git does not say where its hooks lie: " + printable(trimmed(path.errors)));
  }
  if (path.output.ends_with('\n')) path.output.pop_back();
  HooksDirectory found{normal_path(path.output, work_tree_), false, false};
  ProcessResult scope = ask({"config", "--show-scope", "--get", "core.hooksPath"});
  if (scope.code != 0) return found;
  found.configured = true;
  found.from_outside = !scope.output.starts_with("local") && !scope.output.starts_with("worktree");
  return found;
}

bool Git::is_rebasing() const {
  return is_directory(git_dir_ + "/rebase-merge") || is_directory(git_dir_ + "/rebase-apply");
}

}  // namespace mlo::repo
