// Files in every commit that anything refers to. A tree is opened once, however many commits share
// it: 10,000 commits that change one file each cost 10,000 small trees, not 10,000 work trees.
#include <set>
#include <unordered_set>

#include "base/text.hpp"
#include "repo/git_impl.hpp"

namespace mlo::repo {
namespace {

class History {
 public:
  History(git_repository* repository, const std::function<bool(std::string_view)>& wanted)
      : repository_(repository), wanted_(wanted) {}

  void commit(const git_oid* id) {
    commit_ = hex_of(id);
    GitCommit commit;
    git_check(git_commit_lookup(commit.out(), repository_, id), "cannot read commit " + commit_);
    tree(git_commit_tree_id(commit.get()), "");
  }

  void index(const git_index* index) {
    commit_.clear();
    for (size_t i = 0; i < git_index_entrycount(index); ++i) {
      const git_index_entry* entry = git_index_get_byindex(const_cast<git_index*>(index), i);
      file(entry->path, &entry->id);
    }
  }

  std::vector<GitVersion> found;

 private:
  void tree(const git_oid* id, const std::string& directory) {
    // The same tree under two names is two sets of paths.
    if (!trees_.insert(directory + '\0' + hex_of(id)).second) return;
    GitTree tree_object;
    git_check(git_tree_lookup(tree_object.out(), repository_, id),
              "cannot read a directory of commit " + commit_);
    for (size_t i = 0; i < git_tree_entrycount(tree_object.get()); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(tree_object.get(), i);
      std::string path = join_path(directory, git_tree_entry_name(entry));
      if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
        tree(git_tree_entry_id(entry), path);
      } else if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB) {
        file(path, git_tree_entry_id(entry));
      }
    }
  }

  void file(const std::string& path, const git_oid* id) {
    if (!wanted_(path) || !files_.insert(path + '\0' + hex_of(id)).second) return;
    GitBlob blob;
    git_check(git_blob_lookup(blob.out(), repository_, id), "cannot read " + quoted(path));
    found.push_back({path, commit_,
                     std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())),
                                 static_cast<size_t>(git_blob_rawsize(blob.get())))});
  }

  git_repository* repository_;
  const std::function<bool(std::string_view)>& wanted_;
  std::string commit_;
  std::unordered_set<std::string> trees_, files_;
};

int collect_tip(const char* name, void* payload) {
  auto& names = *static_cast<std::set<std::string>*>(payload);
  names.insert(name);
  return 0;
}

/// The commit that a ref leads to; nullopt for a tag of something else, or an unborn HEAD.
std::optional<git_oid> commit_of_ref(git_repository* repository, const std::string& name) {
  GitReference reference;
  GitObject commit;
  if (git_reference_lookup(reference.out(), repository, name.c_str()) < 0) return std::nullopt;
  if (git_reference_peel(commit.out(), reference.get(), GIT_OBJECT_COMMIT) < 0) return std::nullopt;
  return *git_object_id(commit.get());
}

}  // namespace

std::vector<GitVersion> Git::versions(Reach reach,
                                      const std::function<bool(std::string_view)>& wanted) {
  History history(impl_->raw(), wanted);
  std::set<std::string> names = {"HEAD"};
  git_check(git_reference_foreach_name(impl_->raw(), collect_tip, &names), "cannot list the refs");
  GitRevwalk walk;
  git_check(git_revwalk_new(walk.out(), impl_->raw()), "cannot walk the history");
  for (const std::string& name : names) {
    std::optional<git_oid> tip = commit_of_ref(impl_->raw(), name);
    if (!tip) continue;
    if (reach == Reach::tips) history.commit(&*tip);
    git_check(git_revwalk_push(walk.get(), &*tip), "cannot walk the history");
  }
  git_oid id;
  while (reach == Reach::history) {
    int code = git_revwalk_next(&id, walk.get());
    if (code == GIT_ITEROVER) break;
    git_check(code, "cannot walk the history");
    history.commit(&id);
  }
  history.index(impl_->fresh_index().get());
  return std::move(history.found);
}

}  // namespace mlo::repo
