#include "data/checkout.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <set>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "data/beneath.hpp"
#include "data/checkout_plan.hpp"
#include "data/work_file.hpp"

namespace mlo::data {
namespace {

class Checkout {
 public:
  Checkout(Env& env, repo::Workspace& workspace, const CheckoutPlan& plan, repo::StatIndex& index)
      : env_(env),
        workspace_(workspace),
        store_(workspace.store()),
        plan_(plan),
        index_(index),
        beneath_(workspace.root()),
        staging_(workspace.mlo_dir() + "/checkout") {}

  void run() {
    // Left by a checkout that was killed; the workspace's lock says that none is running.
    remove_tree(env_.files, staging_);
    choose_links();
    remove_files();
    make_directories_of_writes();
    if (!plan_.writes.empty()) write_files();
    remove_tree(env_.files, staging_);
  }

 private:
  void choose_links() {
    links_ = workspace_.local().links;
    for (store::LinkKind kind : links_) {
      bool own = kind == store::LinkKind::reflink || kind == store::LinkKind::copy;
      if (own) own_links_.push_back(kind);
      if (!own && ::geteuid() == 0) {
        env_.reporter.warn("store.link " + std::string(store::link_name(kind)) +
                           ": root can write through it into the store");
      }
    }
    if (own_links_.empty()) own_links_ = {store::LinkKind::reflink, store::LinkKind::copy};
  }

  At at(const Descriptor& directory, const std::string& path) const {
    return {directory.get(), std::string(file_name(path))};
  }

  void remove_files() {
    std::set<std::string> emptied;
    for (auto removal = plan_.removals.rbegin(); removal != plan_.removals.rend(); ++removal) {
      env_.check_cancelled();
      std::string above(parent_path(removal->path));
      if (removal->entry.is_directory()) {
        remove_if_empty(removal->path);
      } else {
        Descriptor directory = beneath_.open(above);
        At target = at(directory, removal->path);
        refuse_if_changed(target, removal->path, removal->seen);
        env_.files.unlink(target);
        index_.remove(removal->path);
      }
      emptied.insert(above);
    }
    for (auto directory = emptied.rbegin(); directory != emptied.rend(); ++directory) {
      remove_upwards(*directory);
    }
  }

  /// Directories that only held removed files go with them, up to the tracked directory.
  void remove_upwards(std::string directory) {
    for (;; directory = parent_path(directory)) {
      const Tracked* tree = tree_above(directory);
      if (!tree) return;
      auto wanted = store::find_in_tree(store_, tree->pointer.digest,
                                        std::string_view(directory).substr(tree->path.size() + 1));
      if (wanted && wanted->is_directory()) return;
      if (!remove_if_empty(directory)) return;
    }
  }

  const Tracked* tree_above(const std::string& path) const {
    for (const Tracked& tree : plan_.trees) {
      if (path.starts_with(tree.path + "/")) return &tree;
    }
    return nullptr;
  }

  bool remove_if_empty(const std::string& path) {
    std::string place = workspace_.absolute(path);
    auto status = stat_of(place);
    if (!status || !S_ISDIR(status->st_mode)) return !status;
    if (!list_entries(place, path).empty()) return false;
    env_.files.remove_directory(at(beneath_.open(std::string(parent_path(path))), path));
    return true;
  }

  void make_directories_of_writes() {
    std::set<std::string> directories;
    for (const Tracked& tree : plan_.trees) directories.insert(tree.path);
    for (const CheckoutPlan::Write& write : plan_.writes) {
      bool directory = write.entry.is_directory();
      directories.insert(directory ? write.path : std::string(parent_path(write.path)));
    }
    for (const std::string& directory : directories) beneath_.make(env_.files, directory);
  }

  void write_files() {
    env_.files.make_directory(staging_, 0700);
    if (auto status = stat_of(staging_)) staging_device_ = status->st_dev;
    auto progress = env_.reporter.progress("checkout", plan_.writes.size());
    std::vector<std::optional<repo::StatKey>> keys(plan_.writes.size());
    std::atomic<uint64_t> done = 0;
    parallel_for(plan_.writes.size(), [&](size_t i) {
      env_.check_cancelled();
      if (!plan_.writes[i].entry.is_directory()) keys[i] = write_file(plan_.writes[i], i);
      if (uint64_t count = ++done; count % 256 == 0) progress->update(count);
    });
    Time observed = env_.clock.now();
    for (size_t i = 0; i < keys.size(); ++i) {
      const CheckoutPlan::Write& write = plan_.writes[i];
      if (keys[i]) index_.set(write.path, *keys[i], write.entry.digest, observed);
    }
  }

