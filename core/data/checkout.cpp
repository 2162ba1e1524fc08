#include "data/checkout.hpp"

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "data/beneath.hpp"
#include "data/checkout_plan.hpp"
#include "data/checkout_stage.hpp"
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
        stage_(env, workspace, beneath_) {}

  void run() {
    stage_.clean();
    try {
      stage_.write(plan_.writes);
      remove_files();
      make_directories_of_writes();
      publish();
    } catch (...) {
      clean_up();
      throw;
    }
    stage_.remove();
  }

  const Stage& stage() const { return stage_; }

 private:
  void clean_up() {
    try {
      stage_.remove();
    } catch (const Error&) {
      // the next checkout removes it
    }
  }

  void remove_files() {
    std::set<std::string, std::greater<>> emptied;
    // Deeper directories come after those above them, and their own entries in those above.
    for (auto group = plan_.removals.rbegin(); group != plan_.removals.rend(); ++group) {
      const auto& [path, directory] = *group;
      for (auto item = directory.items.rbegin(); item != directory.items.rend(); ++item) {
        env_.check_cancelled();
        std::string file = join_path(path, directory.name(*item));
        if (item->kind == Kind::directory) {
          remove_if_empty(file);
        } else {
          remove_file(path, std::string(directory.name(*item)), *item);
        }
      }
      emptied.insert(path);
    }
    for (const std::string& directory : emptied) remove_upwards(directory);
  }

  void remove_file(const std::string& above, const std::string& name, const CheckoutItem& item) {
    Descriptor directory = beneath_.open(above);
    At target{directory.get(), name};
    std::string path = join_path(above, name);
    refuse_if_changed(target, path, item);
    env_.files.unlink(target);
    index_.remove(path);
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
    if (!names_in(place).empty()) return false;
    env_.files.remove_directory(
        {beneath_.open(std::string(parent_path(path))).get(), std::string(file_name(path))});
    return true;
  }

  void make_directories_of_writes() {
    for (const Tracked& tree : plan_.trees) beneath_.make(env_.files, tree.path);
    for (const auto& [path, directory] : plan_.writes) {
      beneath_.make(env_.files, path);
      for (const CheckoutItem& item : directory.items) {
        if (item.kind != Kind::directory) continue;
        beneath_.make(env_.files, join_path(path, directory.name(item)));
      }
    }
  }

  void publish() {
    auto& chunks = stage_.chunks();
    std::vector<std::vector<repo::StatKey>> keys(chunks.size());
    parallel_for(chunks.size(), [&](size_t i) { publish(chunks[i], keys[i]); });
    Time observed = env_.clock.now();
    for (size_t i = 0; i < chunks.size(); ++i) {
      const StageChunk& chunk = chunks[i];
      for (size_t at = chunk.begin; at < chunk.end; ++at) {
        const CheckoutItem& item = chunk.directory->items[at];
        bool known = chunk.verified[at - chunk.begin] && item.kind != Kind::directory &&
                     item.kind != Kind::link;
        if (!known) continue;
        const std::string path = join_path(*chunk.path, chunk.directory->name(item));
        const repo::StatKey& key = keys[i][at - chunk.begin];
        if (key == repo::StatKey{}) {
          index_.remove(path);
        } else {
          index_.set(path, key, item.digest, observed);
        }
      }
    }
  }

  void publish(const StageChunk& chunk, std::vector<repo::StatKey>& keys) {
    Descriptor from = stage_.open(chunk), to = beneath_.open(*chunk.path);
    keys.resize(chunk.end - chunk.begin);
    for (size_t i = chunk.begin; i < chunk.end; ++i) {
      env_.check_cancelled();
      const CheckoutItem& item = chunk.directory->items[i];
      if (item.kind == Kind::directory) continue;
      At target{to.get(), std::string(chunk.directory->name(item))};
      const At staged{from.get(), chunk.name(i)};
      const auto written = stat_of(staged);
      const Time before = env_.clock.now();
      move(staged, target, join_path(*chunk.path, target.path), item);
      const auto placed = stat_of(target);
      if (written && placed && is_still_ours(*written, *placed, before)) {
        keys[i - chunk.begin] = repo::stat_key(*placed);
      }
    }
  }

  void move(const At& staged, const At& target, const std::string& path,
            const CheckoutItem& item) const {
    if (item.occupied || plan_.force == Force::yes) {
      refuse_if_changed(target, path, item);
      return env_.files.rename(staged, target);
    }
    try {
      env_.files.rename_new(staged, target);
    } catch (const Error& error) {
      if (error.system_code() == EEXIST) throw changed(path);
      throw;
    }
  }

  static Error changed(const std::string& path) {
    return failure(quoted(path) + " changed while checkout ran",
                   "it was left alone; run the command again when nothing writes to it");
  }

  /// Nobody wrote since it was staged, and whoever does from now on changes its time.
  static bool is_still_ours(const struct stat& written, const struct stat& placed, Time before) {
    repo::StatKey was = repo::stat_key(written);
    const repo::StatKey now = repo::stat_key(placed);
    was.ctime_ns = was.mtime_ns;  // the rename changes ctime
    return was.inode == now.inode && was.device == now.device && was.size == now.size &&
           was.mtime_ns == now.mtime_ns && !repo::is_racy(was, before);
  }

  /// The plan decided on the file that it saw: one that was written meanwhile is nowhere else. Not by
  /// ctime: replacing one hard link changes that of the others.
  void refuse_if_changed(const At& target, const std::string& path,
                         const CheckoutItem& item) const {
    auto status = plan_.force == Force::yes ? std::nullopt : stat_of(target);
    if (!status) return;
    repo::StatKey now = repo::stat_key(*status);
    bool same = item.occupied && now.size == item.seen.size && now.mtime_ns == item.seen.mtime_ns &&
                now.inode == item.seen.inode && now.device == item.seen.device;
    if (same) return;
    throw changed(path);
  }

  Env& env_;
  repo::Workspace& workspace_;
  store::ObjectStore& store_;
  const CheckoutPlan& plan_;
  repo::StatIndex& index_;
  Beneath beneath_;
  Stage stage_;
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

