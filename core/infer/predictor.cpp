#include "infer/predictor.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "infer/probability.hpp"

namespace mlo::infer {
namespace {

using plugin::TensorView;

void check(const plugin::Signature& signature, const Encoder& encoder, Task task, size_t classes) {
  auto number = [](auto value) { return std::to_string(value); };
  if (static_cast<size_t>(signature.numeric) != encoder.numeric_count() ||
      signature.cardinalities.size() != encoder.category_count()) {
    throw failure("the model takes " + number(signature.numeric) + " numeric and " +
                  number(signature.cardinalities.size()) + " category columns, the encoder gives " +
                  number(encoder.numeric_count()) + " and " + number(encoder.category_count()));
  }
  if (signature.cardinalities != encoder.cardinalities()) {
    throw failure("the model's vocabulary sizes are not those of the encoder");
  }
  if (task == Task::classification && classes < 2) {
    throw failure("a classification needs at least two classes");
  }
  bool logits =
      task == Task::classification && (static_cast<size_t>(signature.outputs) == classes ||
                                       (signature.outputs == 1 && classes == 2));
  bool value = task == Task::regression && signature.outputs == 1;
  if (logits || value) return;
  throw failure("the model gives " + number(signature.outputs) + " outputs per row, not what " +
                (task == Task::regression ? "a regression" : number(classes) + " classes") +
                " need");
}

}  // namespace

const char* task_name(Task task) {
  return task == Task::classification ? "classification" : "regression";
}

Predictor::Predictor(Encoder encoder, plugin::Model model, Task task,
                     std::vector<std::string> classes)
    : encoder_(std::move(encoder)),
      model_(std::move(model)),
      task_(task),
      classes_(std::move(classes)) {
  check(model_.signature(), encoder_, task_, classes_.size());
}

std::vector<OutputSpec> Predictor::outputs() const {
  if (task_ == Task::regression) return {{"prediction", "FP64", 1}};
  return {{"prediction", "BYTES", 1}, {"probability", "FP64", classes_.size()}};
}

std::vector<std::string> Predictor::column_names() const {
  std::vector<std::string> names = {"prediction"};
  for (const std::string& label : classes_) names.push_back("probability_" + label);
  return names;
}

PredictSession Predictor::session(int threads) const { return PredictSession(*this, threads); }

PredictSession::PredictSession(const Predictor& predictor, int threads)
    : predictor_(&predictor), session_(predictor.model().session(threads)) {}

void PredictSession::predict(const table::RawRows& rows, Predictions& out) {
  predictor_->encoder().encode(rows, encoded_);
  run(encoded_, &rows, out);
}

void PredictSession::predict(const Encoded& encoded, Predictions& out) {
  run(encoded, nullptr, out);
}

void PredictSession::run(const Encoded& encoded, const table::RawRows* origin, Predictions& out) {
  const Encoder& encoder = predictor_->encoder();
  size_t n = encoded.rows, classes = predictor_->classes().size();
  bool regression = predictor_->task() == Task::regression;
  out.rows = n;
  out.values.resize(regression ? n : 0);
  out.labels.resize(regression ? 0 : n);
  out.probabilities.resize(regression ? 0 : n * classes);
  if (n == 0) return;
  auto rows = static_cast<int64_t>(n);
  TensorView result = session_.run(
      TensorView::matrix(encoded.numeric, rows, static_cast<int64_t>(encoder.numeric_count())),
      TensorView::matrix(encoded.category, rows, static_cast<int64_t>(encoder.category_count())));
  std::span<const float> outputs = result.floats();
  if (result.rows() != rows) throw failure("the model gave another number of rows than it got");
  require_finite(outputs, static_cast<size_t>(result.columns()), origin);
  if (regression) {
    std::copy(outputs.begin(), outputs.end(), out.values.begin());
    return;
  }
  probabilities(outputs, static_cast<size_t>(result.columns()), classes, out.probabilities);
  for (size_t row = 0; row < n; ++row) {
    auto first = out.probabilities.begin() + static_cast<ptrdiff_t>(row * classes);
    auto best = std::max_element(first, first + static_cast<ptrdiff_t>(classes));
    out.labels[row] = static_cast<uint32_t>(best - first);
  }
}

}  // namespace mlo::infer
