#include "data/add.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/text.hpp"
#include "data/add_checks.hpp"
#include "data/pointers.hpp"
#include "data/publish.hpp"
#include "data/tree_edit.hpp"
#include "data/work_file.hpp"

namespace mlo::data {
namespace {

/// What one typed path means: its own pointer, or a path inside a tracked directory.
struct Target {
  std::string path;
  std::optional<Tracked> enclosing;
};

class Adder {
 public:
  Adder(Env& env, repo::Workspace& workspace, const AddOptions& options)
      : env_(env),
        workspace_(workspace),
        options_(options),
        index_(repo::StatIndex::load(workspace.stat_index_path())),
        batch_(workspace.store_for_writing()) {}

  AddReport run() {
    std::vector<Target> targets = all_targets();
    if (std::any_of(targets.begin(), targets.end(),
                    [](const Target& target) { return target.enclosing.has_value(); })) {
      // An edit of a tracked directory begins from its pointer: nobody may change that meanwhile.
      lock_ = workspace_.lock(options_.lock_timeout);
      targets = all_targets();
    }
    refuse_nesting(targets);
    for (const Target& target : targets) {
      in_context("while adding " + quoted(target.path), [&] { store(target); });
    }
    const auto hold = batch_.commit();
    publish();
    report_.objects = batch_.objects();
    report_.bytes = batch_.bytes();
    return std::move(report_);
  }

 private:
  std::vector<Target> all_targets() {
    std::vector<Target> targets;
    for (const std::string& typed : options_.paths) targets.push_back(target_of(typed));
    return targets;
  }

  Target target_of(const std::string& typed) {
    Target target{workspace_.relative(typed), {}};
    target.enclosing = enclosing_pointer(workspace_, target.path);
    if (!target.enclosing) {
      check_addable(workspace_, target.path);
      return target;
    }
    if (target.enclosing->pointer.type != repo::Pointer::Type::tree) {
      throw usage(quoted(target.enclosing->path) + " is tracked as a file");
    }
    refuse_symlinked_parents(workspace_, target.path);
    bool here = exists(workspace_.absolute(target.path));
    if (!here && !store::find_in_tree(workspace_.store(), target.enclosing->pointer.digest,
                                      inner_path(target))) {
      throw usage("there is no file or directory " + quoted(target.path));
    }
    return target;
  }

  static std::string inner_path(const Target& target) {
    return target.path.substr(target.enclosing->path.size() + 1);
  }

  static void refuse_nesting(const std::vector<Target>& targets) {
    std::unordered_set<std::string_view> paths;
    for (const Target& target : targets) paths.insert(target.path);
    for (const Target& inner : targets) {
      if (inner.enclosing) continue;
      for (std::string_view above = parent_path(inner.path); !above.empty();
           above = parent_path(above)) {
        if (!paths.contains(above)) continue;
        throw usage(quoted(inner.path) + " lies inside " + quoted(above),
                    "add the directory or the files in it, not both");
      }
    }
  }

  void store(const Target& target) {
    if (target.enclosing) return store_inside(target);
    store::TreeEntry entry = store_path(target.path);
    if (entry.mode == store::kExecutableMode) {
      env_.reporter.warn(
          "the pointer of a single file does not keep its executable bit: track the "
          "directory of " +
          quoted(target.path) + " to keep it");
    }
    repo::Pointer pointer{
        entry.is_directory() ? repo::Pointer::Type::tree : repo::Pointer::Type::file, entry.digest,
        entry.size, entry.count};
    set(target.path, pointer);
  }

  store::TreeEntry store_path(const std::string& path) {
    auto found = scan_file(workspace_, path, index_);
    if (!found) throw failure(quoted(path) + " disappeared");
    if (found->is_directory()) {
      Scan scan = scan_directory(env_, workspace_, path, index_);
      check_contents(scan);
      store_files(env_, workspace_, scan, index_, batch_);
      build(scan, [&](std::string_view bytes) { return batch_.add(bytes); });
      forget_missing(scan);
      report_.hashed += scan.hashed;
      return scan.root;
    }
    if (!found->usable()) throw unsupported(path, problem_text(found->problem, ""));
    report_.hashed += store_one(env_, workspace_, path, *found, index_, batch_);
    return {found->mode(), found->digest, found->size, 1, ""};
  }

  /// Entries of files that are gone would stay in the index for ever.
  void forget_missing(const Scan& scan) {
    std::unordered_map<std::string_view, const ScanDirectory*> directories;
    for (const ScanDirectory& directory : scan.directories) {
      directories.emplace(directory.path, &directory);
    }
    index_.keep_only(scan.directories[0].path, [&](std::string_view path) {
      auto directory = directories.find(parent_path(path));
      return directory != directories.end() && directory->second->find(file_name(path));
    });
  }

  void store_inside(const Target& target) {
    const std::string& outer = target.enclosing->path;
    repo::Pointer pointer = target.enclosing->pointer;
    if (auto earlier = position_.find(outer); earlier != position_.end()) {
      // A second path of the same directory: its trees must be readable from the store.
      hold_ = batch_.commit();
      pointer = pointers_[earlier->second].pointer;
    }
    std::optional<store::TreeEntry> entry;
    if (exists(workspace_.absolute(target.path))) entry = store_path(target.path);
    store::TreeEntry root =
        with_path(workspace_.store(), batch_, pointer.digest, inner_path(target), entry);
    set(outer, {repo::Pointer::Type::tree, root.digest, root.size, root.count});
  }

  void set(const std::string& path, const repo::Pointer& pointer) {
    auto [place, first] = position_.emplace(path, pointers_.size());
    if (first) {
      pointers_.push_back({path, pointer});
    } else {
      pointers_[place->second].pointer = pointer;
    }
  }

  void publish() {
    if (!lock_) lock_ = workspace_.lock(options_.lock_timeout);
    for (Tracked& tracked : pointers_) {
      auto before = pointer_for(workspace_, tracked.path);
      if (before) {
        keep_source(*before, tracked);
        tracked.pointer.dvc = before->pointer.dvc;
      }
      State state = !before                              ? State::added
                    : before->pointer == tracked.pointer ? State::unchanged
                                                         : State::updated;
      report_.files.push_back(
          {tracked.path, state, tracked.pointer.digest, tracked.pointer.size, {}});
    }
    publish_pointers(env_, workspace_, pointers_);
    save_if_possible(env_, workspace_, index_);
  }

  /// Imported data that was changed is no longer that of its source, and `data update` must not take
  /// the change for an old version.
  void keep_source(const Tracked& before, Tracked& now) {
    if (!before.pointer.source) return;
    if (before.pointer.same_content(now.pointer)) {
      now.pointer.source = before.pointer.source;
    } else {
      env_.reporter.note(quoted(now.path) + " differs from " + before.pointer.source->url +
                         ", which it was imported from, and no longer follows it");
    }
  }

  Env& env_;
  repo::Workspace& workspace_;
  const AddOptions& options_;
  repo::StatIndex index_;
  store::Batch batch_;
  std::optional<store::FileLock> hold_;  // keeps gc from what was committed before the end
  std::vector<Tracked> pointers_;
  std::unordered_map<std::string, size_t> position_;  // of a path in pointers_
  std::optional<repo::WorkspaceLock> lock_;
  AddReport report_;
};

}  // namespace

AddReport add(Env& env, repo::Workspace& workspace, const AddOptions& options) {
  if (options.paths.empty()) throw usage("nothing to add", "mlo data add PATH...");
  return Adder(env, workspace, options).run();
}

}  // namespace mlo::data
