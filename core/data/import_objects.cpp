#include "data/import_objects.hpp"

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/remotes.hpp"
#include "remote/fetch.hpp"
#include "repo/workspace.hpp"
#include "store/batch.hpp"
#include "store/tree_walk.hpp"

namespace mlo::data {
namespace {

constexpr size_t kConfigLimit = size_t{16} << 20;

/// Copies what another store has of an entry; objects that it lacks are left out.
class StoreCopy {
 public:
  StoreCopy(Env& env, const store::ObjectStore& from, store::ObjectStore& to)
      : env_(env), from_(from), to_(to), batch_(to) {}

  void run(const store::TreeEntry& entry) {
    copy_entry(entry);
    batch_.commit();
  }

 private:
  void copy_entry(const store::TreeEntry& entry) {
    if (!entry.is_directory()) return copy(entry.digest);
    if (!from_.contains(entry.digest)) return;
    std::vector<store::TreeEntry> children;
    try {
      for (const Digest& part : store::tree_parts(from_, entry.digest)) copy(part);
      children = store::read_tree(from_, entry.digest);
    } catch (const Error& error) {
      if (error.code() != Exit::failure || error.system_code() != 0) throw;
      return;  // a part is missing or damaged: a remote may have it
    }
    for (const store::TreeEntry& child : children) copy_entry(child);
  }

  void copy(const Digest& digest) {
    env_.check_cancelled();
    auto there = from_.stat(digest);
    if (!there || batch_.keep(digest, there->size)) return;
    if (auto loose = from_.loose_path(digest)) {
      if (batch_.add_file(*loose).digest == digest) return;
      throw store::damaged_object(digest, *loose);
    }
    batch_.add(from_.view(digest).text());
  }

  Env& env_;
  const store::ObjectStore& from_;
  store::ObjectStore& to_;
  store::Batch batch_;
};

/// The first object of the entry that the store lacks.
std::optional<Digest> first_missing(const store::ObjectStore& store,
                                    const store::TreeEntry& entry) {
  if (!store.contains(entry.digest)) return entry.digest;
  if (!entry.is_directory()) return std::nullopt;
  const store::ObjectView view = store.view(entry.digest);
  for (const store::TreeEntry& child :
       store::parse_tree(view.text(), "sha256:" + entry.digest.brief())) {
    store::TreeEntry below = child;
    if (below.mode == store::kLeafMode) below.mode = store::kDirectoryMode;
    if (auto missing = first_missing(store, below)) return missing;
  }
  return std::nullopt;
}

class ObjectFinder {
 public:
  ObjectFinder(Env& env, store::ObjectStore& store, repo::OtherRepository& repository,
               const FoundPath& found, const store::TreeEntry& whole, const std::string& cache)
      : env_(env),
        store_(store),
        repository_(repository),
        found_(found),
        whole_(whole),
        cache_(join_path(cache, "remotes")) {}

  store::TreeEntry run() {
    open_workspace();
    if (auto entry = complete()) return *entry;
    copy_from_workspace();
    if (auto entry = complete()) return *entry;
    for (const remote::RemoteConfig& config : remotes()) {
      ask(config);
      if (auto entry = complete()) return *entry;
    }
    throw nobody_has_it();
  }

 private:
  /// The entry, once the store has all of it.
  std::optional<store::TreeEntry> complete() {
    if (!entry_) entry_ = entry_in(store_);
    if (!entry_ || first_missing(store_, *entry_)) return std::nullopt;
    return entry_;
  }

  std::optional<store::TreeEntry> entry_in(const store::ObjectStore& store) const {
    if (found_.inner.empty()) return whole_;
    std::optional<store::TreeEntry> entry;
    try {
      entry = store::find_in_tree(store, whole_.digest, found_.inner);
    } catch (const Error& error) {
      if (error.code() != Exit::failure || error.system_code() != 0) throw;
      return std::nullopt;  // a tree on the way is not there yet
    }
    if (!entry) {
      throw usage("there is no " + quoted(found_.source.path) + " in " + quoted(found_.source.url) +
                  " at commit " + found_.source.commit.substr(0, 12));
    }
    return entry;
  }

