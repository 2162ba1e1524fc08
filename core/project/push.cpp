#include "project/push.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/remotes.hpp"
#include "project/certified_roots.hpp"
#include "remote/pack_uses.hpp"

namespace mlo::project {
namespace {

/// One manifest to be.
struct Target {
  std::string certifies;
  std::vector<store::Root> roots;
};

Target of_commit(repo::Workspace& workspace, const std::string& commit) {
  return {certifies_commit(commit), roots_of_commit(workspace, commit)};
}

std::vector<Target> of_head_and_work_tree(Env& env, repo::Workspace& workspace) {
  std::vector<Target> targets;
  std::vector<store::Root> here = roots_of_work_tree(env, workspace);
  repo::Git* git = workspace.git();
  if (git != nullptr) {
    if (auto head = git->head()) targets.push_back(of_commit(workspace, *head));
  }
  const bool more = targets.empty() || !roots_beyond(here, targets[0].roots).empty();
  if (more && !here.empty()) targets.push_back({certifies_roots(here), here});
  return targets;
}

/// Of the history's roots those that are here or there; warns of the others.
std::vector<store::Root> obtainable(Env& env, repo::Workspace& workspace, remote::Remote& remote,
                                    std::vector<store::Root> roots) {
  const bool exists = remote.exists();
  const size_t all = roots.size();
  std::erase_if(roots, [&](const store::Root& root) {
    return !workspace.store().contains(root.digest) &&
           !(exists && remote::has_object(remote.codec(), remote.indexes(), {root.digest, 0}, {}));
  });
  if (roots.size() < all) {
    env.reporter.warn(std::to_string(all - roots.size()) +
                      " versions in the history are neither here nor in the remote");
  }
  return roots;
}

std::vector<Target> of_everything(Env& env, repo::Workspace& workspace, remote::Remote& remote) {
  std::vector<Target> targets = of_head_and_work_tree(env, workspace);
  if (workspace.git() == nullptr) return targets;
  for (const std::string& tip : workspace.git()->tips()) {
    targets.push_back({certifies_commit(tip), {}});
  }
  std::sort(targets.begin(), targets.end(),
            [](const Target& a, const Target& b) { return a.certifies < b.certifies; });
  targets.erase(
      std::unique(targets.begin(), targets.end(),
                  [](const Target& a, const Target& b) { return a.certifies == b.certifies; }),
      targets.end());
  std::vector<store::Root> known;
  for (Target& target : targets) {
    if (target.certifies.starts_with("commit ")) {
      target.roots = roots_of_commit(workspace, target.certifies.substr(7));
    }
    const size_t named = target.roots.size();
    target.roots = obtainable(env, workspace, remote, std::move(target.roots));
    // A part of a commit's data must not bear the commit's name: whoever has the rest would not push it.
    if (target.roots.size() < named) target.certifies = certifies_roots(target.roots);
    known.insert(known.end(), target.roots.begin(), target.roots.end());
  }
  std::vector<store::Root> rest =
      obtainable(env, workspace, remote, roots_beyond(roots_of_history(env, workspace), known));
  if (!rest.empty()) targets.push_back({certifies_roots(rest), rest});
  return targets;
}

/// The first argument may be a remote's name with a mistake in it.
std::string commit_of(repo::Workspace& workspace, const std::string& rev) {
  try {
    return workspace.git()->resolve(rev);
  } catch (const Error& error) {
    const std::vector<std::string> remotes = data::remote_names(workspace);
    if (error.code() != Exit::usage || remotes.empty()) throw;
    if (auto near = nearest(rev, remotes)) {
      throw usage(error.message(), "did you mean mlo push --remote " + *near + "?");
    }
    throw usage(error.message(), error.hint() + "; there are the remotes " + join(remotes, ", "));
  }
}

std::vector<Target> targets_of(Env& env, repo::Workspace& workspace, remote::Remote& remote,
                               const PushOptions& options) {
  if (options.all) return of_everything(env, workspace, remote);
  if (options.revs.empty()) return of_head_and_work_tree(env, workspace);
  if (workspace.git() == nullptr) {
    throw usage("REV needs a git repository around the workspace", "push without REV, or git init");
  }
  std::vector<Target> targets;
  for (const std::string& rev : options.revs) {
    targets.push_back(of_commit(workspace, commit_of(workspace, rev)));
  }
  return targets;
}

}  // namespace

uint64_t PushReport::objects() const {
  uint64_t sum = 0;
  for (const Pushed& one : pushed) sum += one.result.objects;
  return sum;
}
uint64_t PushReport::bytes() const {
  uint64_t sum = 0;
  for (const Pushed& one : pushed) sum += one.result.bytes;
  return sum;
}
uint64_t PushReport::stored_bytes() const {
  uint64_t sum = 0;
  for (const Pushed& one : pushed) sum += one.result.stored_bytes;
  return sum;
}

PushReport push(Env& env, repo::Workspace& workspace, const PushOptions& typed) {
  PushOptions options = typed;
  data::take_remote(workspace, options.revs, options.remote);
  if (options.all && !options.revs.empty()) throw usage("REV and --all exclude each other");
  const auto how = options.dry_run ? remote::OpenRemote::existing : remote::OpenRemote::create;
  auto remote = data::open_remote(env, workspace, options.remote, how);
  PushReport report{remote->config().name, remote->backend().url(), {}};
  if (!remote->backend().traits().writable) {
    throw usage("remote " + quoted(report.remote) + " is read-only", "push to another: --remote");
  }
  for (const Target& target : targets_of(env, workspace, *remote, options)) {
    // A commit without data needs no manifest: there is nothing to fetch.
    if (target.roots.empty()) continue;
    remote::PushOptions push;
    push.certifies = target.certifies;
    push.roots = target.roots;
    push.dry_run = options.dry_run;
    push.jobs = options.jobs;
    remote::PushReport result = remote::push(env, workspace.store(), *remote, push);
    if (!result.beyond.empty()) {
      push.roots = std::move(result.beyond);
      push.certifies = certifies_roots(push.roots);
      result = remote::push(env, workspace.store(), *remote, push);
    }
    report.pushed.push_back({push.certifies, std::move(result)});
  }
  return report;
}

}  // namespace mlo::project
