#include "data/compare.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/text.hpp"

namespace mlo::data {
namespace {

class Comparison {
 public:
  Comparison(const store::ObjectStore& store, const Scan& scan,
             const std::function<void(const Difference&)>& visit)
      : store_(store), scan_(scan), visit_(visit) {}

  void directories(const std::string& path, const Digest* wanted, const size_t* actual) {
    std::vector<store::TreeEntry> stored;
    if (wanted) stored = store::read_tree(store_, *wanted);
    static const std::vector<ScanEntry> kNothing;
    const auto& found = actual ? scan_.directories[*actual].entries : kNothing;
    auto left = stored.begin();
    auto right = found.begin();
    while (left != stored.end() || right != found.end()) {
      bool take_left = right == found.end() || (left != stored.end() && left->name <= right->name);
      bool take_right = left == stored.end() || (right != found.end() && right->name <= left->name);
      const store::TreeEntry* entry = take_left ? &*left++ : nullptr;
      const ScanEntry* other = take_right ? &*right++ : nullptr;
      entries(join_path(path, entry ? entry->name : other->name), entry, other);
    }
  }

 private:
  void entries(const std::string& path, const store::TreeEntry* wanted, const ScanEntry* actual) {
    bool wanted_directory = wanted && wanted->is_directory();
    bool actual_directory = actual && actual->is_directory();
    if (wanted_directory && actual_directory) {
      if (scan_.built[actual->directory].digest == wanted->digest) return;
      return directories(path, &wanted->digest, &actual->directory);
    }
    if (wanted && actual && !wanted_directory && !actual_directory) {
      bool same = actual->problem.empty() && actual->digest == wanted->digest &&
                  actual->mode == wanted->mode;
      if (!same) visit_({path, *wanted, actual});
      return;
    }
    // One side only, or a file where the other has a directory: two unrelated things.
    if (actual) one_side(path, *actual);
    if (wanted) one_side(path, *wanted);
  }

  void one_side(const std::string& path, const store::TreeEntry& wanted) {
    if (!wanted.is_directory()) return visit_({path, wanted, nullptr});
    if (store::read_tree(store_, wanted.digest).empty()) return visit_({path, wanted, nullptr});
    directories(path, &wanted.digest, nullptr);
  }
  void one_side(const std::string& path, const ScanEntry& actual) {
    if (!actual.is_directory()) return visit_({path, std::nullopt, &actual});
    if (scan_.directories[actual.directory].entries.empty()) {
      return visit_({path, std::nullopt, &actual});
    }
    directories(path, nullptr, &actual.directory);
  }

  const store::ObjectStore& store_;
  const Scan& scan_;
  const std::function<void(const Difference&)>& visit_;
};

/// The work tree's file is a hard link of the object that it should equal: both were written to.
bool shares_object(const store::ObjectStore& store, const Digest& digest, const ScanEntry& actual) {
  if (actual.links < 2) return false;
  auto loose = store.loose_path(digest);
  auto status = loose ? stat_of(*loose) : std::nullopt;
  return status && status->st_ino == actual.key.inode && status->st_dev == actual.key.device;
}

}  // namespace

void compare_tree(const store::ObjectStore& store, const Tracked& tracked, const Scan& scan,
                  const std::function<void(const Difference&)>& visit) {
  if (scan.root.digest == tracked.pointer.digest && !scan.problems()) return;
  size_t root = 0;
  Comparison(store, scan, visit).directories(tracked.path, &tracked.pointer.digest, &root);
}

std::optional<Digest> content_before(const store::TreeEntry& before, uint32_t mode_after) {
  const auto regular = [](uint32_t mode) {
    return mode == store::kFileMode || mode == store::kExecutableMode;
  };
  return regular(before.mode) && regular(mode_after) ? std::optional(before.digest) : std::nullopt;
}

FileState state_of(const store::ObjectStore& store, const Difference& difference) {
  FileState file{difference.path, State::modified, {}, 0, {}};
  const ScanEntry* actual = difference.actual;
  if (!actual) {
    return {
        difference.path, State::deleted, difference.wanted->digest, difference.wanted->size, {}};
  }
  file.digest = actual->digest;
  file.size = actual->size;
  if (!actual->problem.empty()) {
    file.state = State::unsupported;
  } else if (!difference.wanted) {
    file.state = State::added;
  } else if (actual->digest != difference.wanted->digest &&
             shares_object(store, difference.wanted->digest, *actual)) {
    file.state = State::damaged;
  }
  if (file.state == State::modified) {
    file.before = content_before(*difference.wanted, actual->mode);
  }
  return file;
}

std::vector<FileState> with_renames(std::vector<FileState> files) {
  std::unordered_multimap<Digest, size_t> gone;
  for (size_t i = 0; i < files.size(); ++i) {
    bool candidate = files[i].state == State::deleted && files[i].digest && files[i].size > 0;
    if (candidate) gone.emplace(*files[i].digest, i);
  }
  std::vector<bool> used(files.size());
  for (FileState& file : files) {
    if (file.state != State::added || !file.digest) continue;
    auto match = gone.find(*file.digest);
    if (match == gone.end()) continue;
    file.state = State::renamed;
    file.from = files[match->second].path;
    used[match->second] = true;
    gone.erase(match);
  }
  std::vector<FileState> kept;
  for (size_t i = 0; i < files.size(); ++i) {
    if (!used[i]) kept.push_back(std::move(files[i]));
  }
  return kept;
}

}  // namespace mlo::data
