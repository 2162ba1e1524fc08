#include "track/roots.hpp"

#include "base/error.hpp"
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

}  // namespace

void RunRoots::roots(Env& env, const store::RootSink& sink) {
  for (const std::string& id : run_ids(workspace_)) {
    env.check_cancelled();
    segment_roots(workspace_, id, sink);
    std::optional<Run> run = fold_run(id, read_run(workspace_, id));
    if (!run) continue;
    output_roots(*run, sink);
    for (const Input& input : run->inputs) {
      sink({input.digest, store::RootKind::any, "run " + id + " input " + input.name});
    }
  }
}

void RunChecker::check(Env& env, store::FsckSink& sink) {
  auto expect = [&](const store::Root& root) { sink.expect(root); };
  for (const std::string& id : run_ids(workspace_)) {
    env.check_cancelled();
    try {
      segment_roots(workspace_, id, expect);
      if (auto run = fold_run(id, read_run(workspace_, id))) output_roots(*run, expect);
    } catch (const Error& error) {
      sink.problem({"unreadable", "run " + id, error.message()});
    }
  }
}

}  // namespace mlo::track
