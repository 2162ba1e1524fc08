// Git's questions about the index and the work tree.
#include <cerrno>

#include "base/text.hpp"
#include "repo/git_impl.hpp"

namespace mlo::repo {
namespace {

using State = GitChange::State;

State staged_state(unsigned flags) {
  if (flags & GIT_STATUS_INDEX_NEW) return State::added;
  if (flags & (GIT_STATUS_INDEX_MODIFIED | GIT_STATUS_INDEX_TYPECHANGE)) return State::modified;
  if (flags & GIT_STATUS_INDEX_DELETED) return State::deleted;
  if (flags & GIT_STATUS_INDEX_RENAMED) return State::renamed;
  return State::clean;
}

State work_tree_state(unsigned flags) {
  if (flags & GIT_STATUS_WT_NEW) return State::untracked;
  if (flags & (GIT_STATUS_WT_MODIFIED | GIT_STATUS_WT_TYPECHANGE)) return State::modified;
  if (flags & GIT_STATUS_WT_DELETED) return State::deleted;
  if (flags & GIT_STATUS_WT_RENAMED) return State::renamed;
  if (flags & GIT_STATUS_IGNORED) return State::ignored;
  return State::clean;
}

const char* path_of(const git_status_entry* entry) {
  const git_diff_delta* delta =
      entry->index_to_workdir ? entry->index_to_workdir : entry->head_to_index;
  return delta->new_file.path ? delta->new_file.path : delta->old_file.path;
}

GitStatusList status_list(git_repository* repository, std::span<const std::string> paths) {
  std::vector<char*> pathspec;
  for (const std::string& path : paths) pathspec.push_back(const_cast<char*>(path.c_str()));
  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
                  GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH | GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
  options.pathspec = {pathspec.data(), pathspec.size()};
  GitStatusList list;
  git_check(git_status_list_new(list.out(), repository, &options), "cannot ask git for its status");
  return list;
}

}  // namespace

bool Git::is_tracked(const std::string& path) {
  GitIndex index = impl_->fresh_index();
  return git_index_get_bypath(index.get(), path.c_str(), 0) != nullptr || tracks_below(path);
}

bool Git::tracks_below(const std::string& directory) {
  GitIndex index = impl_->fresh_index();
  if (directory.empty()) return git_index_entrycount(index.get()) > 0;
  size_t position = 0;
  return git_index_find_prefix(&position, index.get(), (directory + "/").c_str()) == 0;
}

std::vector<GitEntry> Git::list_index(const std::string& directory, std::string_view suffix) {
  GitIndex index = impl_->fresh_index();
  std::string prefix = directory.empty() ? "" : directory + "/";
  std::vector<GitEntry> entries;
  for (size_t i = 0, count = git_index_entrycount(index.get()); i < count; ++i) {
    const git_index_entry* entry = git_index_get_byindex(index.get(), i);
    std::string_view path = entry->path;
    if (path.starts_with(prefix) && path.ends_with(suffix)) {
      entries.push_back({std::string(path), entry->mode, hex_of(&entry->id)});
    }
  }
  return entries;
}

bool Git::carries(const std::string& path) {
  if (is_tracked(path)) return true;
  GitCommit head = impl_->head_commit();
  if (!head) return false;
  GitTree tree = impl_->tree_of(head.get());
  GitTreeEntry entry;
  return git_tree_entry_bypath(entry.out(), tree.get(), path.c_str()) == 0;
}

bool Git::is_ignored(const std::string& path) {
  int ignored = 0;
  git_check(git_ignore_path_is_ignored(&ignored, impl_->raw(), path.c_str()),
            "cannot read git's ignore rules");
  return ignored == 1;
}

std::vector<GitChange> Git::status(std::span<const std::string> paths) {
  GitStatusList list = status_list(impl_->raw(), paths);
  std::vector<GitChange> changes;
  for (size_t i = 0, count = git_status_list_entrycount(list.get()); i < count; ++i) {
    const git_status_entry* entry = git_status_byindex(list.get(), i);
    changes.push_back(
        {path_of(entry), staged_state(entry->status), work_tree_state(entry->status)});
  }
  return changes;
}

bool Git::is_dirty() { return git_status_list_entrycount(status_list(impl_->raw(), {}).get()) > 0; }

}  // namespace mlo::repo
