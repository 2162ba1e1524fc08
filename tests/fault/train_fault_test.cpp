// A whole training on the toy runtime, from its first write to the run's end.
#include <catch2/catch.hpp>

#include "support/fault_driver.hpp"
#include "track/list.hpp"
#include "train/train.hpp"
#include "workspace_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

void make_training(TestEnv& test, const TempDir& dir) {
  make_workspace(test, dir);
  std::string rows = "x,c,high\n";
  for (int i = 0; i < 40; ++i) {
    rows += std::to_string(i % 10) + "," + (i % 3 == 0 ? "a" : "b") + "," +
            (i % 10 + i % 3 > 5 ? "yes" : "no") + "\n";
  }
  dir.write("w/data/train.csv", rows);
  dir.write("w/mlo.yaml",
            "trainings:\n"
            "  t:\n"
            "    data: data/train.csv\n"
            "    target: high\n"
            "    runtime: toy\n"
            "    model: {builtin: linear}\n"
            "    epochs: 2\n"
            "    batch_size: 16\n"
            "    seed: 7\n");
}

}  // namespace

TEST_CASE("train survives every fault") {
  std::string model;
  auto operation = [](TestEnv& test, const TempDir& dir) {
    auto workspace = open_workspace(test, dir);
    train::TrainOptions options;
    options.training = "t";
    options.plugin_path = {MLO_TEST_PLUGINS};
    train::train(test.env, workspace, options);
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    size_t finished = 0;
    for (const track::Run& run : track::list_runs(test.env, workspace)) {
      INFO("run is " << track::status_name(run.status) << " " << run.message);
      CHECK(run.status != track::Status::running);
      if (run.status != track::Status::finished) continue;
      ++finished;
      CHECK(run.outputs.size() == 5);
      CHECK(run.inputs.size() == 1);
      CHECK(workspace.store().contains(run.inputs.at(0).digest));
      REQUIRE(run.model);
      // The same data and seed: the same model, however often it took.
      std::string bytes = workspace.store().read(*run.model);
      if (model.empty()) model = bytes;
      CHECK(bytes == model);
    }
    if (outcome == Outcome::completed) CHECK(finished > 0);
  };
  for_every_fault("train", {.setup = make_training, .operation = operation, .check = check});
}
