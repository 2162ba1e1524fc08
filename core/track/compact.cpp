#include "track/compact.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "repo/workspace.hpp"
#include "store/batch.hpp"
#include "track/head.hpp"
#include "track/list.hpp"
#include "track/run_segments.hpp"
#include "track/segment.hpp"

namespace mlo::track {

CompactReport compact_run(Env& env, repo::Workspace& workspace, const std::string& id) {
  const auto lock = workspace.lock();
  const std::string directory = run_directory(workspace, id);
  CompactReport report;
  report.id = id;
  std::vector<HeadSegment> head;
  std::vector<Descriptor> claims;  // until their logs are gone
  store::Batch batch(workspace.store_for_writing());
  for (const auto& place : run_segments(workspace, id)) {
    if (place.object) {
      head.push_back({place.writer, *place.object, place.size});
      continue;
    }
    Descriptor claim = claim_segment(place.path);
    if (!claim) continue;
    const std::string bytes = read_file(place.path);
    const auto scan = scan_segment(bytes, id, place.writer, place.path, [](auto, auto) {});
    if (scan.valid == 0) continue;  // its header was never whole
    if (scan.damaged) {             // what follows may still be saved by hand
      env.reporter.warn(fmt::format("run {}: segment {} is damaged and stays as it is",
                                    id.substr(0, 8), place.writer));
      continue;
    }
    const auto digest = batch.add(std::string_view(bytes).substr(0, scan.valid));
    head.push_back({place.writer, digest, scan.valid});
    claims.push_back(std::move(claim));
    ++report.segments;
    report.bytes += scan.valid;
    report.dropped += scan.dropped;
  }
  if (report.segments > 0) {
    std::sort(head.begin(), head.end(),
              [](const auto& a, const auto& b) { return a.writer < b.writer; });
    const auto hold = batch.commit();
    write_file_atomically(env.files, join_path(directory, "head"), format_head(head));
  }
  // Also the logs that an interrupted compaction left behind.
  for (const auto& segment : head) {
    const std::string log = join_path(directory, segment.writer + ".log");
    if (exists(log)) env.files.unlink(log);
  }
  return report;
}

CompactAllReport compact_runs(Env& env, repo::Workspace& workspace) {
  CompactAllReport all;
  for (const auto& id : run_ids(workspace)) {
    env.check_cancelled();
    const auto one = compact_run(env, workspace, id);
    all.runs += one.segments > 0 ? 1 : 0;
    all.segments += one.segments;
    all.bytes += one.bytes;
    all.dropped += one.dropped;
  }
  return all;
}

}  // namespace mlo::track
