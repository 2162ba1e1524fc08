// `mlo data status`: the work tree against its pointers. Reads only files that the stat index does not
// know, and records what it learned there (an unwritable index is no error). 20,000 unchanged files:
// see README's table.
#pragma once

#include <string>
#include <vector>

#include "data/file_state.hpp"
#include "repo/source.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct StatusOptions {
  std::vector<std::string> paths;  ///< as typed; empty: everything
};

/// Imported data and where it came from.
struct Imported {
  std::string path;
  repo::Source source;
};

struct StatusReport {
  std::vector<FileState> files;   ///< what differs, by path; a whole missing directory is one entry
  std::vector<Imported> imports;  ///< among the pointers that were looked at
  uint64_t pointers = 0;          ///< that were looked at
  uint64_t hashed = 0;            ///< files whose content had to be read
  uint64_t unreadable = 0;        ///< of `files`: of which the state is not known
  uint64_t evicted = 0;  ///< files and whole directories that `data evict` took away: no difference
  bool clean() const { return files.empty(); }
};

StatusReport status(Env& env, repo::Workspace& workspace, const StatusOptions& options);

}  // namespace mlo::data
