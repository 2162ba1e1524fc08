// Files in every commit that anything refers to. A tree is opened once, however many commits share
// it: 10,000 commits that change one file each cost 10,000 small trees, not 10,000 work trees.
#include <set>
#include <unordered_set>

#include "base/text.hpp"
#include "repo/git_impl.hpp"
#include "repo/git_shallow.hpp"
#include "repo/git_tips.hpp"

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

}  // namespace

std::vector<GitVersion> Git::versions(Reach reach,
                                      const std::function<bool(std::string_view)>& wanted) {
  History history(impl_->raw(), wanted);
  GitTips tips = collect_tips(impl_->raw(), common_dir_, reach);
  auto boundary = shallow_commits(common_dir_);
  std::unordered_set<std::string> seen;
  // Newest first as far as the refs go; every commit once.
  std::vector<git_oid> pending(tips.commits.rbegin(), tips.commits.rend());
  while (!pending.empty()) {
    git_oid id = pending.back();
    pending.pop_back();
    if (!seen.insert(hex_of(&id)).second) continue;
    history.commit(&id);
    if (boundary.contains(hex_of(&id))) continue;
    GitCommit commit;
    git_check(git_commit_lookup(commit.out(), impl_->raw(), &id), "cannot walk the history");
    if (reach == Reach::tips) {
      // A stash keeps the index and the untracked files in its second and third parent.
      for (unsigned i = 1; i < git_commit_parentcount(commit.get()); ++i) {
        const git_oid* parent = git_commit_parent_id(commit.get(), i);
        if (seen.insert(hex_of(parent)).second) history.commit(parent);
      }
      continue;
    }
    for (unsigned i = git_commit_parentcount(commit.get()); i-- > 0;) {
      pending.push_back(*git_commit_parent_id(commit.get(), i));
    }
  }
  history.index(impl_->fresh_index().get());
  for (const std::string& file : tips.indexes) {
    GitIndex index;
    git_check(git_index_open(index.out(), file.c_str()), "cannot open git's index " + quoted(file));
    git_check(git_index_read(index.get(), 0), "cannot read git's index " + quoted(file));
    history.index(index.get());
  }
  return std::move(history.found);
}

bool is_shallow(const Git& git) { return !shallow_commits(git.common_dir()).empty(); }

std::vector<std::string> Git::tips() {
  std::set<std::string> commits;
  for (const git_oid& tip : collect_tips(impl_->raw(), common_dir_, Reach::tips).commits) {
    commits.insert(hex_of(&tip));
  }
  return {commits.begin(), commits.end()};
}

}  // namespace mlo::repo
