#include "data/compare.hpp"

#include <algorithm>
#include <cerrno>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "store/tree_text.hpp"

namespace mlo::data {
namespace {

/// Directories in memory at a time: enough to keep all threads busy, 10 MB of files of ordinary ones.
constexpr size_t kWave = 64;
constexpr int64_t kNobody = -1;

struct Pending {
  std::string path;
  std::optional<store::TreeEntry> wanted;
  bool ignored = false;
};

struct Found {
  std::optional<store::TreeEntry> wanted;
  int64_t actual = kNobody;  ///< index into the entries
};

/// One directory of a wave.
struct Work {
  Pending pending;
  ScanDirectory directory;
  int error = 0;  ///< of listing it
  bool equal = false;
  bool lost = false;
  std::vector<store::TreeEntry> stored;  ///< entries, or leaves
};

/// Entries [begin, end) of a directory against one stored list.
struct Task {
  Work* work;
  size_t begin, end;
  std::optional<Digest> leaf;  ///< of a split directory: loaded when it differs
  std::string_view next;       ///< the name that the next leaf begins with; empty: none
  std::vector<Found> found;
};

std::vector<store::TreeEntry> load(const store::ObjectStore& store, const Digest& tree) {
  return store::parse_tree(store.view(tree).text(), "sha256:" + tree.brief());
}

/// The tree of an empty directory: known without looking, so that it may be missing.
bool is_empty_tree(const Digest& tree) {
  static const Digest kEmpty = sha256(store::kTreeHeader);
  return tree == kEmpty;
}

class Comparison {
 public:
  Comparison(Env& env, repo::Workspace& workspace, const Tracked& tracked, repo::StatIndex& index,
             const Selection& selection, Hidden hidden, const DifferenceSink& visit)
      : env_(env),
        workspace_(workspace),
        store_(workspace.store()),
        index_(index),
        selection_(selection),
        hidden_(hidden),
        visit_(visit),
        lister_(workspace, index, tracked.path) {
    pending_.push_back({tracked.path,
                        store::TreeEntry{store::kDirectoryMode, tracked.pointer.digest,
                                         tracked.pointer.size, tracked.pointer.files, ""},
                        false});
  }

  uint64_t run() {
    while (!pending_.empty()) {
      std::vector<Work> wave(std::min(kWave, pending_.size()));
      for (Work& work : wave) {
        // From the end: depth first, so that few directories wait.
        work.pending = std::move(pending_.back());
        pending_.pop_back();
      }
      list(wave);
      look(wave);
      compare(wave);
    }
    return hashed_;
  }

 private:
  void list(std::vector<Work>& wave) {
    parallel_for(wave.size(), [&](size_t i) {
      env_.check_cancelled();
      Work& work = wave[i];
      try {
        work.directory = lister_.list(work.pending.path);
      } catch (const Error& error) {
        work.error = error.system_code();
        if (work.error != ENOENT && work.error != EACCES && work.error != EPERM) throw;
      }
      work.directory.ignored = work.pending.ignored;
    });
    for (Work& work : wave) {
      if (work.error == 0) lister_.obey(work.directory);
    }
  }

  void look(std::vector<Work>& wave) {
    std::vector<ScanDirectory*> directories;
    for (Work& work : wave) {
      if (work.error != 0) continue;
      if (!selection_.wants(work.pending.path)) {
        ScanDirectory& directory = work.directory;
        directory.remove_if(
            [&](const ScanEntry& entry) { return !selection_.touches(directory.path_of(entry)); });
      }
      directories.push_back(&work.directory);
    }
    try {
      look_at_files(env_, lister_, directories);
    } catch (const Error& error) {
      // A directory may be read but not entered (r--): none of its files can be looked at.
      if (error.system_code() != EACCES) throw;
      look_one_by_one(wave);
    }
    std::vector<ScanPlace> places;
    for (ScanDirectory* directory : directories) {
      directory->remove_if([](const ScanEntry& entry) { return entry.gone; });
      for (ScanEntry& entry : directory->entries) {
        bool unknown = !entry.is_directory() && entry.usable() && !entry.known && !entry.ignored;
        if (unknown) places.push_back({directory, &entry});
      }
    }
    hash_places(env_, workspace_, places, index_, Unreadable::mark);
    hashed_ += places.size();
    for (ScanDirectory* directory : directories) {
      directory->remove_if([](const ScanEntry& entry) { return entry.gone; });
    }
  }