/// Appends the files of a plan in the order of paths; returns how many there are.
uint64_t append_files(const CheckoutDirectories& directories, State state, size_t most,
                      std::vector<FileState>& files) {
  uint64_t count = 0;
  const auto first = static_cast<ptrdiff_t>(files.size());
  for (const auto& [path, directory] : directories) {
    count += directory.items.size();
    for (const CheckoutItem& item : directory.items) {
      if (files.size() >= most) break;
      FileState file{join_path(path, directory.name(item)), state, item.digest, item.size, {}};
      if (item.kind == Kind::directory || item.digest == Digest()) file.digest.reset();
      files.push_back(std::move(file));
    }
  }
  std::sort(files.begin() + first, files.end(),
            [](const FileState& a, const FileState& b) { return a.path < b.path; });
  return count;
}

/// What came back is no longer away. Of a directory that came back in part the rest shows as deleted
/// only where everything was asked for.
void forget_evicted(Env& env, const repo::Workspace& workspace, const Selection& selection,
                    const CheckoutFilter& filter, Evicted& evicted) {
  evicted.remove_if(
      [&](const std::string& path) { return filter.everything() && selection.wants(path); });
  evicted.save(env, workspace);
}

CheckoutReport report_of(const CheckoutPlan& plan, size_t most) {
  CheckoutReport report;
  report.removed = append_files(plan.removals, State::removed, most, report.files);
  report.updated = append_files(plan.writes, State::updated, most, report.files);
  report.files.insert(report.files.end(), plan.kept.begin(), plan.kept.end());
  report.files.insert(report.files.end(), plan.unreadable.begin(), plan.unreadable.end());
  report.unreadable = plan.unreadable.size();
  return report;
}

}  // namespace

CheckoutReport checkout(Env& env, repo::Workspace& workspace, const CheckoutOptions& options) {
  repo::WorkspaceLock lock = workspace.lock(options.lock_timeout);
  register_with_store(workspace);
  // What is found stored must still be there when the file goes: no gc in between.
  const store::FileLock hold = workspace.store().lock(store::LockKind::shared);
  workspace.store().reload();
  CheckoutFilter filter = options.filter;
  Selection selection = select(env, workspace, options.paths, &filter);
  repo::StatIndex index = repo::StatIndex::load(workspace.stat_index_path());
  Evicted evicted = Evicted::load(workspace);
  CheckoutPlan plan = plan_checkout(env, workspace, selection, filter, index,
                                    options.force ? Force::yes : Force::no,
                                    options.keep_evicted ? &evicted : nullptr);
  Checkout checkout(env, workspace, plan, index);
  checkout.run();
  CheckoutReport report = report_of(plan, options.most_files);
  report.pointers = selection.pointers.size();
  report.link_note = checkout.stage().link_note();
  for (size_t i = 0; i < report.links.size(); ++i) report.links[i] = checkout.stage().links()[i];
  report.evicted = plan.evicted;
  if (!options.keep_evicted) forget_evicted(env, workspace, selection, filter, evicted);
  save_if_possible(env, workspace, index);
  return report;
}

}  // namespace mlo::data
