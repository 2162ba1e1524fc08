#include "data/checkout_plan.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "data/tracked_files.hpp"
#include "data/work_file.hpp"
#include "store/pack.hpp"

namespace mlo::data {
namespace {

class Planner {
 public:
  Planner(Env& env, repo::Workspace& workspace, const Selection& selection,
          const CheckoutFilter& filter, repo::StatIndex& index, Force force, const Evicted* evicted)
      : env_(env),
        workspace_(workspace),
        store_(workspace.store()),
        selection_(selection),
        filter_(filter),
        index_(index),
        force_(force),
        evicted_(evicted) {
    plan_.force = force;
  }

  CheckoutPlan plan() {
    for (const Tracked& tracked : selection_.pointers) {
      refuse_symlinked_parents(workspace_, tracked.path);
      look_at(tracked);
    }
    for (auto& [path, directory] : plan_.writes) directory.sort();
    settle_extras();
    for (auto& [path, directory] : plan_.removals) directory.sort();
    refuse();
    return std::move(plan_);
  }

 private:
  struct Extra {
    std::string path;
    ScanEntry entry;
  };

  void look_at(const Tracked& tracked) {
    bool tree = tracked.pointer.type == repo::Pointer::Type::tree;
    auto found = scan_file(workspace_, tracked.path, index_);
    if (found && !found->is_directory() && found->usable() && !found->known) {
      hash_one(env_, workspace_, tracked.path, *found, index_, Unreadable::mark);
    }
    if (tree) {
      look_at_tree(tracked, found);
    } else {
      look_at_file(tracked, found);
    }
  }

  void look_at_tree(const Tracked& tracked, const std::optional<ScanEntry>& found) {
    auto sink = [&](const Difference& each) { take(each); };
    bool away = !found && evicted_ && evicted_->covers(tracked.path);
    if (filter_.everything() && !away) plan_.trees.push_back(tracked);
    if (found && found->is_directory()) {
      compare_tree(env_, workspace_, tracked, index_, selection_, Hidden::compare, sink);
      return;
    }
    if (found) extra(tracked.path, *found);
    store::TreeEntry root{store::kDirectoryMode, tracked.pointer.digest, tracked.pointer.size,
                          tracked.pointer.files, ""};
    all_stored(store_, tracked.path, root, [&](const Difference& each) {
      // Of an empty tree only the directory itself, which `trees` makes.
      bool itself = each.path == tracked.path && !each.lost;
      if (!itself && (each.lost || selection_.wants(each.path))) take(each);
    });
  }

  void look_at_file(const Tracked& tracked, const std::optional<ScanEntry>& found) {
    store::TreeEntry wanted{store::kFileMode, tracked.pointer.digest, tracked.pointer.size, 1, ""};
    if (found && found->is_directory()) {
      everything_below(tracked.path);
      take({tracked.path, wanted, nullptr});
    } else if (!found || found->maybe_digest() != wanted.digest || found->kind == Kind::link) {
      // A pointer of a file says nothing of its executable bit: it stays as it is.
      if (found && found->kind == Kind::executable) wanted.mode = store::kExecutableMode;
      take({tracked.path, wanted, found ? &*found : nullptr});
    }
  }

  void everything_below(const std::string& path) {
    Scan scan = scan_directory(env_, workspace_, path, index_);
    hash_files(env_, workspace_, scan, index_);
    ScanEntry itself;
    itself.kind = Kind::directory;
    for (const ScanDirectory& directory : scan.directories) {
      extra(directory.path, itself);
      for (const ScanEntry& entry : directory.entries) {
        if (!entry.is_directory()) extra(directory.path_of(entry), entry);
      }
    }
  }

  void take(const Difference& difference) {
    const ScanEntry* actual = difference.actual;
    if (!actual && evicted_ && evicted_->covers(difference.path)) {
      ++plan_.evicted;
      return;
    }
    uint64_t size = difference.wanted ? difference.wanted->size : actual->size;
    bool directory = difference.wanted && difference.wanted->is_directory();
    if (!directory && !filter_.wants(difference.path, size)) return;
    if (directory && !difference.lost && !filter_.everything()) return;
    if (actual && actual->problem == Problem::unreadable && force_ == Force::no) {
      plan_.unreadable.push_back({difference.path, State::unreadable, {}, actual->size, {}});
    } else if (difference.lost) {
      missing_.push_back(difference.path);
    } else if (!difference.wanted) {
      extra(difference.path, *actual);
    } else {
      write(difference);
    }
  }

  void write(const Difference& difference) {
    const store::TreeEntry& wanted = *difference.wanted;
    const ScanEntry* actual = difference.actual;
    if (!wanted.is_directory() && !present(wanted.digest)) missing_.push_back(difference.path);
    if (actual && state_of(workspace_, store_, difference).state == State::damaged) {
      damaged_.push_back(difference.path);
    }
    if (actual && !safe(difference.path, *actual, wanted)) blocking_.push_back(difference.path);
    CheckoutItem item{wanted.digest, wanted.size, {}, 0, 0, Kind::file, actual != nullptr};
    if (actual) item.seen = actual->key;
    if (wanted.mode == store::kExecutableMode) item.kind = Kind::executable;
    if (wanted.mode == store::kSymlinkMode) item.kind = Kind::link;
    if (wanted.is_directory()) item.kind = Kind::directory;
    append(plan_.writes, difference.path, item);
  }

