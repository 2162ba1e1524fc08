// Compaction: closed segments of a run become store objects listed in its head (head.hpp), so that
// a finished run is one small file and its events live where gc, fsck, push and pull look. Order:
// objects durable, then the head durable, then the logs go; a crash at any point leaves every event
// readable. Holds the workspace lock. Segments that a living writer holds stay as they are, and so
// do damaged ones, with a warning.
#pragma once

#include <cstdint>
#include <string>

#include "track/run.hpp"

namespace mlo::track {

struct CompactReport {
  std::string id;
  uint64_t segments = 0;  ///< moved into the store
  uint64_t bytes = 0;
  uint64_t dropped = 0;  ///< bytes of torn tails
};

/// All runs; `id` of the report stays empty, `runs` counts those that changed. Each run is whole at
/// every moment, so an interrupted one continues where it stopped.
struct CompactAllReport : CompactReport {
  uint64_t runs = 0;
};
CompactAllReport compact_runs(Env& env, repo::Workspace& workspace);

/// `id`: full.
CompactReport compact_run(Env& env, repo::Workspace& workspace, const std::string& id);

}  // namespace mlo::track
