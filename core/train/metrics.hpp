// Metrics of one evaluation, equal to scikit-learn's to 1e-9 (tests/unit/train/data, golden values), also
// where the input is degenerate. Pure functions; deterministic order of summation.
//   accuracy        share of rows whose label is right
//   f1              binary: of the second class; more classes: mean over the classes that occur in truth
//                   or prediction (average='macro'); 0 where a class has no true positive
//   roc_auc         binary: of the second class, ties count half; more: one-vs-rest, mean over classes
//                   (multi_class='ovr', average='macro'); NaN where a class is absent or alone
//   log_loss        natural log; probabilities clipped to [eps, 1-eps] with eps = 2^-52, as float64
//   rmse, mae, r2   r2 of a constant truth: 1 if the prediction is exact, else 0; NaN below two rows
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlo::train {

double accuracy(std::span<const uint32_t> truth, std::span<const uint32_t> predicted);
double f1(std::span<const uint32_t> truth, std::span<const uint32_t> predicted, size_t classes);
/// `probabilities` [n, classes], row-major.
double roc_auc(std::span<const uint32_t> truth, std::span<const double> probabilities,
               size_t classes);
double log_loss(std::span<const uint32_t> truth, std::span<const double> probabilities,
                size_t classes);
double rmse(std::span<const double> truth, std::span<const double> predicted);
double mae(std::span<const double> truth, std::span<const double> predicted);
double r2(std::span<const double> truth, std::span<const double> predicted);

struct Metric {
  std::string name;
  double value = 0;
};
/// accuracy, f1, log_loss, roc_auc (in this order). The label is the class of highest probability,
/// the first one on a tie.
std::vector<Metric> classification_metrics(std::span<const uint32_t> truth,
                                           std::span<const double> probabilities, size_t classes);
/// mae, r2, rmse.
std::vector<Metric> regression_metrics(std::span<const double> truth,
                                       std::span<const double> predicted);
/// Whether a larger value of this metric is better; false for losses and errors.
bool higher_is_better(std::string_view metric);

}  // namespace mlo::train
