#include "base/text.hpp"
#include "cli/commands.hpp"
#include "repo/workspace.hpp"
#include "track/compact.hpp"

namespace mlo::cli {

Action declare_track_gc(OptionParser&) {
  return [](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto report = track::compact_runs(context.env, workspace);
    if (context.json) {
      context.out.document(format::Value::object()
                               .set("runs", report.runs)
                               .set("segments", report.segments)
                               .set("bytes", report.bytes)
                               .set("dropped", report.dropped));
    } else if (report.segments == 0) {
      context.out.line("nothing to compact");
    } else {
      context.out.line("compacted " + std::to_string(report.segments) + " segments of " +
                       std::to_string(report.runs) + " runs into the store (" +
                       human_size(report.bytes) + ")");
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
