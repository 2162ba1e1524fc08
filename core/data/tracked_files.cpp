#include "data/tracked_files.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "data/beneath.hpp"
#include "data/work_file.hpp"

namespace mlo::data {
namespace {

constexpr size_t kShown = 5;

class Check {
 public:
  Check(Env& env, repo::Workspace& workspace, const Selection& selection, repo::StatIndex& index)
      : env_(env),
        workspace_(workspace),
        store_(workspace.store()),
        selection_(selection),
        index_(index),
        lister_(workspace, index, "") {}

  TrackedFiles run() {
    for (const Tracked& tracked : selection_.pointers) {
      refuse_symlinked_parents(workspace_, tracked.path);
      bool tree = tracked.pointer.type == repo::Pointer::Type::tree;
      store::TreeEntry root{tree ? store::kDirectoryMode : store::kFileMode, tracked.pointer.digest,
                            tracked.pointer.size, tracked.pointer.files, ""};
      all_stored(store_, tracked.path, root, [&](const Difference& each) { look_at(each, tree); });
    }
    for (auto& [path, directory] : result_.files) directory.sort();
    return std::move(result_);
  }

 private:
  void look_at(const Difference& each, bool in_tree) {
    env_.check_cancelled();
    if (each.lost) {
      result_.not_stored.push_back(each.path);
      return;
    }
    const store::TreeEntry& wanted = *each.wanted;
    if (wanted.is_directory() || !selection_.wants(each.path)) return;
    if (in_tree) refuse_links_above(each.path);
    auto found = lister_.look_at(each.path);
    if (!found) return;  // gone already
    if (found->usable() && !found->known && !found->is_directory()) {
      hash_one(env_, workspace_, each.path, *found, index_);
    }
    bool same = found->known && found->digest == wanted.digest &&
                (found->mode() == wanted.mode || (!in_tree && found->kind != Kind::link));
    if (!same) {
      result_.changed.push_back(each.path);
    } else if (!kept_by_store(wanted, *found)) {
      result_.not_stored.push_back(each.path);
    } else {
      take(each.path, wanted, *found);
    }
  }

  /// A link in place of a directory leads to other people's files.
  void refuse_links_above(const std::string& path) {
    std::string above(parent_path(path));
    if (above == checked_) return;
    refuse_symlinked_parents(workspace_, path);
    checked_ = above;
  }

  bool kept_by_store(const store::TreeEntry& wanted, const ScanEntry& found) {
    auto object = store_.stat(wanted.digest);
    if (!object || object->size != found.size) return false;
    store_.freshen(wanted.digest);
    return true;
  }

  void take(const std::string& path, const store::TreeEntry& wanted, const ScanEntry& found) {
    CheckoutItem item{wanted.digest, found.size, found.key, 0, 0, found.kind, true};
    result_.files[std::string(parent_path(path))].append(file_name(path), item);
    ++result_.count;
    result_.bytes += found.size;
  }

  Env& env_;
  repo::Workspace& workspace_;
  store::ObjectStore& store_;
  const Selection& selection_;
  repo::StatIndex& index_;
  Lister lister_;
  std::string checked_;
  TrackedFiles result_;
};

/// Removes `path` and those above it while they are empty, down to (and with) a tracked directory.
void remove_empty(Env& env, repo::Workspace& workspace, const Beneath& beneath,
                  const Selection& selection, std::string path) {
  for (; !path.empty(); path = parent_path(path)) {
    bool inside = std::any_of(selection.pointers.begin(), selection.pointers.end(),
                              [&](const Tracked& tracked) {
                                return tracked.pointer.type == repo::Pointer::Type::tree &&
                                       relative_to(path, tracked.path).has_value();
                              });
    if (!inside) return;
    std::string place = workspace.absolute(path);
    if (!exists(place)) continue;
    if (!is_directory(place) || !names_in(place).empty()) return;
    Descriptor above = beneath.open(std::string(parent_path(path)));
    env.files.remove_directory({above.get(), std::string(file_name(path))});
  }
}

}  // namespace

std::string listed(std::vector<std::string> paths) {
  std::sort(paths.begin(), paths.end());
  std::string text;
  for (size_t i = 0; i < paths.size() && i < kShown; ++i) {
    text += (i ? ", " : "") + quoted(paths[i]);
  }
  if (paths.size() > kShown) text += " and " + std::to_string(paths.size() - kShown) + " more";
  return text;
}

TrackedFiles check_tracked_files(Env& env, repo::Workspace& workspace, const Selection& selection,
                                 repo::StatIndex& index) {
  return Check(env, workspace, selection, index).run();
}

void unlink_tracked_files(Env& env, repo::Workspace& workspace, const TrackedFiles& files,
                          const Selection& selection, repo::StatIndex& index) {
  Beneath beneath(workspace.root());
  for (auto group = files.files.rbegin(); group != files.files.rend(); ++group) {
    const auto& [path, directory] = *group;
    {
      Descriptor fd = beneath.open(path);
      for (const CheckoutItem& item : directory.items) {
        env.check_cancelled();
        At place{fd.get(), std::string(directory.name(item))};
        std::string file = join_path(path, place.path);
        auto status = stat_of(place);
        if (!status) continue;
        repo::StatKey now = repo::stat_key(*status);
        // Not by ctime: removing one hard link changes that of the others.
        bool same = now.size == item.seen.size && now.mtime_ns == item.seen.mtime_ns &&
                    now.inode == item.seen.inode && now.device == item.seen.device;
        if (!same) throw failure(quoted(file) + " changed meanwhile and was left alone");
        env.files.unlink(place);
        index.remove(file);
      }
      env.files.sync(fd.get(), path.empty() ? "." : path);
    }
    remove_empty(env, workspace, beneath, selection, path);
  }
  // Directories that were empty before, or held only others.
  for (const Tracked& tracked : selection.pointers) {
    if (selection.wants(tracked.path)) {
      remove_empty(env, workspace, beneath, selection, tracked.path);
    }
  }
}

}  // namespace mlo::data
