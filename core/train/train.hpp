// `mlo train`: a training of mlo.yaml becomes a run. Everything that can be wrong with the
// configuration, the data or the module is found before anything is written. Then: inputs into the store, the
// run's start, the epochs, the outputs into the store, the inputs checked again, the run's end. A
// failure or a signal in between ends the run as failed or interrupted, with what it had logged.
//
// Outputs of a finished run (the parts of a package): model.pt, encoder.json, profile.json,
// samples.json, training.json.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "format/value.hpp"
#include "repo/workspace.hpp"
#include "train/metrics.hpp"

namespace mlo::train {

struct TrainOptions {
  std::string training;  ///< key of `trainings`; empty: the only one
  std::string run_name;  ///< empty: a generated one
  std::string experiment;
  std::vector<std::string> overrides;  ///< "optimizer.lr=0.01"
  std::vector<std::string> tags;       ///< "KEY=VALUE"
  std::vector<std::string> plugin_path;
  std::vector<std::string> command;  ///< for the record
  std::string version;               ///< of mlo, for the record
  bool store_inputs = true;
};

struct TrainReport {
  std::string run, name, training, version;
  std::string task;
  std::string target;
  std::vector<std::string> classes;
  std::vector<std::pair<std::string, std::string>> columns;  ///< name, type
  size_t train_rows = 0, validation_rows = 0, test_rows = 0;
  int64_t epochs = 0, best_epoch = 0;
  std::string metric;           ///< which decided
  std::vector<Metric> metrics;  ///< of the best epoch, and of the test rows
  Digest model;
  int64_t nanoseconds = 0;
};

TrainReport train(Env& env, repo::Workspace& workspace, const TrainOptions& options);

format::Value to_json(const TrainReport& report);

}  // namespace mlo::train
