#include "project/fetch.hpp"

#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/pointers.hpp"
#include "data/remotes.hpp"
#include "project/certified_roots.hpp"

namespace mlo::project {
namespace {

/// What is asked for, and which manifest may speak for it.
struct Wanted {
  std::vector<store::Root> roots;
  data::Selection selection;
  data::CheckoutFilter filter;
  std::string certifies;

  bool all() const { return selection.prefixes.empty() && filter.everything(); }
  bool file(const std::string& path, uint64_t size) const {
    return selection.wants(path) && filter.wants(path, size);
  }
};

store::Root root_of(const data::Tracked& tracked) {
  const bool tree = tracked.pointer.type == repo::Pointer::Type::tree;
  return {tracked.pointer.digest, tree ? store::RootKind::tree : store::RootKind::blob,
          repo::pointer_path(tracked.path)};
}

void add_paths(Env& env, repo::Workspace& workspace, const std::vector<std::string>& paths,
               Wanted& wanted) {
  wanted.selection = data::select(env, workspace, paths, &wanted.filter);
  // Not unique_roots(): paths decide, and two directories may be the same tree.
  for (const data::Tracked& tracked : wanted.selection.pointers) {
    wanted.roots.push_back(root_of(tracked));
  }
}

/// Of roots that are single files; those of trees are looked at one by one.
void leave_out_files(Env& env, repo::Workspace& workspace, Wanted& wanted) {
  std::unordered_set<std::string> unwanted;
  for (const data::Tracked& tracked : data::find_pointers(env, workspace)) {
    const bool file = tracked.pointer.type == repo::Pointer::Type::file;
    if (file && !wanted.file(tracked.path, tracked.pointer.size)) {
      unwanted.insert(repo::pointer_path(tracked.path));
    }
  }
  std::erase_if(wanted.roots,
                [&](const store::Root& root) { return unwanted.contains(root.referrer); });
}

void refuse_contradictions(repo::Workspace& workspace, const FetchOptions& options) {
  const int choices = !options.paths.empty() + !options.rev.empty() + options.all;
  if (choices > 1) throw usage("PATH, --rev and --all exclude one another");
  if ((options.all || !options.rev.empty()) && workspace.git() == nullptr) {
    throw usage("--rev and --all need a git repository around the workspace");
  }
}

Wanted wanted_by(Env& env, repo::Workspace& workspace, const FetchOptions& options) {
  Wanted wanted;
  wanted.filter = options.filter;
  if (!options.rev.empty()) {
    const std::string commit = workspace.git()->resolve(options.rev);
    wanted.certifies = certifies_commit(commit);
    wanted.roots = roots_of_commit(workspace, commit);
    return wanted;
  }
  if (options.all) {
    wanted.roots = roots_of_work_tree(env, workspace);
    for (store::Root& root : roots_of_history(env, workspace)) {
      wanted.roots.push_back(std::move(root));
    }
    wanted.roots = unique_roots(std::move(wanted.roots));
    return wanted;
  }
  if (workspace.git() != nullptr) {
    if (auto head = workspace.git()->head()) wanted.certifies = certifies_commit(*head);
  }
  if (!options.paths.empty()) {
    add_paths(env, workspace, options.paths, wanted);
    return wanted;
  }
  wanted.roots = roots_of_work_tree(env, workspace);
  if (wanted.certifies.empty()) wanted.certifies = certifies_roots(wanted.roots);
  return wanted;
}

}  // namespace

FetchReport fetch(Env& env, repo::Workspace& workspace, const FetchOptions& typed) {
  FetchOptions options = typed;
  data::take_remote(workspace, options.paths, options.remote);
  refuse_contradictions(workspace, options);
  Wanted wanted = wanted_by(env, workspace, options);
  remote::FetchOptions fetch;
  if (!wanted.all()) {
    leave_out_files(env, workspace, wanted);
    fetch.wants = [&](const store::Root& root, const std::string& path,
                      const store::TreeEntry& entry) {
      return wanted.file(join_path(repo::pointed_path(root.referrer), path), entry.size);
    };
  }
  fetch.certifies = wanted.certifies;
  fetch.roots = wanted.roots;
  fetch.dry_run = options.dry_run;
  fetch.jobs = options.jobs;
  auto remote = data::open_remote(env, workspace, options.remote, remote::OpenRemote::existing);
  FetchReport report{remote->config().name, remote->backend().url(), {}};
  report.result = remote::fetch(env, workspace.store_for_writing(), *remote, fetch);
  return report;
}

PullReport pull(Env& env, repo::Workspace& workspace, const FetchOptions& typed, bool force) {
  FetchOptions options = typed;
  data::take_remote(workspace, options.paths, options.remote);
  PullReport report;
  report.fetch = fetch(env, workspace, options);
  const std::vector<store::Root>& missing = report.fetch.result.missing;
  if (!missing.empty()) {
    throw failure(counted(missing.size(), "object") + (missing.size() == 1 ? " is" : " are") +
                      " neither here nor in remote " + quoted(report.fetch.remote) +
                      ", the first of " + quoted(missing[0].referrer),
                  "mlo push them from a clone that has them; all others were fetched");
  }
  data::CheckoutOptions checkout;
  checkout.paths = options.paths;
  checkout.filter = options.filter;
  checkout.force = force;
  report.checkout = data::checkout(env, workspace, checkout);
  return report;
}

}  // namespace mlo::project
