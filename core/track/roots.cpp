#include "track/roots.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "track/fold.hpp"
#include "track/list.hpp"
#include "track/run_segments.hpp"

namespace mlo::track {
namespace {

void segment_roots(repo::Workspace& workspace, const std::string& id, const store::RootSink& sink) {
  for (const SegmentPlace& place : run_segments(workspace, id)) {
    if (place.object) sink({*place.object, store::RootKind::blob, "run " + id});
  }
}

void output_roots(const Run& run, const store::RootSink& sink) {
  std::string referrer = "run " + run.id;
  for (const Output& output : run.outputs) {
    sink({output.digest, store::RootKind::any, referrer + " output " + output.path});
  }
  if (run.model) sink({*run.model, store::RootKind::any, referrer + " model"});
}

/// Untracked files that were too large for the snapshot of a dirty tree: they stand in the start
/// event (event.hpp) alone, for no command shows them.
void large_file_roots(const RunEvents& events, const std::string& id, const store::RootSink& sink) {
  for (const SegmentEvents& segment : events.segments) {
    for (const Record& record : segment.records) {
      const format::Value& large = record.value["large"];
      if (record.value["event"].as_string() != "start" || !large.is_array()) continue;
      for (const format::Value& file : large.as_array()) {
        const auto digest = parse_digest(file["digest"].as_string());
        if (!digest) throw failure("the start event has a malformed digest");
        sink({*digest, store::RootKind::blob, "run " + id + " file " + file["name"].as_string()});
      }
    }
  }
}

void all_roots(repo::Workspace& workspace, const std::string& id, const store::RootSink& sink) {
  segment_roots(workspace, id, sink);
  const RunEvents events = read_run(workspace, id);
  for (const SegmentEvents& segment : events.segments) {
    if (segment.damaged) throw failure("segment " + segment.writer + " is damaged");
  }
  large_file_roots(events, id, sink);
  const std::optional<Run> run = fold_run(id, events);
  if (!run) return;
  output_roots(*run, sink);
  for (const Input& input : run->inputs) {
    store::Root root{input.digest, store::RootKind::any, "run " + id + " input " + input.name};
    root.may_be_absent = true;
    sink(root);
  }
}

void check_run(repo::Workspace& workspace, const std::string& id, store::FsckSink& sink) {
  const auto expect = [&](const store::Root& root) { sink.expect(root); };
  segment_roots(workspace, id, expect);
  const RunEvents events = read_run(workspace, id);
  for (const SegmentEvents& segment : events.segments) {
    if (!segment.damaged) continue;
    sink.problem({"damaged", "run " + id,
                  fmt::format("segment {}: its last {} bytes do not hold", segment.writer,
                              segment.dropped)});
  }
  large_file_roots(events, id, expect);
  if (const auto run = fold_run(id, events)) output_roots(*run, expect);
}

}  // namespace

// Not one run may be left out: gc would take away what only its events name.
void RunRoots::roots(Env& env, const store::RootSink& sink) {
  for (const std::string& id : run_ids(workspace_)) {
    env.check_cancelled();
    try {
      all_roots(workspace_, id, sink);
    } catch (const Error& error) {
      if (error.code() == Exit::interrupted) throw;
      throw failure("run " + id + " cannot be read, nor what it needs: " + error.message(),
                    "'mlo fsck' lists what is damaged; to give the run up, remove " +
                        quoted(run_directory(workspace_, id)));
    }
  }
}

void RunChecker::check(Env& env, store::FsckSink& sink) {
  for (const std::string& id : run_ids(workspace_)) {
    env.check_cancelled();
    try {
      check_run(workspace_, id, sink);
    } catch (const Error& error) {
      if (error.code() == Exit::interrupted) throw;
      sink.problem({"unreadable", "run " + id, error.message()});
    }
  }
}

}  // namespace mlo::track
