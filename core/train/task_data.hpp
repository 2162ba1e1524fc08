// The data of one training: the table, what is to be learnt from it, the split, the fitted encoder and
// the encoded rows. Made once, before anything is written; refuses data that cannot be learnt from, with
// the file and the column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "infer/encoder.hpp"
#include "infer/predictor.hpp"
#include "plugin/runtime.hpp"
#include "table/split.hpp"
#include "table/table.hpp"
#include "train/spec.hpp"

namespace mlo::train {

/// Encoded rows with their targets; batches are views into it.
struct Part {
  infer::Encoded inputs;
  std::vector<int64_t> labels;  ///< classification
  std::vector<double> values;   ///< regression
  size_t rows() const { return inputs.rows; }
};

struct TaskData {
  table::Table table;
  infer::Task task = infer::Task::classification;
  std::vector<std::string> classes;
  table::SplitOptions split_options;
  table::Split split;
  infer::Encoder encoder{std::vector<infer::InputColumn>{}};
  double target_mean = 0, target_std = 1;  ///< regression, of the training rows
  Part train, validation, test;
};

/// Reads CSV text; `name` is the file in messages.
TaskData prepare(std::string_view csv, const std::string& name, const TrainingSpec& spec);

/// The arch_json of mlo/plugin.h.
format::Value architecture(const TaskData& data, const TrainingSpec& spec);

/// One line per input column for people: "age  numeric, 12 missing".
std::vector<std::string> describe_columns(const TaskData& data);

}  // namespace mlo::train