  static void append(CheckoutDirectories& directories, std::string_view path,
                     const CheckoutItem& item) {
    std::string_view above = parent_path(path);
    auto directory = directories.find(above);
    if (directory == directories.end()) {
      directory = directories.emplace(above, CheckoutDirectory()).first;
    }
    directory->second.append(file_name(path), item);
  }

  /// As ObjectStore::contains, without a stat of the pack for every object.
  bool present(const Digest& digest) const {
    return store_.packs().find(digest, false) || store_.contains(digest);
  }

  void extra(const std::string& path, const ScanEntry& entry) { extras_.push_back({path, entry}); }

  /// Whether nothing is lost when this content goes.
  bool safe(const std::string& path, const ScanEntry& actual, const store::TreeEntry& replacement) {
    if (force_ == Force::yes || stored(actual)) return true;
    return actual.usable() && is_beginning(path, actual, replacement);
  }

  bool is_beginning(const std::string& path, const ScanEntry& actual,
                    const store::TreeEntry& replacement) {
    bool files = actual.kind != Kind::link && !actual.stored &&
                 replacement.mode != store::kSymlinkMode && !replacement.is_directory();
    if (!files || actual.size >= replacement.size || !store_.contains(replacement.digest)) {
      return false;
    }
    store::ObjectView object = store_.view(replacement.digest);
    MappedFile here(workspace_.absolute(path));
    return object.text().starts_with(here.text());
  }

  /// Files that the new tree does not have: removed when stored; otherwise kept, unless in the way.
  void settle_extras() {
    for (const Extra& extra : extras_) {
      bool blocks = in_the_way(extra.path);
      if (stored(extra.entry) || (blocks && force_ == Force::yes)) {
        CheckoutItem item{extra.entry.known ? extra.entry.digest : Digest(),
                          extra.entry.size,
                          extra.entry.key,
                          0,
                          0,
                          extra.entry.kind,
                          true};
        append(plan_.removals, extra.path, item);
      } else if (blocks) {
        blocking_.push_back(extra.path);
      } else {
        plan_.kept.push_back(
            {extra.path, State::kept, extra.entry.maybe_digest(), extra.entry.size, {}});
      }
    }
    std::sort(plan_.kept.begin(), plan_.kept.end(),
              [](const FileState& a, const FileState& b) { return a.path < b.path; });
  }

  /// Whether the store has this content, so that the file may go. It is made fresh: from now on the
  /// store's copy may be the only one, and the next gc must not find it old.
  bool stored(const ScanEntry& entry) const {
    if (entry.is_directory()) return true;
    // A link that checkout made holds nothing of its own, whatever became of the object.
    if (entry.stored) return true;
    const auto object = entry.known ? store_.stat(entry.digest) : std::nullopt;
    if (!object || object->size != entry.size) return false;  // another size: damaged
    store_.freshen(entry.digest);
    return true;
  }

  const CheckoutItem* written(std::string_view path) const {
    auto directory = plan_.writes.find(parent_path(path));
    return directory == plan_.writes.end() ? nullptr : directory->second.find(file_name(path));
  }

  /// Something is to be written at this path, below it, or as a file above it.
  bool in_the_way(const std::string& path) const {
    if (written(path)) return true;
    for (const Tracked& tree : plan_.trees) {
      if (tree.path == path) return true;
    }
    auto below = plan_.writes.lower_bound(path);
    if (below != plan_.writes.end() && below->first == path) return true;
    below = plan_.writes.lower_bound(path + "/");
    if (below != plan_.writes.end() && below->first.starts_with(path + "/")) return true;
    for (std::string_view above = parent_path(path); !above.empty(); above = parent_path(above)) {
      const CheckoutItem* item = written(above);
      if (item && item->kind != Kind::directory) return true;
    }
    return false;
  }

  void refuse() {
    if (!missing_.empty()) {
      throw failure(
          "the store lacks the content of " + listed(missing_),
          "mlo fetch brings it where a remote has it; or add the data again (mlo data add)");
    }
    if (!damaged_.empty()) {
      throw failure(
          "the stored content of " + listed(damaged_) + " was written to through a link",
          "keep what it holds now with 'mlo data add'; 'mlo fsck' names the damaged object");
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
  const CheckoutFilter& filter_;
  repo::StatIndex& index_;
  Force force_;
  const Evicted* evicted_;
  CheckoutPlan plan_;
  std::vector<Extra> extras_;
  std::vector<std::string> missing_, damaged_;
  std::vector<std::string> blocking_;
};

}  // namespace

void CheckoutDirectory::append(std::string_view name, CheckoutItem item) {
  item.name_begin = static_cast<uint32_t>(names.size());
  item.name_size = checked_name_size(name);
  names += name;
  items.push_back(item);
}

void CheckoutDirectory::sort() {
  std::sort(items.begin(), items.end(),
            [&](const CheckoutItem& a, const CheckoutItem& b) { return name(a) < name(b); });
}

const CheckoutItem* CheckoutDirectory::find(std::string_view wanted) const {
  auto place = std::lower_bound(
      items.begin(), items.end(), wanted,
      [&](const CheckoutItem& item, std::string_view other) { return name(item) < other; });
  return place != items.end() && name(*place) == wanted ? &*place : nullptr;
}

CheckoutPlan plan_checkout(Env& env, repo::Workspace& workspace, const Selection& selection,
                           const CheckoutFilter& filter, repo::StatIndex& index, Force force,
                           const Evicted* evicted) {
  return Planner(env, workspace, selection, filter, index, force, evicted).plan();
}

}  // namespace mlo::data
