#include "train/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mlo::train {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// Area under the curve of one class against the others; `scores` has a stride.
double binary_auc(std::span<const uint32_t> truth, std::span<const double> probabilities,
                  size_t classes, uint32_t positive) {
  auto score = [&](uint32_t row) { return probabilities[row * classes + positive]; };
  std::vector<uint32_t> order(truth.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return score(a) > score(b); });
  // In units of half a pair, so that ties stay whole numbers.
  double area = 0, positives = 0, negatives = 0;
  for (size_t i = 0; i < order.size();) {
    double tied_positives = 0, tied_negatives = 0, value = score(order[i]);
    for (; i < order.size() && score(order[i]) == value; ++i) {
      (truth[order[i]] == positive ? tied_positives : tied_negatives) += 1;
    }
    area += tied_negatives * (2 * positives + tied_positives);
    positives += tied_positives;
    negatives += tied_negatives;
  }
  if (positives == 0 || negatives == 0) return kUndefined;
  return area / 2 / positives / negatives;
}

struct Counts {
  double hits = 0, predicted = 0, there = 0;
  double f1() const { return hits == 0 ? 0 : 2 * hits / (predicted + there); }
};

double mean_of(double sum, size_t count) {
  return count == 0 ? kUndefined : sum / static_cast<double>(count);
}

}  // namespace

double accuracy(std::span<const uint32_t> truth, std::span<const uint32_t> predicted) {
  size_t right = 0;
  for (size_t i = 0; i < truth.size(); ++i) right += truth[i] == predicted[i] ? 1 : 0;
  return mean_of(static_cast<double>(right), truth.size());
}

double f1(std::span<const uint32_t> truth, std::span<const uint32_t> predicted, size_t classes) {
  if (truth.empty()) return kUndefined;
  std::vector<Counts> counts(classes);
  for (size_t i = 0; i < truth.size(); ++i) {
    counts[truth[i]].there += 1;
    counts[predicted[i]].predicted += 1;
    if (truth[i] == predicted[i]) counts[truth[i]].hits += 1;
  }
  if (classes == 2) return counts[1].f1();
  double sum = 0;
  size_t seen = 0;
  for (const Counts& count : counts) {
    if (count.there + count.predicted == 0) continue;
    sum += count.f1();
    ++seen;
  }
  return mean_of(sum, seen);
}

double roc_auc(std::span<const uint32_t> truth, std::span<const double> probabilities,
               size_t classes) {
  if (classes == 2) return binary_auc(truth, probabilities, 2, 1);
  double sum = 0;
  for (uint32_t positive = 0; positive < classes; ++positive) {
    sum += binary_auc(truth, probabilities, classes, positive);
  }
  return mean_of(sum, classes);
}

double log_loss(std::span<const uint32_t> truth, std::span<const double> probabilities,
                size_t classes) {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  double sum = 0;
  for (size_t row = 0; row < truth.size(); ++row) {
    double p = probabilities[row * classes + truth[row]];
    sum -= std::log(std::clamp(p, kEpsilon, 1 - kEpsilon));
  }
  return mean_of(sum, truth.size());
}

double rmse(std::span<const double> truth, std::span<const double> predicted) {
  double sum = 0;
  for (size_t i = 0; i < truth.size(); ++i) {
    sum += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
  }
  return std::sqrt(mean_of(sum, truth.size()));
}

double mae(std::span<const double> truth, std::span<const double> predicted) {
  double sum = 0;
  for (size_t i = 0; i < truth.size(); ++i) sum += std::abs(truth[i] - predicted[i]);
  return mean_of(sum, truth.size());
}

double r2(std::span<const double> truth, std::span<const double> predicted) {
  if (truth.size() < 2) return kUndefined;
  double mean = mean_of(std::accumulate(truth.begin(), truth.end(), 0.0), truth.size());
  double residual = 0, total = 0;
  for (size_t i = 0; i < truth.size(); ++i) {
    residual += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
    total += (truth[i] - mean) * (truth[i] - mean);
  }
  if (total == 0) return residual == 0 ? 1 : 0;
  return 1 - residual / total;
}

std::vector<Metric> classification_metrics(std::span<const uint32_t> truth,
                                           std::span<const double> probabilities, size_t classes) {
  std::vector<uint32_t> labels(truth.size());
  for (size_t row = 0; row < truth.size(); ++row) {
    auto first = probabilities.begin() + static_cast<ptrdiff_t>(row * classes);
    labels[row] = static_cast<uint32_t>(
        std::max_element(first, first + static_cast<ptrdiff_t>(classes)) - first);
  }
  return {{"accuracy", accuracy(truth, labels)},
          {"f1", f1(truth, labels, classes)},
          {"log_loss", log_loss(truth, probabilities, classes)},
          {"roc_auc", roc_auc(truth, probabilities, classes)}};
}

std::vector<Metric> regression_metrics(std::span<const double> truth,
                                       std::span<const double> predicted) {
  return {{"mae", mae(truth, predicted)},
          {"r2", r2(truth, predicted)},
          {"rmse", rmse(truth, predicted)}};
}

bool higher_is_better(std::string_view metric) {
  return metric == "accuracy" || metric == "f1" || metric == "roc_auc" || metric == "r2";
}

}  // namespace mlo::train
