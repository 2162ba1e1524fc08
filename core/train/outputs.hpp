// What a training leaves behind, as bytes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "format/value.hpp"
#include "plugin/runtime.hpp"
#include "train/loop.hpp"
#include "train/spec.hpp"
#include "train/task_data.hpp"

namespace mlo::train {

struct OutputFile {
  std::string path;
  std::string bytes;
};

/// model.pt, encoder.json, profile.json, samples.json, training.json. The model is opened from its saved
/// bytes for the samples: what is sampled is what will be served.
std::vector<OutputFile> make_outputs(const TaskData& data, const TrainingSpec& spec,
                                     const plugin::Runtime& runtime, const LoopResult& result,
                                     const std::vector<Metric>& metrics);

}  // namespace mlo::train
