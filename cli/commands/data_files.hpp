// How the data commands print files: a letter and the path, as git does, and the "files" list of --json.
#pragma once

#include <vector>

#include "cli/command.hpp"
#include "data/file_state.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {

/// At most `limit` lines (0: all), then "... and n more". Paths as seen from the directory that the
/// command was called in.
void print_files(Output& out, const repo::Workspace& workspace,
                 const std::vector<data::FileState>& files, size_t limit = 0);
/// The same relative to the root, where there may be no workspace.
void print_files(Output& out, const std::vector<data::FileState>& files, size_t limit = 0);
format::Value files_json(const std::vector<data::FileState>& files);

format::Value paths_json(const std::vector<std::string>& paths);
/// "to commit: git add -A -- ..." for files that changed (relative to the root).
std::string commit_line(const repo::Workspace& workspace, const std::vector<std::string>& changed);

}  // namespace mlo::cli
