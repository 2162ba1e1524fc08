// `mlo data list`: what is tracked here, and whether its content is in the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/file_state.hpp"
#include "repo/pointer.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct ListOptions {
  std::vector<std::string> paths;  ///< as typed; empty: everything
  bool recursive = false;          ///< the files inside tracked directories too
};

struct ListedData {
  FileState file;  ///< stored or missing
  repo::Pointer::Type type = repo::Pointer::Type::file;
  uint64_t files = 1;
  std::optional<repo::Source> source = std::nullopt;  ///< imported data
};

struct ListReport {
  std::vector<ListedData> entries;
};

ListReport list(Env& env, repo::Workspace& workspace, const ListOptions& options);

}  // namespace mlo::data
