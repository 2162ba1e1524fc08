// Additions to a run from outside the process that made it: `track log`, `track remove` and `track
// restore`. Each opens a segment of its own, so nothing that was written is touched and a finished run
// can still be tagged. Durable when it returns.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "track/run.hpp"

namespace mlo::track {

struct ChangeOptions {
  std::string run;  ///< id, prefix or "latest"
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::string> untag;
  std::vector<std::pair<std::string, std::string>> params;  ///< numbers and booleans as such
  std::vector<std::pair<std::string, double>> metrics;
  int64_t step = 0;  ///< of the metrics
};

/// The run as it is afterwards. A change of nothing writes nothing.
Run change_run(Env& env, repo::Workspace& workspace, const ChangeOptions& options);

struct RemovalReport {
  std::string id;
  bool changed = true;     ///< false: it was so already, and nothing was written
  std::optional<Run> run;  ///< afterwards; nullopt where the run cannot be read
};
/// Hides the run (full id) from lists and from "latest", or shows it again. Also a damaged run, of
/// which not even the record can be read.
RemovalReport set_removed(Env& env, repo::Workspace& workspace, const std::string& id,
                          bool removed);

/// "KEY=VALUE"; throws usage, naming `what`.
std::pair<std::string, std::string> parse_assignment(std::string_view text, std::string_view what);

}  // namespace mlo::track
