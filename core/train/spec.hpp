// trainings.NAME of mlo.yaml, read strictly: unknown keys, wrong types and values out of range are
// errors with file:line:column and the nearest right name.
//
//   trainings:
//     vocabulary:
//       data: data/train.csv              # a path, git:REV:PATH or sha256:HEX
//       target: high_vocab
//       task: classification              # or regression; default: from the target
//       columns: {age: numeric, id: ignore}
//       split: {train: 0.8, validation: 0.2, test: 0, by: stratified, seed: 1}
//       model: {builtin: mlp, hidden: [32, 16]}   # or {torchscript: file.pt}; further keys: the runtime's
//       optimizer: {name: adam, lr: 0.001}        # further keys: the runtime's
//       epochs: 20
//       batch_size: 256
//       metric: log_loss                  # which decides the best epoch
//       seed: 0
//       threads: 2
//       runtime: torch                    # NAME or NAME@VERSION
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "format/value.hpp"
#include "infer/predictor.hpp"
#include "plugin/discovery.hpp"
#include "repo/config.hpp"
#include "table/csv.hpp"
#include "table/split.hpp"

namespace mlo::train {

struct TrainingSpec {
  std::string name;
  std::string data;
  std::string target;
  std::optional<infer::Task> task;
  table::CsvOptions csv;  ///< types and ignored columns of `columns`
  table::SplitOptions split;
  bool split_by_given = false;  ///< else stratified for a classification, random for a regression
  std::string builtin;          ///< name of a built-in model, or empty:
  std::string module;           ///< path of the user's module
  bool scale = true;
  format::Value model;      ///< the runtime's options, with "builtin"; for arch_json
  format::Value optimizer;  ///< with "name", without "lr"
  double learning_rate = 0;
  int64_t epochs = 20;
  int64_t batch_size = 256;
  std::string metric;  ///< empty: log_loss or rmse
  uint64_t seed = 0;
  int threads = 1;
  plugin::PluginInfo runtime;
};

/// "key=value" with a dotted key ("optimizer.lr=0.01"), the value as YAML, over the entry of a training.
struct Override {
  std::string key;
  format::Value value;
};
/// Throws usage for text without '='.
Override parse_override(const std::string& text);

/// Which training: `name`, or the only one there is.
std::string choose_training(const repo::Config& config, const std::string& name);

/// Reads trainings.`name`, with overrides, and checks the model's and the optimizer's options against
/// the description of the runtime that it chooses from `plugins` (nothing is loaded).
TrainingSpec parse_training(const repo::Config& config, const std::string& name,
                            std::span<const Override> overrides,
                            std::span<const plugin::PluginInfo> plugins);

/// The resolved specification, as it goes into training.json and, flattened, into the run's parameters.
format::Value to_json(const TrainingSpec& spec);

}  // namespace mlo::train
