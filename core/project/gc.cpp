#include "project/gc.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/remotes.hpp"
#include "data/roots.hpp"
#include "deploy/roots.hpp"
#include "package/roots.hpp"
#include "repo/git_shallow.hpp"
#include "track/roots.hpp"

namespace mlo::project {
namespace {

/// Workspaces that begin to use the store while gc looks at the others.
constexpr int kMostAttempts = 5;

class Sources {
 public:
  void add(std::unique_ptr<store::RootSource> source) { own(std::move(source)); }
  void add(repo::Workspace& workspace, repo::Reach reach) {
    own(std::make_unique<data::PointerRoots>(workspace, reach));
    own(std::make_unique<package::RegistryRoots>(workspace, reach));
    own(std::make_unique<track::RunRoots>(workspace));
    own(std::make_unique<deploy::DeploymentRoots>(workspace));
  }
  std::span<store::RootSource* const> list() const { return list_; }

 private:
  void own(std::unique_ptr<store::RootSource> source) {
    list_.push_back(source.get());
    owned_.push_back(std::move(source));
  }
  std::vector<std::unique_ptr<store::RootSource>> owned_;
  std::vector<store::RootSource*> list_;
};

/// Asked under the store's lock: a workspace that began to use the store since the others were listed sets
/// `met`, and gc has to look at it first.
class NoNewcomers final : public store::RootSource {
 public:
  NoNewcomers(const store::ObjectStore& store, std::vector<std::string> known, bool& met)
      : store_(store), known_(std::move(known)), met_(met) {}
  void roots(Env&, const store::RootSink&) override {
    for (const std::string& root : store_.workspaces()) {
      if (std::ranges::find(known_, root) != known_.end()) continue;
      met_ = true;
      throw failure("workspace " + quoted(root) + " began to use the store just now", "try again");
    }
  }

 private:
  const store::ObjectStore& store_;
  std::vector<std::string> known_;
  bool& met_;
};

/// A `.git` that opens as nothing is a history that cannot be read, not one that is not there.
void require_history(repo::Workspace& workspace) {
  if (workspace.git() != nullptr) return;
  for (std::string at = workspace.root(); !at.empty(); at = std::string(parent_path(at))) {
    if (exists(join_path(at, ".git"))) {
      throw failure("the git repository of " + quoted(at) +
                        " cannot be opened, so what its commits need is unknown",
                    "mount or mend it");
    }
    if (at == "/") return;
  }
}

/// By identity: one store may have several names (symbolic links, bind mounts). A path that leads
/// nowhere now may be an unmounted name of this one.
bool may_be_same(const std::string& path, const std::string& store) {
  auto one = stat_target(path), other = stat_target(store);
  return !one || !other || (one->st_dev == other->st_dev && one->st_ino == other->st_ino);
}

/// Everybody who shares the store must be able to fetch what is let go.
std::function<bool(const Digest&)> held_for_all(
    Env& env, repo::Workspace& workspace,
    std::span<const std::unique_ptr<repo::Workspace>> sharing) {
  std::vector<std::function<bool(const Digest&)>> all = {data::certified_elsewhere(env, workspace)};
  for (const auto& other : sharing) all.push_back(data::certified_elsewhere(env, *other));
  return [all](const Digest& digest) {
    return std::ranges::all_of(all, [&](const auto& held) { return held(digest); });
  };
}

/// The other workspaces that still use the store at `store_path`.
std::vector<std::unique_ptr<repo::Workspace>> others(Env& env, const std::string& root,
                                                     const store::ObjectStore& store,
                                                     const std::vector<std::string>& forgotten) {
  std::vector<std::unique_ptr<repo::Workspace>> found;
  for (const std::string& other : store.workspaces()) {
    if (other == root || std::ranges::find(forgotten, other) != forgotten.end()) continue;
    try {
      if (!exists(join_path(other, "mlo.yaml"))) throw failure("there is no mlo.yaml");
      auto workspace = std::make_unique<repo::Workspace>(repo::Workspace::open(env, other));
      // One that has moved to another store needs nothing of this one.
      if (!may_be_same(workspace->store_path(), store.path())) continue;
      require_history(*workspace);
      found.push_back(std::move(workspace));
    } catch (const Error& error) {
      throw failure("workspace " + quoted(other) +
                        " shares this store and cannot be read: " + error.message(),
                    "mend or mount it; if it was moved, run mlo checkout in its new place "
                    "first; if nothing is left in the old one: mlo gc --forget " +
                        quoted(other));
    }
  }
  return found;
}

/// A symbolic link to an evicted object is a file that is gone.
void check_links(repo::Workspace& workspace) {
  const auto& links = workspace.local().links;
  if (std::ranges::find(links, store::LinkKind::symlink) == links.end()) return;
  throw failure("workspace " + quoted(workspace.root()) +
                    " may have symbolic links into the store: --max-size could break its files",
                "take 'symlink' out of store.link and check out again");
}

void note_shallow(repo::Workspace& workspace, GcReport& report) {
  if (workspace.git() == nullptr || !repo::is_shallow(*workspace.git())) return;
  report.notes.push_back("the git history of " + quoted(workspace.root()) +
                         " is shallow: the data of older commits counts as unused");
}

GcReport collect(Env& env, repo::Workspace& workspace, const GcOptions& options,
                 bool& met_newcomer) {
  store::ObjectStore& store = workspace.store();
  repo::Reach reach = options.tips ? repo::Reach::tips : repo::Reach::history;
  require_history(workspace);
  std::vector<std::string> known = store.workspaces();
  known.push_back(workspace.root());
  auto sharing = others(env, workspace.root(), store, options.forget);
  Sources sources;
  sources.add(std::make_unique<NoNewcomers>(store, std::move(known), met_newcomer));
  GcReport report;
  sources.add(workspace, reach);
  report.workspaces.push_back(workspace.root());
  for (auto& other : sharing) {
    sources.add(*other, reach);
    report.workspaces.push_back(other->root());
    note_shallow(*other, report);
  }
  note_shallow(workspace, report);
  if (options.store.max_size) {
    check_links(workspace);
    for (auto& other : sharing) check_links(*other);
  }
  store::GcOptions of_store = options.store;
  if (!of_store.held_elsewhere) of_store.held_elsewhere = held_for_all(env, workspace, sharing);
  report.store = store::gc(env, store, sources.list(), of_store);
  return report;
}

}  // namespace

GcReport gc(Env& env, repo::Workspace& workspace, const GcOptions& options) {
  store::ObjectStore& store = workspace.store();
  store.set_lock_timeout(options.lock_timeout);
  if (!options.store.dry_run) {
    for (const std::string& gone : options.forget) store.forget_workspace(gone);
  }
  for (int attempts = 1;; ++attempts) {
    bool met_newcomer = false;
    try {
      return collect(env, workspace, options, met_newcomer);
    } catch (const Error&) {
      if (!met_newcomer || attempts == kMostAttempts) throw;
    }
  }
}

}  // namespace mlo::project
