// Where walks over all of git's history begin. Private to the git*.cpp files of this room.
#pragma once

#include <git2.h>

#include <string>
#include <unordered_set>
#include <vector>

#include "repo/git.hpp"

namespace mlo::repo {

struct GitTips {
  std::vector<git_oid> commits;      ///< each is there; some may stand twice
  std::vector<std::string> indexes;  ///< index files of all work trees
};

/// Refs, HEAD, MERGE_HEAD and the like of every work tree, and all stashes; for Reach::history what
/// the reflogs name, too, as far as git has not pruned it yet. The files of linked work trees are read
/// directly: the tree itself may be on a disk that is not mounted.
GitTips collect_tips(git_repository* repository, const std::string& common_dir, Reach reach);

/// Commits whose parents are not here, from the file `shallow` (libgit2 1.5 does not know it).
std::unordered_set<std::string> shallow_commits(const std::string& common_dir);

}  // namespace mlo::repo
