#include "data/checkout_plan.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "data/work_file.hpp"

namespace mlo::data {
namespace {

constexpr size_t kShown = 5;

/// "'a', 'b' and 3 more".
std::string listed(const std::vector<std::string>& paths) {
  std::string text;
  for (size_t i = 0; i < paths.size() && i < kShown; ++i)
    text += (i ? ", " : "") + quoted(paths[i]);
  if (paths.size() > kShown) text += " and " + std::to_string(paths.size() - kShown) + " more";
  return text;
}

class Planner {
 public:
  Planner(Env& env, repo::Workspace& workspace, const Selection& selection, repo::StatIndex& index,
          Force force)
      : env_(env),
        workspace_(workspace),
        store_(workspace.store()),
        selection_(selection),
        index_(index),
        force_(force) {
    plan_.force = force;
  }

  CheckoutPlan plan() {
    for (const Tracked& tracked : selection_.pointers) {
      refuse_symlinked_parents(workspace_, tracked.path);
      if (!store_.contains(tracked.pointer.digest)) {
        look_for_missing_root(tracked);
        continue;
      }
      look_at(tracked);
    }
    settle_extras();
    refuse();
    return std::move(plan_);
  }

 private:
  struct Extra {
    std::string path;
    ScanEntry entry;
  };

  /// The store lost the pointer's object: fine as long as the work tree still has that content.
  void look_for_missing_root(const Tracked& tracked) {
    bool tree = tracked.pointer.type == repo::Pointer::Type::tree;
    auto found = scan_file(workspace_, tracked.path, index_);
    bool same = false;
    if (found && tree && found->is_directory()) {
      same = scan(tracked.path).root.digest == tracked.pointer.digest;
    } else if (found && !tree && found->problem.empty() && !found->is_directory()) {
      if (!found->digest) hash_one(env_, workspace_, tracked.path, *found, index_);
      same = found->digest == tracked.pointer.digest;
    }
    if (!same) missing_.push_back(tracked.path);
  }

  Scan scan(const std::string& path) {
    Scan scan = scan_directory(env_, workspace_, path, index_);
    hash_files(env_, workspace_, scan, index_);
    build(scan, [](std::string_view bytes) { return sha256(bytes); });
    return scan;
  }

  void look_at(const Tracked& tracked) {
    bool tree = tracked.pointer.type == repo::Pointer::Type::tree;
    auto found = scan_file(workspace_, tracked.path, index_);
    if (found && !found->is_directory() && found->problem.empty() && !found->digest) {
      hash_one(env_, workspace_, tracked.path, *found, index_);
    }
    if (tree) {
      plan_.trees.push_back(tracked);
      if (found && !found->is_directory()) extra(tracked.path, *found);
      Scan here = found && found->is_directory() ? scan(tracked.path) : nothing(tracked.path);
      compare_tree(store_, tracked, here, [&](const Difference& each) { take(each); });
      return;
    }
    store::TreeEntry wanted{store::kFileMode, tracked.pointer.digest, tracked.pointer.size, 1, ""};
    if (found && found->is_directory()) {
      everything_below(scan(tracked.path));
      take({tracked.path, wanted, nullptr});
    } else if (!found || found->digest != wanted.digest || found->mode == store::kSymlinkMode) {
      // A pointer of a file says nothing of its executable bit: it stays as it is.
      if (found && found->mode == store::kExecutableMode) wanted.mode = store::kExecutableMode;
      take({tracked.path, wanted, found ? &*found : nullptr});
    }
  }

  static Scan nothing(const std::string& path) {
    Scan scan;
    scan.directories.push_back({path, {}});
    build(scan, [](std::string_view bytes) { return sha256(bytes); });
    return scan;
  }

  void everything_below(const Scan& scan) {
    ScanEntry itself;
    itself.mode = store::kDirectoryMode;
    for (const ScanDirectory& directory : scan.directories) {
      extra(directory.path, itself);
      for (const ScanEntry& entry : directory.entries) {
        if (!entry.is_directory()) extra(join_path(directory.path, entry.name), entry);
      }
    }
  }

