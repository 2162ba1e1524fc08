// `mlo data diff [REV [REV]] [PATH...]`: which files differ between two commits, a commit and the work
// tree, or the pointers and the work tree. Commits are compared through their pointers, file by file;
// equal subtrees are never opened.
#pragma once

#include <string>
#include <vector>

#include "data/file_state.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct DiffOptions {
  /// As typed: first at most two revisions, then paths. An argument is a revision if git knows it and
  /// nothing in the work tree has its name.
  std::vector<std::string> arguments;
};

struct DiffReport {
  std::string from;                ///< commit; empty: the pointers of the work tree
  std::string to;                  ///< commit; empty: the work tree
  std::vector<std::string> paths;  ///< the PATH arguments, relative to the root
  std::vector<FileState> files;
  /// Pointers that could not be read, one message each: what they name is not compared.
  std::vector<std::string> problems;
};

DiffReport diff(Env& env, repo::Workspace& workspace, const DiffOptions& options);

}  // namespace mlo::data
