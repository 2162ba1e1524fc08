// Where the segments of a run are (files in its directory, objects listed in its head) and how to
// read them. The ground under load_run, list_runs, compaction, gc and fsck.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "repo/workspace.hpp"
#include "track/event.hpp"

namespace mlo::track {

struct SegmentPlace {
  std::string writer;
  std::string path;              ///< of the log; empty for a compacted segment
  std::optional<Digest> object;  ///< of a compacted segment
  uint64_t size = 0;             ///< of the object
};

std::string run_directory(const repo::Workspace& workspace, std::string_view id);

/// Sorted by writer; empty when the run has no directory.
std::vector<SegmentPlace> run_segments(const repo::Workspace& workspace, std::string_view id);

/// A run as it is read: events of all segments, and whether somebody still writes.
struct RunEvents {
  std::vector<SegmentEvents> segments;
  std::vector<std::string> held;  ///< writers that are alive
};
RunEvents read_run(repo::Workspace& workspace, std::string_view id);

}  // namespace mlo::track
