// mlo's metrics on rows from stdin, for scikit_learn_test.py to compare. Input, in words:
//   classification N K, then N lines "truth p_0 ... p_{K-1}"    or    regression N, then "truth predicted"
// Output: one line "name value" for each metric.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "train/metrics.hpp"

int main() {
  std::string task;
  size_t rows = 0, classes = 0;
  std::cin >> task >> rows;
  std::vector<mlo::train::Metric> metrics;
  if (task == "classification") {
    std::cin >> classes;
    std::vector<uint32_t> truth(rows);
    std::vector<double> probabilities(rows * classes);
    for (size_t row = 0; row < rows; ++row) {
      std::cin >> truth[row];
      for (size_t k = 0; k < classes; ++k) std::cin >> probabilities[row * classes + k];
    }
    metrics = mlo::train::classification_metrics(truth, probabilities, classes);
  } else {
    std::vector<double> truth(rows), predicted(rows);
    for (size_t row = 0; row < rows; ++row) std::cin >> truth[row] >> predicted[row];
    metrics = mlo::train::regression_metrics(truth, predicted);
  }
  if (!std::cin) return 2;
  for (const auto& metric : metrics) std::printf("%s %.17g\n", metric.name.c_str(), metric.value);
  return 0;
}
