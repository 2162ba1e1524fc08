// The git repository around the workspace, through libgit2: local objects, refs and the index, nothing
// of the network. libgit2 is initialised on first open. Opened from the environment as git does it
// (GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, GIT_CEILING_DIRECTORIES), because hooks set these.
//
// All paths are relative to the work tree's top, with '/', no leading "./". A commit is 40 hex digits.
// Unborn and detached HEADs are normal states. Not thread-safe; one object per thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"

namespace mlo::repo {

struct GitEntry {
  std::string path;   ///< relative to the work tree
  uint32_t mode = 0;  ///< as git writes it
  std::string id;
  bool is_directory() const { return (mode & 0170000) == 0040000; }
  bool is_file() const { return (mode & 0170000) == 0100000; }
  bool is_link() const { return (mode & 0170000) == 0120000; }
};

/// How one path differs: between HEAD and the index (`staged`) and index and work tree.
struct GitChange {
  std::string path;
  enum class State { clean, untracked, modified, added, deleted, renamed, ignored };
  State staged = State::clean;
  State work_tree = State::clean;
};

/// One version of a file, with where it was first met.
struct GitVersion {
  std::string path;
  std::string commit;  ///< empty: the index
  std::string bytes;
};
enum class Reach { history, tips };

/// The sides of an unmerged path in the index; nullopt where that side has no such file.
struct GitConflict {
  std::optional<std::string> base, ours, theirs;
};

/// Where git looks for hooks.
struct HooksDirectory {
  std::string path;  ///< absolute
  /// core.hooksPath comes from the user's or the system's configuration, so other repositories use it.
  bool from_outside = false;
  bool configured = false;  ///< by core.hooksPath
};

/// A file that the next commit changes, as the index holds it.
struct StagedFile {
  std::string path;
  uint64_t size = 0;  ///< of the blob: what enters the repository
};

struct Author {
  std::string name;
  std::string email;
};

class Git {
 public:
  /// The repository at or above `directory`; nullptr when there is none. Throws for a repository of
  /// another user, with git's safe.directory hint.
  static std::unique_ptr<Git> open(Env& env, const std::string& directory);
  ~Git();

  /// Absolute, without a final slash.
  const std::string& work_tree() const { return work_tree_; }
  /// This work tree's own git directory, and the one shared by all linked work trees.
  const std::string& git_dir() const { return git_dir_; }
  const std::string& common_dir() const { return common_dir_; }
  /// The main work tree of a linked one; equal to work_tree() otherwise.
  const std::string& main_work_tree() const { return main_work_tree_; }

  /// nullopt: HEAD is unborn.
  std::optional<std::string> head();
  /// Short name, also of an unborn branch; nullopt: detached.
  std::optional<std::string> branch();
  /// The commit that `rev` names ("HEAD~2", tag, short id); throws usage with git's reason.
  std::string resolve(const std::string& rev);
  /// The bytes of a file at `rev`; nullopt when there is no such file. A symbolic link gives its target.
  std::optional<std::string> read_file(const std::string& rev, const std::string& path);
  /// Every file below `directory` ("" for all), recursively, whose name ends with `suffix`.
  std::vector<GitEntry> list_files(const std::string& rev, const std::string& directory = "",
                                   std::string_view suffix = {});
  /// Unix seconds of the committer, and the first line of the message.
  int64_t commit_time(const std::string& commit);
  std::string commit_subject(const std::string& commit);
  Author commit_author(const std::string& commit);
  /// Empty for a root commit.
  std::vector<std::string> commit_parents(const std::string& commit);
  /// Each version of each file whose path `wanted` accepts, once: in the commits and indexes that
  /// git_tips.hpp lists, and in all they reach (as far as they are here). Throws on a missing object.
  std::vector<GitVersion> versions(Reach reach,
                                   const std::function<bool(std::string_view path)>& wanted);
  /// The commits that git_tips.hpp lists, each once.
  std::vector<std::string> tips();
  /// Commits that `rev` reaches, newest first, at most `limit`.
  std::vector<std::string> log(const std::string& rev, size_t limit);

  /// In the index: the path itself, or anything below it.
  bool is_tracked(const std::string& path);
  bool tracks_below(const std::string& directory);
  /// The index entries below a directory ("" for all) whose name ends with `suffix`.
  std::vector<GitEntry> list_index(const std::string& directory = "", std::string_view suffix = {});
  /// The bytes of a blob; nullopt when it is larger than `limit` or not here (a partial clone).
  std::optional<std::string> read_blob(const std::string& id, size_t limit);
  /// A value of git's configuration ("lfs.storage"); nullopt where it is not set.
  std::optional<std::string> setting(const std::string& name);
  /// In the index or in HEAD: the path itself or anything below it.
  bool carries(const std::string& path);
  bool is_ignored(const std::string& path);
  HooksDirectory hooks_directory();
  /// A rebase is under way.
  bool is_rebasing() const;
  /// nullopt: the path is merged.
  std::optional<GitConflict> conflict(const std::string& path);
  /// Files that the index has and HEAD has not, or otherwise, by path; no submodules, no removals.
  /// Sizes come from the objects' headers: 10,000 files cost 0.1 s.
  std::vector<StagedFile> staged_files();
  /// Those of `paths` (all when empty) that are not clean; untracked ones as such, ignored ones never.
  std::vector<GitChange> status(std::span<const std::string> paths = {});
  /// Tracked files changed, or untracked ones not ignored: what makes a run's commit not the whole truth.
  bool is_dirty();

  /// user.name and user.email; throws with git's hint when they are not set and cannot be guessed.
  Author author();
  /// Commits exactly these files (nullopt content removes) on HEAD, whatever else the index holds:
  /// blobs, the work tree's files, their index entries (so that `git status` is clean for them and
  /// unchanged for all others), then a commit from a private index over HEAD's tree and HEAD's ref
  /// moved by compare-and-swap, again on the new HEAD when another git was faster, for two seconds.
  /// Returns the commit; nullopt if it would not change HEAD's tree. When it throws, files and index
  /// are put back as far as possible.
  std::optional<std::string> commit_files(
      const std::string& message, const std::map<std::string, std::optional<std::string>>& files);
  /// The work tree as a commit on the chain refs/mlo/dirty (parents: the chain's last, HEAD), without
  /// touching index or work tree; untracked files above `limit` bytes are left out and returned in
  /// `large`. nullopt when nothing is dirty.
  std::optional<std::string> snapshot_dirty(const std::string& message, uint64_t limit,
                                            std::vector<std::string>* large);

 private:
  struct Impl;
  struct FileCommit;
  Git(Env& env, std::unique_ptr<Impl> impl);
  void publish_files(const std::map<std::string, std::optional<std::string>>& files);
  std::optional<std::string> commit_over_head(const FileCommit& what);
  Env& env_;
  std::unique_ptr<Impl> impl_;
  std::string work_tree_, git_dir_, common_dir_, main_work_tree_;
};

/// The id that git gives these bytes as a file.
std::string git_blob_id(std::string_view bytes);

/// The version of libgit2 in use ("1.5.1").
std::string git_library_version();

}  // namespace mlo::repo
