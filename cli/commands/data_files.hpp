// How the data commands print files: a letter and the path, as git does, and the "files" list of --json.
#pragma once

#include <vector>

#include "cli/command.hpp"
#include "data/file_state.hpp"

namespace mlo::cli {

/// At most `limit` lines (0: all), then "... and n more".
void print_files(Output& out, const std::vector<data::FileState>& files, size_t limit = 0);
format::Value files_json(const std::vector<data::FileState>& files);

/// "1 file", "2 files".
std::string counted(uint64_t count, std::string_view one);

}  // namespace mlo::cli
