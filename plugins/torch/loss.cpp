#include "loss.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "json.hpp"

namespace mlo_torch {

namespace {

double cross_entropy(const float* z, size_t k, size_t label, double factor, float* gradient) {
  double most = *std::max_element(z, z + k), sum = 0;
  for (size_t i = 0; i < k; ++i) sum += std::exp(double{z[i]} - most);
  double log_sum = std::log(sum) + most;
  for (size_t i = 0; i < k; ++i)
    gradient[i] =
        static_cast<float>(factor * (std::exp(double{z[i]} - log_sum) - (i == label ? 1.0 : 0.0)));
  return log_sum - double{z[label]};
}

double binary_cross_entropy(double z, bool positive, double factor, float* gradient) {
  double tail = std::exp(-std::abs(z));
  double probability = z >= 0 ? 1 / (1 + tail) : tail / (1 + tail);
  *gradient = static_cast<float>(factor * (probability - (positive ? 1.0 : 0.0)));
  return std::max(z, 0.0) - (positive ? z : 0.0) + std::log1p(tail);
}

}  // namespace

double check_targets(const Architecture& a, const Targets& targets, size_t rows) {
  bool classification = a.task == Task::classification;
  if (classification ? !targets.labels : !targets.values)
    throw ArgumentError(classification ? "targets of a classification are int64 class indices"
                                       : "targets of a regression are float64 values");
  int64_t classes = std::max<int64_t>(a.outputs, 2);
  double total = 0;
  for (size_t r = 0; r < rows; ++r) {
    if (classification ? targets.labels[r] < 0 || targets.labels[r] >= classes
                       : !std::isfinite(targets.values[r]))
      throw ArgumentError("the target of row " + std::to_string(r) + " is out of range");
    double weight = targets.weight(r);
    if (!(weight >= 0) || !std::isfinite(weight))
      throw ArgumentError("the weight of row " + std::to_string(r) + " is negative or not finite");
    total += weight;
  }
  return total;
}

double row_loss(const Architecture& a, const Targets& targets, size_t row, const float* z,
                double factor, float* gradient) {
  if (a.task == Task::regression) {
    double error = double{z[0]} - (targets.values[row] - a.target_mean) / a.target_std;
    gradient[0] = static_cast<float>(factor * 2 * error);
    return error * error;
  }
  if (a.outputs == 1) return binary_cross_entropy(z[0], targets.labels[row] == 1, factor, gradient);
  return cross_entropy(z, static_cast<size_t>(a.outputs), static_cast<size_t>(targets.labels[row]),
                       factor, gradient);
}

}  // namespace mlo_torch
