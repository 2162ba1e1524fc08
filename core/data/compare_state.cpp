// Differences as reports say them.
#include <algorithm>
#include <unordered_map>

#include "base/text.hpp"
#include "data/compare.hpp"

namespace mlo::data {
namespace {

/// The work tree's file is the stored object that it should equal, by a hard or a symbolic link: both
/// were written to.
bool is_object(const repo::Workspace& workspace, const store::ObjectStore& store,
               const Difference& difference) {
  const ScanEntry& actual = *difference.actual;
  const Digest& digest = difference.wanted->digest;
  if (actual.stored) {
    return linked_object(link_target(workspace.absolute(difference.path)), store.path()) == digest;
  }
  if (!actual.shared) return false;
  auto loose = store.loose_path(digest);
  auto status = loose ? stat_of(*loose) : std::nullopt;
  return status && status->st_ino == actual.key.inode && status->st_dev == actual.key.device;
}

}  // namespace

std::optional<Digest> content_before(const store::TreeEntry& before, uint32_t mode_after) {
  const auto regular = [](uint32_t mode) {
    return mode == store::kFileMode || mode == store::kExecutableMode;
  };
  return regular(before.mode) && regular(mode_after) ? std::optional(before.digest) : std::nullopt;
}

FileState state_of(const repo::Workspace& workspace, const store::ObjectStore& store,
                   const Difference& difference) {
  const auto& wanted = difference.wanted;
  const ScanEntry* actual = difference.actual;
  if (!actual) {
    bool here = !difference.lost && (wanted->is_directory() || store.contains(wanted->digest));
    return {
        difference.path, here ? State::deleted : State::missing, wanted->digest, wanted->size, {}};
  }
  FileState file{difference.path, State::modified, actual->maybe_digest(), actual->size, {}};
  if (actual->ignored) {
    file = {difference.path, State::ignored, wanted->digest, wanted->size, {}};
  } else if (actual->problem == Problem::unreadable) {
    file.state = State::unreadable;
  } else if (!actual->usable()) {
    file.state = State::unsupported;
  } else if (!wanted) {
    file.state = State::added;
  } else if (file.digest != wanted->digest && is_object(workspace, store, difference)) {
    file.state = State::damaged;
  }
  if (file.state == State::modified && wanted) {
    file.before = content_before(*wanted, actual->mode());
  }
  return file;
}

std::vector<FileState> with_renames(std::vector<FileState> files) {
  auto by_path = [](const FileState& a, const FileState& b) { return a.path < b.path; };
  std::stable_sort(files.begin(), files.end(), by_path);
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
