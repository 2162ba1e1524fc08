// Encoder + model + task: raw rows in, named outputs out. The only such code of mlo. A Predictor is
// immutable and shared between threads; each thread makes one PredictSession (own runtime session, own
// buffers) and reuses it: a request then costs no allocation here.
//
// Outputs: classification gives `prediction` (the label) and `probability` [n, classes], in CSV spread
// over `probability_<class>`; regression gives `prediction` (a number).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "infer/encoder.hpp"
#include "plugin/runtime.hpp"
#include "table/raw_rows.hpp"

namespace mlo::infer {

enum class Task { classification, regression };
const char* task_name(Task task);  ///< "classification", "regression"

struct OutputSpec {
  std::string name;      ///< "prediction", "probability"
  std::string datatype;  ///< as in the Open Inference Protocol: "BYTES", "FP64"
  size_t width = 1;      ///< values per row
};

struct Predictions {
  size_t rows = 0;
  std::vector<uint32_t> labels;       ///< classification: index into classes(), one per row
  std::vector<double> probabilities;  ///< classification: [rows, classes]
  std::vector<double> values;         ///< regression: one per row
};

class PredictSession;

class Predictor {
 public:
  /// `classes`: empty for regression, at least two for classification. Throws (failure) when the
  /// model's signature does not fit the encoder or the classes.
  Predictor(Encoder encoder, plugin::Model model, Task task, std::vector<std::string> classes);

  const Encoder& encoder() const { return encoder_; }
  Task task() const { return task_; }
  const std::vector<std::string>& classes() const { return classes_; }
  const plugin::Model& model() const { return model_; }
  std::vector<OutputSpec> outputs() const;
  /// The columns of a CSV of predictions: "prediction", "probability_no", "probability_yes".
  std::vector<std::string> column_names() const;

  /// For one thread; `threads`: threads inside the runtime for one run. Borrows this: neither moved nor
  /// destroyed before the session.
  PredictSession session(int threads = 1) const;

 private:
  Encoder encoder_;
  plugin::Model model_;
  Task task_;
  std::vector<std::string> classes_;
};

class PredictSession {
 public:
  PredictSession(const Predictor& predictor, int threads);

  /// Throws (failure) as Encoder::encode does, and when an output is not finite. `out` is
  /// overwritten; its buffers are reused.
  void predict(const table::RawRows& rows, Predictions& out);
  /// Already encoded rows (a batch that was put together from several requests).
  void predict(const Encoded& encoded, Predictions& out);

 private:
  void run(const Encoded& encoded, const table::RawRows* rows, Predictions& out);

  const Predictor* predictor_;
  plugin::Session session_;
  Encoded encoded_;
};

}  // namespace mlo::infer
