#include "project/remote_gc.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/remotes.hpp"
#include "project/certified_roots.hpp"

namespace mlo::project {
namespace {

constexpr std::string_view kCommit = "commit ";

/// What manifests are judged by.
class Keep {
 public:
  Keep(Env& env, repo::Workspace& workspace, const RemoteGcOptions& options)
      : env_(env), workspace_(workspace), options_(options) {
    add_roots(roots_of_work_tree(env, workspace));
    if (workspace.git() == nullptr) return;
    std::vector<std::string> rules = options.keep;
    if (rules.empty()) rules = {"all-refs"};
    for (const std::string& rule : rules) add_rule(rule);
  }

  bool operator()(const remote::Manifest& manifest) {
    if (options_.keep_newer_than > 0 &&
        env_.clock.now() - manifest.time < options_.keep_newer_than) {
      return true;
    }
    if (manifest.certifies.starts_with(kCommit)) {
      const std::string commit = manifest.certifies.substr(kCommit.size());
      if (commits_.contains(commit)) return true;
      if (options_.drop_unknown || known(commit)) return false;
      ++unknown_;
      return true;
    }
    // Roots that no commit of ours has are somebody's work tree, or a history that ours once was.
    const bool ours =
        std::any_of(manifest.roots.begin(), manifest.roots.end(),
                    [&](const store::Root& root) { return roots_.contains(root.digest); });
    return ours;
  }

  uint64_t unknown() const { return unknown_; }

 private:
  void add_roots(const std::vector<store::Root>& roots) {
    for (const store::Root& root : roots) roots_.insert(root.digest);
  }

  void add_rule(const std::string& rule) {
    repo::Git& git = *workspace_.git();
    if (rule == "all-refs") {
      for (const std::string& tip : git.tips()) {
        for (std::string& commit : git.log(tip, SIZE_MAX)) commits_.insert(std::move(commit));
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
    if (workspace_.git() == nullptr) return false;
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
  std::unordered_set<Digest> roots_;
  uint64_t unknown_ = 0;
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
