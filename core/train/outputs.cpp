#include "train/outputs.hpp"

#include <algorithm>

#include "format/json.hpp"
#include "infer/samples.hpp"
#include "train/environment.hpp"
#include "train/reference_profile.hpp"

namespace mlo::train {

namespace {

using format::Value;

constexpr size_t kSampleRows = 32;

/// Rows spread evenly over the training rows.
std::vector<uint32_t> sample_rows(const TaskData& data) {
  const auto& rows = data.split.train;
  size_t count = std::min(kSampleRows, rows.size());
  std::vector<uint32_t> out;
  for (size_t i = 0; i < count; ++i) out.push_back(rows[i * rows.size() / count]);
  return out;
}

std::string samples(const TaskData& data, const plugin::Model& model) {
  infer::Predictor predictor(data.encoder, model, data.task, data.classes);
  table::RawRows rows;
  data.table.fill(rows, sample_rows(data));
  return infer::make_samples(predictor, rows);
}

Value signature(const plugin::Model& model) {
  const plugin::Signature& s = model.signature();
  Value cardinalities = Value::array();
  for (int64_t size : s.cardinalities) cardinalities.push(size);
  return Value::object()
      .set("format", s.format)
      .set("numeric", s.numeric)
      .set("cardinalities", std::move(cardinalities))
      .set("outputs", s.outputs);
}

std::string training_json(const TaskData& data, const TrainingSpec& spec,
                          const plugin::Runtime& runtime, const LoopResult& result,
                          const std::vector<Metric>& metrics) {
  Value out = to_json(spec);
  Value values = Value::object();
  for (const Metric& metric : metrics) values.set(metric.name, metric.value);
  Value classes = Value::array();
  for (const std::string& name : data.classes) classes.push(name);
  out.set("mlo_training", 1)
      .set("name", spec.name)
      .set("task", infer::task_name(data.task))
      .set("classes", std::move(classes))
      .set("rows", Value::object()
                       .set("train", data.train.rows())
                       .set("validation", data.validation.rows())
                       .set("test", data.test.rows()))
      .set("metric", deciding_metric(data, spec))
      .set("best_epoch", result.best_epoch.epoch)
      .set("metrics", std::move(values))
      .set("signature", signature(*result.best))
      .set("runtime", describe_runtime(runtime));
  return format::canonical_json(out);
}

}  // namespace

std::vector<OutputFile> make_outputs(const TaskData& data, const TrainingSpec& spec,
                                     const plugin::Runtime& runtime, const LoopResult& result,
                                     const std::vector<Metric>& metrics) {
  std::string bytes = result.best->save();
  plugin::Model model = runtime.open(bytes, "model.pt");
  drift::Profile profile = profile_table(data.table, data.split.train, data.encoder.column_names());
  return {{"model.pt", std::move(bytes)},
          {"encoder.json", data.encoder.to_json()},
          {"profile.json", drift::to_json(profile)},
          {"samples.json", samples(data, model)},
          {"training.json", training_json(data, spec, runtime, result, metrics)}};
}

}  // namespace mlo::train
