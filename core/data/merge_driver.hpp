// What `git merge` runs for a `*.mlo` that both sides changed (gitattributes(5), "Defining a custom merge
// driver"), and the way out of the conflicts that it leaves.
//
// The merged pointer replaces the file that git holds ours in. A conflict leaves both pointers there
// between git's usual markers, so that `git status` shows it and no command takes it for a pointer. That
// is also what becomes of a side that cannot be read or whose tree is not in the store: a merge never
// takes one side in silence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "data/merge.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct MergeDriverOptions {
  std::string base, ours, theirs;  ///< the files %O (empty: none), %A (rewritten) and %B
  std::string path;                ///< %P: the pointer, relative to git's work tree
  size_t marker_size = 7;          ///< %L
};

struct MergeDriverReport {
  std::string path;                      ///< the tracked path: without ".mlo"
  bool merged = false;                   ///< else `conflicts` or `problem` say why not
  std::vector<MergeConflict> conflicts;  ///< paths below `path`; "" is `path` itself
  std::string problem, hint;             ///< why no merge was tried
};

/// `directory`: the top of git's work tree, where git starts a driver.
MergeDriverReport merge_driver(Env& env, const std::string& directory,
                               const MergeDriverOptions& options);

/// Merges the three sides of an unmerged pointer in git's index again, with one side for what both
/// changed, and writes the pointer. `path` as typed, with or without ".mlo". Throws usage when git has
/// no conflict there or one side removed the pointer.
repo::Pointer resolve_merge(Env& env, repo::Workspace& workspace, const std::string& path,
                            Favor favor);

/// "ours sha256:0123456789ab (3.0 KiB), theirs removed".
std::string describe(const MergeConflict& conflict);

}  // namespace mlo::data
