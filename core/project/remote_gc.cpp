#include "project/remote_gc.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/remotes.hpp"
#include "project/certified_roots.hpp"
#include "repo/git_shallow.hpp"

namespace mlo::project {
namespace {

constexpr std::string_view kCommit = "commit ";

/// What manifests are judged by.
class Keep {
 public:
  Keep(Env& env, repo::Workspace& workspace, const RemoteGcOptions& options)
      : env_(env), workspace_(workspace), options_(options) {
    for (const store::Root& root : roots_of_work_tree(env, workspace)) here_.insert(root.digest);
    if (workspace.git() == nullptr) return;
    // What lies behind the boundary is unknown, and libgit2 does not walk up to it.
    shallow_ = repo::is_shallow(*workspace.git());
    if (shallow_ && options.drop_unknown) {
      throw usage("--drop-unknown needs the whole history, and this clone is shallow",
                  "git fetch --unshallow");
    }
    std::vector<std::string> rules = options.keep;
    if (rules.empty()) rules = {"all-refs"};
    for (const std::string& rule : rules) add_rule(rule);
  }

  bool operator()(const remote::Manifest& manifest) {
    if (options_.keep_newer_than > 0 &&
        env_.clock.now() - manifest.time < options_.keep_newer_than) {
      return true;
    }
    if (names_any(manifest, here_)) return true;
    if (manifest.certifies.starts_with(kCommit)) {
      const std::string commit = manifest.certifies.substr(kCommit.size());
      if (commits_.contains(commit)) return true;
      if (options_.drop_unknown || known(commit)) return false;
      ++unknown_;
      return true;
    }
    if (names_any(manifest, roots_)) return true;
    // Roots that no commit of ours has are somebody's work tree, or a history that ours once was.
    if (options_.drop_unknown) return false;
    ++unknown_;
    return true;
  }

  uint64_t unknown() const { return unknown_; }

 private:
  static bool names_any(const remote::Manifest& manifest,
                        const std::unordered_set<Digest>& digests) {
    return std::any_of(manifest.roots.begin(), manifest.roots.end(),
                       [&](const store::Root& root) { return digests.contains(root.digest); });
  }

  void add_roots(const std::vector<store::Root>& roots) {
    for (const store::Root& root : roots) roots_.insert(root.digest);
  }

  void add_rule(const std::string& rule) {
    repo::Git& git = *workspace_.git();
    if (rule == "all-refs") {
      for (const std::string& tip : git.tips()) {
        commits_.insert(tip);
        if (shallow_) continue;
        std::vector<std::string> history = git.log(tip, SIZE_MAX);
        if (history.empty()) throw failure("cannot walk the history of commit " + tip);
        for (std::string& commit : history) commits_.insert(std::move(commit));
      }
      add_roots(roots_of_history(env_, workspace_));
      return;
    }
    const std::vector<std::string> commits =
        rule == "tips" ? git.tips() : std::vector<std::string>{git.resolve(rule)};
    for (const std::string& commit : commits) {
      commits_.insert(commit);
      add_roots(roots_of_commit(workspace_, commit));
    }
  }

  bool known(const std::string& commit) {
    if (workspace_.git() == nullptr || shallow_) return false;
    try {
      return workspace_.git()->resolve(commit) == commit;
    } catch (const Error&) {
      return false;
    }
  }

  Env& env_;
  repo::Workspace& workspace_;
  const RemoteGcOptions& options_;
  std::unordered_set<std::string> commits_;
  std::unordered_set<Digest> here_, roots_;  ///< of the work tree, of kept commits
  uint64_t unknown_ = 0;
  bool shallow_ = false;
};

}  // namespace

RemoteGcReport remote_gc(Env& env, repo::Workspace& workspace, const RemoteGcOptions& options) {
  if (workspace.git() == nullptr && !options.keep.empty()) {
    throw usage("--keep needs a git repository around the workspace");
  }
  auto remote = data::open_remote(env, workspace, options.remote, remote::OpenRemote::existing);
  RemoteGcReport report{remote->config().name, remote->backend().url(), {}, 0};
  if (!remote->backend().traits().writable) {
    throw usage("remote " + quoted(report.remote) + " is read-only");
  }
  Keep keep(env, workspace, options);
  remote::RemoteGcOptions gc;
  gc.keep = [&](const remote::Manifest& manifest) { return keep(manifest); };
  gc.grace = options.grace;
  gc.dry_run = !options.act;
  gc.jobs = options.jobs;
  report.result = remote::remote_gc(env, *remote, gc);
  report.unknown_manifests = keep.unknown();
  return report;
}

}  // namespace mlo::project