  void look_one_by_one(std::vector<Work>& wave) {
    for (Work& work : wave) {
      if (work.error != 0) continue;
      try {
        lister_.look(work.directory, 0, work.directory.entries.size());
      } catch (const Error& error) {
        if (error.system_code() != EACCES) throw;
        work.error = EACCES;
      }
    }
  }

  bool whole(const Work& work) const { return selection_.wants(work.pending.path); }

  /// The digest of these entries as a tree object, if they can be one without looking elsewhere.
  static std::optional<Digest> digest_of(const Work& work, size_t begin, size_t end) {
    thread_local std::string text;
    text = store::kTreeHeader;
    for (size_t i = begin; i < end; ++i) {
      const ScanEntry& entry = work.directory.entries[i];
      if (entry.ignored) continue;
      if (entry.is_directory() || !entry.usable() || !entry.known) return std::nullopt;
      store::append_tree_entry(text, entry.mode(), entry.digest, entry.size, 1,
                               work.directory.name(entry));
    }
    return sha256(text);
  }

  /// Settles a directory that is equal as a whole; else loads what it is compared with.
  void prepare(Work& work) {
    env_.check_cancelled();
    if (work.error != 0 || !work.pending.wanted) return;
    const Digest& wanted = work.pending.wanted->digest;
    size_t count = work.directory.entries.size();
    work.equal = whole(work) && count <= store::kSplitEntries && !work.pending.ignored &&
                 digest_of(work, 0, count) == wanted;
    if (work.equal) return;
    if (is_empty_tree(wanted)) return;
    work.lost = !store_.contains(wanted);
    if (!work.lost) work.stored = load(store_, wanted);
  }

  static size_t first_not_before(const ScanDirectory& directory, size_t begin,
                                 std::string_view name) {
    auto place = std::lower_bound(directory.entries.begin() + static_cast<ptrdiff_t>(begin),
                                  directory.entries.end(), name,
                                  [&](const ScanEntry& entry, std::string_view other) {
                                    return directory.name(entry) < other;
                                  });
    return static_cast<size_t>(place - directory.entries.begin());
  }

  static void append_tasks(Work& work, std::vector<Task>& tasks) {
    const size_t end = work.directory.entries.size();
    if (work.stored.empty() || work.stored.front().mode != store::kLeafMode) {
      tasks.push_back({&work, 0, end, {}, {}, {}});
      return;
    }
    for (size_t i = 0, begin = 0; i < work.stored.size(); ++i) {
      bool last = i + 1 == work.stored.size();
      std::string_view next = last ? std::string_view() : std::string_view(work.stored[i + 1].name);
      size_t here = last ? end : first_not_before(work.directory, begin, next);
      tasks.push_back({&work, begin, here, work.stored[i].digest, next, {}});
      begin = here;
    }
  }

  void compare(std::vector<Work>& wave) {
    parallel_for(wave.size(), [&](size_t i) { prepare(wave[i]); });
    std::vector<Task> tasks;
    for (Work& work : wave) {
      if (work.error == 0 && !work.equal && !work.lost) append_tasks(work, tasks);
    }
    parallel_for(tasks.size(), [&](size_t i) { run(tasks[i]); });
    for (Work& work : wave) settle(work);
    for (Task& task : tasks) {
      for (Found& found : task.found) settle(*task.work, found);
    }
  }

  void run(Task& task) {
    env_.check_cancelled();
    if (!task.leaf) return merge(task, task.work->stored);
    bool all = whole(*task.work) && !task.work->pending.ignored;
    if (all && digest_of(*task.work, task.begin, task.end) == task.leaf) return;
    std::vector<store::TreeEntry> stored = load(store_, *task.leaf);
    bool sound = !stored.empty() && stored.front().mode != store::kLeafMode &&
                 (task.next.empty() || stored.back().name < task.next);
    if (!sound) {
      throw failure("tree sha256:" + task.leaf->brief() + " is malformed: not a leaf of its index");
    }
    merge(task, stored);
  }

  void merge(Task& task, std::vector<store::TreeEntry>& stored) const {
    const Work& work = *task.work;
    if (!whole(work)) {
      std::erase_if(stored, [&](const store::TreeEntry& entry) {
        return !selection_.touches(join_path(work.directory.path, entry.name));
      });
    }
    auto left = stored.begin();
    for (size_t right = task.begin; left != stored.end() || right < task.end;) {
      const ScanEntry* entry = right < task.end ? &work.directory.entries[right] : nullptr;
      int order = !entry                 ? -1
                  : left == stored.end() ? 1
                                         : left->name.compare(work.directory.name(*entry));
      Found found;
      bool same = order == 0 && equal(*left, *entry);
      if (order >= 0) found.actual = static_cast<int64_t>(right++);
      if (order <= 0) found.wanted = std::move(*left++);
      bool hidden = !found.wanted && entry && entry->ignored;
      if (!same && !hidden) task.found.push_back(std::move(found));
    }
  }

