// What the index holds beyond HEAD: the files of the next commit, and the sides of a conflict.
#include "repo/git_impl.hpp"

namespace mlo::repo {
namespace {

std::optional<std::string> blob_of(git_repository* repository, const git_index_entry* entry) {
  if (entry == nullptr) return std::nullopt;
  GitBlob blob;
  git_check(git_blob_lookup(blob.out(), repository, &entry->id),
            "cannot read a side of a conflict");
  return std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())),
                     static_cast<size_t>(git_blob_rawsize(blob.get())));
}

bool enters_git(const git_diff_delta& delta) {
  if (delta.status != GIT_DELTA_ADDED && delta.status != GIT_DELTA_MODIFIED &&
      delta.status != GIT_DELTA_TYPECHANGE) {
    return false;
  }
  return delta.new_file.mode == GIT_FILEMODE_BLOB ||
         delta.new_file.mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

}  // namespace

std::optional<GitConflict> Git::conflict(const std::string& path) {
  GitIndex index = impl_->fresh_index();
  const git_index_entry *base, *ours, *theirs;
  int code = git_index_conflict_get(&base, &ours, &theirs, index.get(), path.c_str());
  if (code == GIT_ENOTFOUND) return std::nullopt;
  git_check(code, "cannot read git's index");
  return GitConflict{blob_of(impl_->raw(), base), blob_of(impl_->raw(), ours),
                     blob_of(impl_->raw(), theirs)};
}

std::vector<StagedFile> Git::staged_files() {
  GitIndex index = impl_->fresh_index();
  GitCommit head = impl_->head_commit();
  GitTree tree;
  if (head) tree = impl_->tree_of(head.get());
  GitDiff diff;
  git_check(git_diff_tree_to_index(diff.out(), impl_->raw(), tree.get(), index.get(), nullptr),
            "cannot compare git's index with HEAD");
  GitOdb objects;
  git_check(git_repository_odb(objects.out(), impl_->raw()), "cannot open git's objects");
  std::vector<StagedFile> files;
  for (size_t i = 0, count = git_diff_num_deltas(diff.get()); i < count; ++i) {
    const git_diff_delta& delta = *git_diff_get_delta(diff.get(), i);
    if (!enters_git(delta)) continue;
    size_t size = 0;
    git_object_t type;
    int code = git_odb_read_header(&size, &type, objects.get(), &delta.new_file.id);
    // Announced by 'git add -N', or left on the server by a partial clone: nothing that enters now.
    if (code == GIT_ENOTFOUND) continue;
    git_check(code, "cannot read what is staged");
    files.push_back({delta.new_file.path, size});
  }
  return files;
}

std::string git_blob_id(std::string_view bytes) {
  initialise_libgit2();
  git_oid id;
  git_check(git_odb_hash(&id, bytes.data(), bytes.size(), GIT_OBJECT_BLOB), "cannot hash a file");
  return hex_of(&id);
}

}  // namespace mlo::repo
