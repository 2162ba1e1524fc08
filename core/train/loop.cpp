#include "train/loop.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/text.hpp"
#include "infer/probability.hpp"

namespace mlo::train {

namespace {

using plugin::TensorView;

/// Buffers of one batch, gathered from the encoded rows.
class Batches {
 public:
  Batches(const TaskData& data, const Part& part)
      : data_(data),
        part_(part),
        p_(static_cast<int64_t>(data.encoder.numeric_count())),
        q_(static_cast<int64_t>(data.encoder.category_count())) {}

  plugin::Batch gather(std::span<const uint32_t> rows) {
    numeric_.resize(rows.size() * static_cast<size_t>(p_));
    category_.resize(rows.size() * static_cast<size_t>(q_));
    labels_.clear();
    values_.clear();
    double* numeric = numeric_.data();
    int64_t* category = category_.data();
    for (uint32_t row : rows) {
      numeric =
          std::copy_n(part_.inputs.numeric.data() + row * static_cast<size_t>(p_), p_, numeric);
      category =
          std::copy_n(part_.inputs.category.data() + row * static_cast<size_t>(q_), q_, category);
      if (data_.task == infer::Task::classification)
        labels_.push_back(part_.labels[row]);
      else
        values_.push_back(part_.values[row]);
    }
    auto n = static_cast<int64_t>(rows.size());
    TensorView target = data_.task == infer::Task::classification
                            ? TensorView::vector(std::span<const int64_t>(labels_))
                            : TensorView::vector(std::span<const double>(values_));
    return {TensorView::matrix(std::span<const double>(numeric_), n, p_),
            TensorView::matrix(std::span<const int64_t>(category_), n, q_), target, std::nullopt};
  }

 private:
  const TaskData& data_;
  const Part& part_;
  int64_t p_, q_;
  std::vector<double> numeric_, values_;
  std::vector<int64_t> category_, labels_;
};

std::vector<Metric> metrics_of(const TaskData& data, const Part& part, const TensorView& outputs,
                               const std::string& prefix) {
  std::vector<Metric> out;
  if (data.task == infer::Task::regression) {
    auto floats = outputs.floats();
    std::vector<double> predicted(floats.begin(), floats.end());
    out = regression_metrics(part.values, predicted);
  } else {
    size_t classes = data.classes.size();
    std::vector<double> probabilities(part.rows() * classes);
    infer::probabilities(outputs.floats(), static_cast<size_t>(outputs.columns()), classes,
                         probabilities);
    std::vector<uint32_t> truth(part.labels.begin(), part.labels.end());
    out = classification_metrics(truth, probabilities, classes);
  }
  for (Metric& metric : out) metric.name = prefix + "." + metric.name;
  return out;
}

TensorView numeric_of(const TaskData& data, const Part& part) {
  return TensorView::matrix(std::span<const double>(part.inputs.numeric),
                            static_cast<int64_t>(part.rows()),
                            static_cast<int64_t>(data.encoder.numeric_count()));
}
TensorView category_of(const TaskData& data, const Part& part) {
  return TensorView::matrix(std::span<const int64_t>(part.inputs.category),
                            static_cast<int64_t>(part.rows()),
                            static_cast<int64_t>(data.encoder.category_count()));
}

double value_of(const std::vector<Metric>& metrics, const std::string& name) {
  for (const Metric& metric : metrics)
    if (metric.name == name) return metric.value;
  return NAN;
}

/// One pass over the training rows in the order of (seed, epoch); returns the mean loss.
class Epochs {
 public:
  Epochs(Env& env, const TaskData& data, const TrainingSpec& spec, plugin::Trainer& trainer)
      : env_(env), data_(data), spec_(spec), trainer_(trainer), batches_(data, data.train) {
    progress_ = env.reporter.progress("training " + spec.name,
                                      static_cast<uint64_t>(spec.epochs) * data.train.rows());
  }

  double run(int64_t epoch, const std::string& note) {
    std::vector<uint32_t> order(data_.train.rows());
    std::iota(order.begin(), order.end(), 0u);
    table::shuffle(order, spec_.seed * 0x9E3779B97F4A7C15u + static_cast<uint64_t>(epoch));
    auto size = static_cast<size_t>(spec_.batch_size);
    double sum = 0;
    for (size_t begin = 0; begin < order.size(); begin += size) {
      env_.check_cancelled();
      std::span<const uint32_t> rows =
          std::span(order).subspan(begin, std::min(size, order.size() - begin));
      double loss = trainer_.step(batches_.gather(rows), spec_.learning_rate);
      if (!std::isfinite(loss))
        throw failure(
            "the loss is not finite in epoch " + std::to_string(epoch) + ": the training diverged",
            "use a smaller optimizer.lr");
      sum += loss * static_cast<double>(rows.size());
      progress_->update(static_cast<uint64_t>(epoch - 1) * order.size() + begin + rows.size(),
                        note);
    }
    return sum / static_cast<double>(order.size());
  }

