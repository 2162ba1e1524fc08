#include "project/fetch.hpp"

#include <fnmatch.h>

#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/pointers.hpp"
#include "data/remotes.hpp"
#include "project/certified_roots.hpp"

namespace mlo::project {
namespace {

bool is_glob(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

/// What PATH arguments ask for.
struct Wanted {
  std::vector<store::Root> roots;
  std::vector<std::string> prefixes, globs;  ///< relative to the root; both empty: everything

  bool all() const { return prefixes.empty() && globs.empty(); }
  bool file(const std::string& path) const {
    for (const std::string& prefix : prefixes) {
      if (prefix.empty() || relative_to(path, prefix)) return true;
    }
    for (const std::string& glob : globs) {
      if (::fnmatch(glob.c_str(), path.c_str(), 0) == 0) return true;
      if (::fnmatch(glob.c_str(), std::string(file_name(path)).c_str(), 0) == 0) return true;
    }
    return all();
  }
};

store::Root root_of(const data::Tracked& tracked) {
  const bool tree = tracked.pointer.type == repo::Pointer::Type::tree;
  return {tracked.pointer.digest, tree ? store::RootKind::tree : store::RootKind::blob,
          repo::pointer_path(tracked.path)};
}

Wanted wanted_paths(Env& env, repo::Workspace& workspace, const std::vector<std::string>& paths) {
  Wanted wanted;
  std::vector<std::string> plain;
  for (const std::string& path : paths) {
    const bool glob = is_glob(path) && !exists(workspace.absolute(workspace.relative(path)));
    if (glob) {
      wanted.globs.push_back(workspace.relative(path));
    } else {
      plain.push_back(path);
    }
  }
  if (!plain.empty()) {
    data::Selection selection = data::select(env, workspace, plain);
    wanted.prefixes = selection.prefixes;
    for (const data::Tracked& tracked : selection.pointers)
      wanted.roots.push_back(root_of(tracked));
  }
  if (!wanted.globs.empty()) {
    for (const data::Tracked& tracked : data::find_pointers(env, workspace)) {
      const bool tree = tracked.pointer.type == repo::Pointer::Type::tree;
      if (tree || wanted.file(tracked.path)) wanted.roots.push_back(root_of(tracked));
    }
  }
  // Not unique_roots(): paths decide, and two directories may be the same tree.
  return wanted;
}

/// Of roots that are files; those of trees are looked at one by one.
void leave_out_large(Env& env, repo::Workspace& workspace, uint64_t most,
                     std::vector<store::Root>& roots) {
  std::unordered_set<Digest> large;
  for (const data::Tracked& tracked : data::find_pointers(env, workspace)) {
    const bool file = tracked.pointer.type == repo::Pointer::Type::file;
    if (file && tracked.pointer.size > most) large.insert(tracked.pointer.digest);
  }
  std::erase_if(roots, [&](const store::Root& root) { return large.contains(root.digest); });
}

void refuse_contradictions(repo::Workspace& workspace, const FetchOptions& options) {
  const int choices = !options.paths.empty() + !options.rev.empty() + options.all;
  if (choices > 1) throw usage("PATH, --rev and --all exclude one another");
  if ((options.all || !options.rev.empty()) && workspace.git() == nullptr) {
    throw usage("--rev and --all need a git repository around the workspace");
  }
}

/// The roots, and which manifest may speak for them.
Wanted wanted_by(Env& env, repo::Workspace& workspace, const FetchOptions& options,
                 std::string& certifies) {
  if (!options.rev.empty()) {
    const std::string commit = workspace.git()->resolve(options.rev);
    certifies = certifies_commit(commit);
    return {roots_of_commit(workspace, commit), {}, {}};
  }
  if (options.all) {
    std::vector<store::Root> roots = roots_of_work_tree(env, workspace);
    for (store::Root& root : roots_of_history(env, workspace)) roots.push_back(std::move(root));
    return {unique_roots(std::move(roots)), {}, {}};
  }
  if (workspace.git() != nullptr) {
    if (auto head = workspace.git()->head()) certifies = certifies_commit(*head);
  }
  if (!options.paths.empty()) return wanted_paths(env, workspace, options.paths);
  std::vector<store::Root> roots = roots_of_work_tree(env, workspace);
  if (certifies.empty()) certifies = certifies_roots(roots);
  return {std::move(roots), {}, {}};
}

}  // namespace

FetchReport fetch(Env& env, repo::Workspace& workspace, const FetchOptions& typed) {
  FetchOptions options = typed;
  data::take_remote(workspace, options.paths, options.remote);
  refuse_contradictions(workspace, options);
  remote::FetchOptions fetch;
  const Wanted wanted = wanted_by(env, workspace, options, fetch.certifies);
  fetch.roots = wanted.roots;
  if (options.max_size != UINT64_MAX)
    leave_out_large(env, workspace, options.max_size, fetch.roots);
  fetch.dry_run = options.dry_run;
  fetch.jobs = options.jobs;
  if (!wanted.all() || options.max_size != UINT64_MAX) {
    fetch.wants = [&](const store::Root& root, const std::string& path,
                      const store::TreeEntry& entry) {
      return entry.size <= options.max_size &&
             wanted.file(join_path(repo::pointed_path(root.referrer), path));
    };
  }
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
  report.checkout = data::checkout(env, workspace, {.paths = options.paths, .force = force});
  return report;
}

}  // namespace mlo::project