  /// The plan decided on the file that it saw: one that was written meanwhile is nowhere else. Not by
  /// ctime: replacing one hard link changes that of the others.
  void refuse_if_changed(const At& target, const std::string& path,
                         const std::optional<repo::StatKey>& seen) const {
    auto status = plan_.force == Force::yes ? std::nullopt : stat_of(target);
    if (!status) return;
    repo::StatKey now = repo::stat_key(*status);
    bool same = seen && now.size == seen->size && now.mtime_ns == seen->mtime_ns &&
                now.inode == seen->inode && now.device == seen->device;
    if (same) return;
    throw failure(quoted(path) + " changed while checkout ran",
                  "it was left alone; run the command again when nothing writes to it");
  }

  /// Appears whole, by rename. nullopt for what the stat index does not hold.
  std::optional<repo::StatKey> write_file(const CheckoutPlan::Write& write, size_t number) {
    return in_context("while writing " + quoted(write.path), [&] {
      Descriptor directory = beneath_.open(std::string(parent_path(write.path)));
      At temporary = temporary_for(directory, std::to_string(number));
      bool verified = put(write.entry, temporary);
      At target = at(directory, write.path);
      try {
        refuse_if_changed(target, write.path, write.seen);
        env_.files.rename(temporary, target);
      } catch (...) {
        try {
          env_.files.unlink(temporary);
        } catch (const Error&) {
          // the next checkout removes the staging directory
        }
        throw;
      }
      auto status = stat_of(target);
      if (!verified || !status || !S_ISREG(status->st_mode)) return std::optional<repo::StatKey>();
      return std::optional(repo::stat_key(*status));
    });
  }

  /// In the staging directory, or beside the target where that is another file system (a mounted
  /// data directory, say): rename cannot cross.
  At temporary_for(const Descriptor& directory, const std::string& name) const {
    auto status = stat_of({directory.get(), "."});
    if (status && status->st_dev == staging_device_) return staging_ + "/" + name;
    At temporary{directory.get(), ".mlo-checkout-" + name};
    if (exists(temporary)) env_.files.unlink(temporary);  // left by a checkout that was killed
    return temporary;
  }

  /// True when the bytes were compared with the digest: a reflink or a hard link is the object, sound
  /// or damaged, and is left for the next status to hash.
  bool put(const store::TreeEntry& entry, const At& place) {
    if (entry.mode == store::kSymlinkMode) {
      std::string target = store_.read(entry.digest, 65536);
      env_.files.symlink(target, place);
      return true;
    }
    bool executable = entry.mode == store::kExecutableMode;
    // A link shares the object's mode, so an executable file is always a file of its own.
    return store_.place(entry.digest, place, executable ? 0777 : 0666,
                        executable ? own_links_ : links_) == store::LinkKind::copy;
  }

  Env& env_;
  repo::Workspace& workspace_;
  store::ObjectStore& store_;
  const CheckoutPlan& plan_;
  repo::StatIndex& index_;
  Beneath beneath_;
  std::string staging_;
  dev_t staging_device_ = 0;
  std::vector<store::LinkKind> links_, own_links_;
};

/// A clone that only checks out needs the objects of a shared store as much as one that adds. A
/// store that is read-only for this user is read all the same.
void register_with_store(repo::Workspace& workspace) {
  try {
    workspace.store_for_writing();
  } catch (const Error& error) {
    int number = error.system_code();
    if (number != EROFS && number != EACCES && number != EPERM) throw;
  }
}

FileState as_state(const std::string& path, State state, const store::TreeEntry& entry) {
  FileState file{path, state, entry.digest, entry.size, {}};
  if (entry.is_directory()) file.digest.reset();
  return file;
}

}  // namespace

CheckoutReport checkout(Env& env, repo::Workspace& workspace, const CheckoutOptions& options) {
  repo::WorkspaceLock lock = workspace.lock(options.lock_timeout);
  register_with_store(workspace);
  Selection selection = select(env, workspace, options.paths);
  repo::StatIndex index = repo::StatIndex::load(workspace.stat_index_path());
  CheckoutPlan plan =
      plan_checkout(env, workspace, selection, index, options.force ? Force::yes : Force::no);
  CheckoutReport report;
  report.pointers = selection.pointers.size();
  Checkout(env, workspace, plan, index).run();
  for (const auto& removal : plan.removals) {
    report.files.push_back(as_state(removal.path, State::removed, removal.entry));
  }
  for (const auto& write : plan.writes) {
    report.files.push_back(as_state(write.path, State::updated, write.entry));
  }
  report.files.insert(report.files.end(), plan.kept.begin(), plan.kept.end());
  save_if_possible(env, workspace, index);
  return report;
}

}  // namespace mlo::data