  void take(const Difference& difference) {
    if (!selection_.wants(difference.path)) return;
    if (!difference.wanted) return extra(difference.path, *difference.actual);
    const store::TreeEntry& wanted = *difference.wanted;
    if (!wanted.is_directory() && !store_.contains(wanted.digest)) {
      missing_.push_back(difference.path);
    }
    if (difference.actual && !safe(difference.path, *difference.actual, wanted)) {
      blocking_.push_back(difference.path);
    }
    std::optional<repo::StatKey> seen;
    if (difference.actual) seen = difference.actual->key;
    plan_.writes.push_back({difference.path, wanted, seen});
  }

  void extra(const std::string& path, const ScanEntry& entry) { extras_.push_back({path, entry}); }

  /// Whether nothing is lost when this content goes.
  bool safe(const std::string& path, const ScanEntry& actual, const store::TreeEntry& replacement) {
    if (force_ == Force::yes || stored(actual)) return true;
    return actual.problem.empty() && is_beginning(path, actual, replacement);
  }

  bool is_beginning(const std::string& path, const ScanEntry& actual,
                    const store::TreeEntry& replacement) {
    bool files = actual.mode != store::kSymlinkMode && replacement.mode != store::kSymlinkMode &&
                 !replacement.is_directory();
    if (!files || actual.size >= replacement.size || !store_.contains(replacement.digest)) {
      return false;
    }
    store::ObjectView stored = store_.view(replacement.digest);
    MappedFile here(workspace_.absolute(path));
    return stored.text().starts_with(here.text());
  }

  /// Files that the new tree does not have: removed when stored; otherwise kept, unless in the way.
  void settle_extras() {
    for (const CheckoutPlan::Write& write : plan_.writes) {
      wanted_.insert(write.path);
      if (!write.entry.is_directory()) wanted_files_.insert(write.path);
    }
    for (const Tracked& tree : plan_.trees) wanted_.insert(tree.path);
    for (const Extra& extra : extras_) {
      bool blocks = in_the_way(extra.path);
      if (stored(extra.entry) || (blocks && force_ == Force::yes)) {
        store::TreeEntry entry{extra.entry.mode, {}, extra.entry.size, 1, ""};
        if (extra.entry.digest) entry.digest = *extra.entry.digest;
        plan_.removals.push_back({extra.path, entry, extra.entry.key});
      } else if (blocks) {
        blocking_.push_back(extra.path);
      } else {
        plan_.kept.push_back({extra.path, State::kept, extra.entry.digest, extra.entry.size, {}});
      }
    }
    auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
    std::sort(plan_.removals.begin(), plan_.removals.end(), by_path);
    std::sort(plan_.writes.begin(), plan_.writes.end(), by_path);
  }

  /// Whether the store has this content, so that the file may go. It is made fresh: from now on the
  /// store's copy may be the only one, and the next gc must not find it old.
  bool stored(const ScanEntry& entry) const {
    if (entry.is_directory()) return true;
    const auto object = entry.digest ? store_.stat(*entry.digest) : std::nullopt;
    if (!object || object->size != entry.size) return false;  // another size: damaged
    store_.freshen(*entry.digest);
    return true;
  }

  /// Something is to be written at this path, below it, or as a file above it.
  bool in_the_way(const std::string& path) const {
    if (wanted_.contains(path)) return true;
    auto below = wanted_.lower_bound(path + "/");
    if (below != wanted_.end() && below->starts_with(path + "/")) return true;
    for (std::string_view above = parent_path(path); !above.empty(); above = parent_path(above)) {
      if (wanted_files_.contains(above)) return true;
    }
    return false;
  }

  void refuse() {
    if (!missing_.empty()) {
      throw failure(
          "the store lacks the content of " + listed(missing_),
          "add the data again (mlo data add), or check out a commit whose content is stored");
    }
    if (!blocking_.empty()) {
      throw failure("checkout would overwrite content that is not stored: " + listed(blocking_),
                    "keep it with 'mlo data add', or discard it with --force");
    }
  }

  Env& env_;
  repo::Workspace& workspace_;
  store::ObjectStore& store_;
  const Selection& selection_;
  repo::StatIndex& index_;
  Force force_;
  CheckoutPlan plan_;
  std::vector<Extra> extras_;
  std::set<std::string, std::less<>> wanted_, wanted_files_;
  std::vector<std::string> missing_;
  std::vector<std::string> blocking_;
};

}  // namespace

CheckoutPlan plan_checkout(Env& env, repo::Workspace& workspace, const Selection& selection,
                           repo::StatIndex& index, Force force) {
  return Planner(env, workspace, selection, index, force).plan();
}

}  // namespace mlo::data