  void open_workspace() {
    if (repository_.work_tree().empty()) return;
    const std::string root = join_path(repository_.work_tree(), found_.workspace);
    if (exists(root + "/mlo.yaml")) workspace_.emplace(repo::Workspace::open(env_, root));
  }

  void copy_from_workspace() {
    if (!workspace_ || !exists(workspace_->store_path() + "/format")) return;
    const store::ObjectStore from = store::ObjectStore::open(env_, workspace_->store_path());
    if (from.path() == store_.path()) return;
    entry_ = entry_in(from);
    if (entry_) StoreCopy(env_, from, store_).run(*entry_);
  }

  /// As the revision says, the default one first.
  std::vector<remote::RemoteConfig> remotes() {
    std::vector<remote::RemoteConfig> configs;
    if (!found_.has_config) return configs;
    const std::string file = join_path(found_.workspace, "mlo.yaml");
    const auto text = repository_.read(found_.source.commit, file, kConfigLimit);
    const std::string name = file + " of " + found_.source.url;
    const repo::Config config = repo::parse_config(text.value_or(""), name);
    const std::string root =
        repository_.is_local() ? join_path(repository_.work_tree(), found_.workspace) : "";
    for (const std::string& remote : config.names("remotes")) {
      const format::Value* all =
          workspace_ ? workspace_->local().document.find("remotes") : nullptr;
      const format::Value* local = all && all->is_object() ? all->find(remote) : nullptr;
      // Without a place of its own, a clone's relative paths lead nowhere: "/" makes that visible.
      configs.push_back(remote::parse_remote(remote, *config.find("remotes", remote), name, local,
                                             ".mlo/config.yaml", root.empty() ? "/" : root));
    }
    std::stable_partition(configs.begin(), configs.end(),
                          [](const remote::RemoteConfig& one) { return one.is_default; });
    return configs;
  }

  void ask(const remote::RemoteConfig& config) {
    asked_.push_back(config.name);
    const std::string key = found_.source.url + "\n" + config.name + "\n" + config.url;
    remote::FetchOptions options;
    options.roots = {{found_.pointer.digest,
                      whole_.is_directory() ? store::RootKind::tree : store::RootKind::blob,
                      found_.pointer_file}};
    options.certifies = "commit " + found_.source.commit;
    if (!found_.inner.empty()) {
      options.wants = [&](const store::Root&, const std::string& path, const store::TreeEntry&) {
        return path == found_.inner || path.starts_with(found_.inner + "/");
      };
    }
    try {
      auto remote =
          remote::Remote::open(env_, config, join_path(cache_, sha256(key).hex().substr(0, 16)));
      remote::fetch(env_, store_, *remote, options);
    } catch (const Error& error) {
      if (error.code() == Exit::interrupted || error.system_code() == ENOSPC) throw;
      troubles_.push_back("remote " + quoted(config.name) + ": " + error.message());
    }
  }

  Error nobody_has_it() const {
    std::string message = "the content of " + quoted(found_.source.path) + " of " +
                          quoted(found_.source.url) + " is ";
    message += asked_.empty() ? "not there, and its mlo.yaml names no remote"
                              : "in none of its remotes (" + join(asked_, ", ") + ")";
    for (const std::string& trouble : troubles_) message += "; " + trouble;
    return failure(message, "mlo push it from a clone that has it");
  }

  Env& env_;
  store::ObjectStore& store_;
  repo::OtherRepository& repository_;
  const FoundPath& found_;
  const store::TreeEntry& whole_;
  std::string cache_;
  std::optional<repo::Workspace> workspace_;
  std::optional<store::TreeEntry> entry_;  ///< what is asked for, once a store knows it
  std::vector<std::string> asked_, troubles_;
};

}  // namespace

store::TreeEntry bring_objects(Env& env, store::ObjectStore& store,
                               repo::OtherRepository& repository, const FoundPath& found,
                               const store::TreeEntry& whole, const std::string& cache) {
  return ObjectFinder(env, store, repository, found, whole, cache).run();
}

}  // namespace mlo::data
