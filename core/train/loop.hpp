// The training loop, which belongs to the host: order of rows, epochs, metrics, the best epoch,
// cancellation and progress. The runtime's trainer only does steps and evaluations, so every runtime trains by
// the same rules. The order of rows is a permutation from (seed, epoch): equal on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "plugin/runtime.hpp"
#include "train/metrics.hpp"
#include "train/spec.hpp"
#include "train/task_data.hpp"

namespace mlo::train {

struct EpochReport {
  int64_t epoch = 0;  ///< from 1
  /// "train.loss", "train.accuracy", ..., "validation.roc_auc", ...
  std::vector<Metric> metrics;
};

struct LoopResult {
  std::optional<plugin::Model> best;
  EpochReport best_epoch;
  int64_t epochs = 0;
};

/// The metric that decides, as it is logged: "validation.log_loss"; of the training rows where there are
/// no validation rows. Throws usage when the task has no such metric.
std::string deciding_metric(const TaskData& data, const TrainingSpec& spec);

/// Throws when the runtime cannot train this model: wrong options, nothing to train.
plugin::Trainer new_trainer(const TaskData& data, const TrainingSpec& spec,
                            const plugin::Model& model);

/// Calls `each` after every epoch. Throws interrupted() on cancellation and failure when the loss
/// is no longer finite or the deciding metric is defined in no epoch.
LoopResult run_epochs(Env& env, const TaskData& data, const TrainingSpec& spec,
                      const plugin::Model& model,
                      const std::function<void(const EpochReport&)>& each);

/// The metrics of a part under `trainer`, with "<prefix>." before each name.
std::vector<Metric> evaluate_part(plugin::Trainer& trainer, const TaskData& data, const Part& part,
                                  const std::string& prefix);
/// The same for an immutable model.
std::vector<Metric> evaluate_part(const plugin::Model& model, int threads, const TaskData& data,
                                  const Part& part, const std::string& prefix);

}  // namespace mlo::train