 private:
  Env& env_;
  const TaskData& data_;
  const TrainingSpec& spec_;
  plugin::Trainer& trainer_;
  Batches batches_;
  std::unique_ptr<Progress> progress_;
};

bool is_better(double value, double best, bool higher) {
  if (std::isnan(value)) return false;
  if (std::isnan(best)) return true;
  return higher ? value > best : value < best;
}

std::string progress_note(int64_t epoch, int64_t epochs, const std::string& metric, double value) {
  std::string out = "epoch " + std::to_string(epoch) + "/" + std::to_string(epochs);
  if (std::isnan(value)) return out;
  char text[32];
  snprintf(text, sizeof text, "%.6g", value);
  return out + "  " + metric + " " + text;
}

/// Without a value of it no epoch is the best one.
void require_defined(const std::string& deciding, double best, const TaskData& data) {
  if (!std::isnan(best)) return;
  size_t rows = data.validation.rows() ? data.validation.rows() : data.train.rows();
  std::string why = deciding.ends_with(".roc_auc") ? "not every class is among its "
                    : deciding.ends_with(".r2")    ? "one row is too few, it has "
                                                   : "the model's outputs are not finite on its ";
  throw failure(deciding + " is not defined in any epoch: " + why + counted(rows, "row"),
                "choose another 'metric', or a larger validation part");
}

}  // namespace

plugin::Trainer new_trainer(const TaskData& data, const TrainingSpec& spec,
                            const plugin::Model& model) {
  return model.trainer(format::Value::object()
                           .set("task", infer::task_name(data.task))
                           .set("optimizer", spec.optimizer)
                           .set("threads", spec.threads)
                           .set("seed", static_cast<int64_t>(spec.seed)));
}

std::string deciding_metric(const TaskData& data, const TrainingSpec& spec) {
  bool regression = data.task == infer::Task::regression;
  std::string name = !spec.metric.empty() ? spec.metric : regression ? "rmse" : "log_loss";
  static const std::vector<std::string> kRegression{"mae", "r2", "rmse"};
  static const std::vector<std::string> kClassification{"accuracy", "f1", "log_loss", "roc_auc"};
  const auto& known = regression ? kRegression : kClassification;
  if (name == "loss") name = regression ? "rmse" : "log_loss";
  if (std::find(known.begin(), known.end(), name) == known.end())
    throw usage("trainings." + spec.name + ": a " + infer::task_name(data.task) +
                    " has no metric " + quoted(name),
                suggestion(name, known));
  return (data.validation.rows() ? "validation." : "train.") + name;
}

std::vector<Metric> evaluate_part(plugin::Trainer& trainer, const TaskData& data, const Part& part,
                                  const std::string& prefix) {
  if (part.rows() == 0) return {};
  return metrics_of(data, part, trainer.eval(numeric_of(data, part), category_of(data, part)),
                    prefix);
}

std::vector<Metric> evaluate_part(const plugin::Model& model, int threads, const TaskData& data,
                                  const Part& part, const std::string& prefix) {
  if (part.rows() == 0) return {};
  plugin::Session session = model.session(threads);
  return metrics_of(data, part, session.run(numeric_of(data, part), category_of(data, part)),
                    prefix);
}

LoopResult run_epochs(Env& env, const TaskData& data, const TrainingSpec& spec,
                      const plugin::Model& model,
                      const std::function<void(const EpochReport&)>& each) {
  std::string deciding = deciding_metric(data, spec);
  bool higher = higher_is_better(deciding.substr(deciding.find('.') + 1));
  plugin::Trainer trainer = new_trainer(data, spec, model);
  Epochs epochs(env, data, spec, trainer);
  LoopResult result;
  double best = NAN, last = NAN;
  for (int64_t epoch = 1; epoch <= spec.epochs; ++epoch) {
    EpochReport report{epoch, {}};
    double loss = epochs.run(epoch, progress_note(epoch, spec.epochs, deciding, last));
    report.metrics = evaluate_part(trainer, data, data.train, "train");
    report.metrics.push_back({"train.loss", loss});
    for (Metric& metric : evaluate_part(trainer, data, data.validation, "validation"))
      report.metrics.push_back(std::move(metric));
    last = value_of(report.metrics, deciding);
    each(report);
    ++result.epochs;
    if (result.best && !is_better(last, best, higher)) continue;
    best = last;
    result.best = trainer.model();
    result.best_epoch = std::move(report);
  }
  require_defined(deciding, best, data);
  return result;
}

}  // namespace mlo::train
