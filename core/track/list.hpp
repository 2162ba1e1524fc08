// Lists of runs: filter, sort, limit. Reads through index.db, a cache that is rebuilt from the
// segments when it is missing, damaged, old or locked; the answer is the same without it, only
// later.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "track/run.hpp"

namespace mlo::track {

struct ListOptions {
  /// The language of filter.hpp; empty: all runs.
  std::string filter = "";
  /// A field, descending with a leading '-'; runs that lack it come last. Empty: latest start
  /// first.
  std::string sort = "";
  size_t limit = 0;      ///< 0: all
  bool removed = false;  ///< also runs that were removed
};

/// A run that cannot be read is left out, with a warning.
std::vector<Run> list_runs(Env& env, repo::Workspace& workspace, const ListOptions& options = {});

/// The ids of all runs that have a directory, sorted; removed ones too.
std::vector<std::string> run_ids(repo::Workspace& workspace);

}  // namespace mlo::track
