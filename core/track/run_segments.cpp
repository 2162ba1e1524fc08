#include "track/run_segments.hpp"

#include <algorithm>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "store/object_store.hpp"
#include "track/head.hpp"
#include "track/list.hpp"
#include "track/run.hpp"
#include "track/segment.hpp"

namespace mlo::track {
namespace {

constexpr std::string_view kLogSuffix = ".log";

std::string read_segment(repo::Workspace& workspace, const SegmentPlace& place) {
  return place.object ? workspace.store().read(*place.object) : read_file(place.path);
}

}  // namespace

std::string run_directory(const repo::Workspace& workspace, std::string_view id) {
  return join_path(workspace.runs_dir(), id);
}

std::vector<std::string> run_ids(repo::Workspace& workspace) {
  auto ids = names_in(workspace.runs_dir());
  std::erase_if(ids, [](const std::string& name) { return !is_run_id(name); });
  return ids;
}

std::vector<SegmentPlace> run_segments(const repo::Workspace& workspace, std::string_view id) {
  const std::string directory = run_directory(workspace, id);
  std::vector<SegmentPlace> places;
  // Logs first: a compaction in between then shows a segment twice, and never not at all.
  const auto names = names_in(directory);
  const std::string head = join_path(directory, "head");
  if (const auto text = read_file_if_exists(head)) {
    for (auto& segment : parse_head(*text, head)) {
      places.push_back({std::move(segment.writer), "", segment.digest, segment.size});
    }
  }
  const size_t compacted = places.size();
  for (std::string_view name : names) {
    if (!name.ends_with(kLogSuffix)) continue;
    const std::string writer(name.substr(0, name.size() - kLogSuffix.size()));
    const auto listed = [&](const SegmentPlace& place) { return place.writer == writer; };
    const auto end = places.begin() + static_cast<std::ptrdiff_t>(compacted);
    if (!is_writer_id(writer) || std::any_of(places.begin(), end, listed)) continue;
    places.push_back({writer, join_path(directory, name), std::nullopt, 0});
  }
  std::sort(places.begin(), places.end(),
            [](const auto& a, const auto& b) { return a.writer < b.writer; });
  return places;
}

static RunEvents read_segments(repo::Workspace& workspace, std::string_view id) {
  RunEvents run;
  for (const auto& place : run_segments(workspace, id)) {
    // Asked before reading: a writer that ends in between is read with its end.
    if (!place.object && segment_held(place.path)) run.held.push_back(place.writer);
    const std::string name = place.object ? place.object->text() : place.path;
    run.segments.push_back(decode_segment(read_segment(workspace, place), id, place.writer, name));
  }
  return run;
}

RunEvents read_run(repo::Workspace& workspace, std::string_view id) {
  try {
    return read_segments(workspace, id);
  } catch (const Error& error) {
    if (error.system_code() != ENOENT) throw;
    return read_segments(workspace, id);  // a compaction took a log away between look and reading
  }
}

}  // namespace mlo::track