  bool equal(const store::TreeEntry& wanted, const ScanEntry& actual) const {
    if (actual.ignored && hidden_ == Hidden::report) return false;
    return actual.known && actual.usable() && actual.digest == wanted.digest &&
           actual.mode() == wanted.mode;
  }

  /// A directory as a whole.
  void settle(Work& work) {
    const Pending& pending = work.pending;
    ScanEntry itself;
    itself.kind = Kind::directory;
    itself.ignored = pending.ignored;
    if (work.error == ENOENT) {
      if (pending.wanted) stored_only(pending.path, *pending.wanted);
    } else if (work.error != 0) {
      itself.problem = Problem::unreadable;
      visit_({pending.path, pending.wanted, &itself});
    } else if (work.lost) {
      settle_lost(pending);
    } else if (!pending.wanted && work.directory.entries.empty()) {
      visit_({pending.path, std::nullopt, &itself});
    }
  }

  /// The store lacks the tree: fine as long as the work tree has that content.
  void settle_lost(const Pending& pending) {
    Scan scan = scan_directory(env_, workspace_, pending.path, index_);
    hash_files(env_, workspace_, scan, index_);
    hashed_ += scan.hashed;
    build(scan, [](std::string_view bytes) { return sha256(bytes); });
    if (scan.root.digest == pending.wanted->digest && !scan.problems()) return;
    visit_({pending.path, pending.wanted, nullptr, true});
  }

  void settle(Work& work, Found& found) {
    ScanDirectory& directory = work.directory;
    ScanEntry* actual =
        found.actual == kNobody ? nullptr : &directory.entries[static_cast<size_t>(found.actual)];
    std::string path =
        actual ? directory.path_of(*actual) : join_path(directory.path, found.wanted->name);
    bool wanted_directory = found.wanted && found.wanted->is_directory();
    bool actual_directory = actual && actual->is_directory() && actual->usable();
    bool hidden = actual && actual->ignored;
    if (hidden && hidden_ == Hidden::report) return visit_({path, found.wanted, actual});
    if (wanted_directory && actual_directory) {
      pending_.push_back({std::move(path), std::move(found.wanted), actual->ignored});
      return;
    }
    if (hidden && !actual->known && !actual_directory && actual->usable()) {
      ScanPlace place{&directory, actual};
      hash_places(env_, workspace_, {&place, 1}, index_, Unreadable::mark);
      if (found.wanted && equal(*found.wanted, *actual)) return;
    }
    if (found.wanted && actual && !wanted_directory && !actual_directory) {
      return visit_({path, found.wanted, actual});
    }
    // One side only, or a file where the other has a directory: two unrelated things.
    if (actual_directory) {
      pending_.push_back({path, std::nullopt, false});
    } else if (actual) {
      visit_({path, std::nullopt, actual});
    }
    if (found.wanted) stored_only(path, *found.wanted);
  }

  void stored_only(const std::string& path, const store::TreeEntry& wanted) {
    all_stored(store_, path, wanted, [&](const Difference& difference) {
      env_.check_cancelled();
      if (selection_.wants(difference.path)) visit_(difference);
    });
  }

  Env& env_;
  repo::Workspace& workspace_;
  const store::ObjectStore& store_;
  repo::StatIndex& index_;
  const Selection& selection_;
  Hidden hidden_;
  const DifferenceSink& visit_;
  Lister lister_;
  std::vector<Pending> pending_;
  uint64_t hashed_ = 0;
};

}  // namespace

uint64_t compare_tree(Env& env, repo::Workspace& workspace, const Tracked& tracked,
                      repo::StatIndex& index, const Selection& selection, Hidden hidden,
                      const DifferenceSink& visit) {
  return Comparison(env, workspace, tracked, index, selection, hidden, visit).run();
}

void all_stored(const store::ObjectStore& store, const std::string& path,
                const store::TreeEntry& entry, const DifferenceSink& visit) {
  if (!entry.is_directory()) return visit({path, entry, nullptr});
  if (is_empty_tree(entry.digest)) return visit({path, entry, nullptr});
  if (!store.contains(entry.digest)) return visit({path, entry, nullptr, true});
  store::TreeReader reader(store, entry.digest);
  while (const store::TreeEntry* below = reader.next()) {
    all_stored(store, join_path(path, below->name), *below, visit);
  }
}

}  // namespace mlo::data
