// What the git*.cpp files of this room share. Private to them.
#pragma once

#include <string>

#include "repo/git.hpp"
#include "repo/git_library.hpp"

namespace mlo::repo {

struct Git::Impl {
  GitRepository repository;

  git_repository* raw() const { return repository.get(); }
  /// HEAD's commit; empty when unborn.
  GitCommit head_commit() const;
  GitCommit commit_of(const std::string& rev) const;
  GitTree tree_of(const git_commit* commit) const;
  /// The repository's index, read again if it changed on disk.
  GitIndex fresh_index() const;
};

}  // namespace mlo::repo
