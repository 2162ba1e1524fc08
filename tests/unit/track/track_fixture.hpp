// A workspace of one test.
#pragma once

#include "repo/init.hpp"
#include "repo/workspace.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"
#include "track/run_writer.hpp"

namespace mlo::test {

struct TrackFixture {
  TrackFixture() {
    repo::init(test.env, dir.path());
    workspace.emplace(repo::Workspace::open(test.env, dir.path()));
  }
  repo::Workspace& ws() { return *workspace; }

  /// A finished run with one parameter and one metric.
  std::string finished(const std::string& name, const format::Value& lr, double auc) {
    track::RunStart start;
    start.name = name;
    start.params = {{"lr", lr}};
    auto writer = track::RunWriter::start(test.env, ws(), start);
    test.clock.advance(1'000'000'000);
    writer.metric("val/auc", 1, auc);
    writer.finish(track::Status::finished);
    return writer.id();
  }

  TestEnv test;
  TempDir dir;
  std::optional<repo::Workspace> workspace;
};

}  // namespace mlo::test
