// Tests on the counts of categories.
#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "base/error.hpp"
#include "drift/tests.hpp"

namespace mlo::drift {
namespace {

/// Upper tail of the chi-square distribution; infinity gives 0.
double chi_square_tail(double statistic, size_t categories) {
  if (categories < 2) return 1;
  if (std::isinf(statistic)) return 0;
  return boost::math::gamma_q(static_cast<double>(categories - 1) / 2, statistic / 2);
}

/// The counts of the current data that the reference would lead one to expect.
std::vector<double> expected_counts(const Pooled& data) {
  double scale =
      static_cast<double>(data.current_total) / static_cast<double>(data.reference_total);
  std::vector<double> expected;
  for (uint64_t count : data.reference) expected.push_back(static_cast<double>(count) * scale);
  return expected;
}

/// Sum of the hypergeometric probabilities of all 2x2 tables with these margins that are not more
/// likely than the observed one. Neighbours differ by a ratio of integers, so no factorials.
double fisher_tail(uint64_t observed, uint64_t row, uint64_t other_row, uint64_t column) {
  uint64_t least = column > other_row ? column - other_row : 0;
  uint64_t most = std::min(row, column);
  std::vector<long double> logs = {0};
  for (uint64_t k = least; k < most; ++k) {
    auto up = static_cast<long double>(row - k) * (column - k);
    auto down = static_cast<long double>(k + 1) * (other_row + k + 1 - column);
    logs.push_back(logs.back() + std::log(up / down));
  }
  long double highest = *std::max_element(logs.begin(), logs.end());
  long double mine = logs[observed - least] + 1e-12L, all = 0, tail = 0;
  for (long double value : logs) {
    long double weight = std::exp(value - highest);
    all += weight;
    if (value <= mine) tail += weight;
  }
  return static_cast<double>(std::min(tail / all, 1.0L));
}

}  // namespace

double chi_square(const Pooled& data) {
  std::vector<double> expected = expected_counts(data);
  double statistic = 0;
  for (size_t i = 0; i < data.size(); ++i) {
    double distance = static_cast<double>(data.current[i]) - expected[i];
    statistic += distance * distance / expected[i];  // a new category: x / 0 = infinity, p = 0
  }
  return chi_square_tail(statistic, data.size());
}

double g_test(const Pooled& data) {
  std::vector<double> expected = expected_counts(data);
  double statistic = 0;
  for (size_t i = 0; i < data.size(); ++i) {
    auto observed = static_cast<double>(data.current[i]);
    if (observed > 0) statistic += 2 * observed * std::log(observed / expected[i]);
  }
  return chi_square_tail(std::max(statistic, 0.0), data.size());
}

double two_proportions(const Pooled& data) {
  if (data.size() == 1) return 1;
  auto n = static_cast<double>(data.reference_total), m = static_cast<double>(data.current_total);
  // Everything but the smallest value is a success.
  double p = static_cast<double>(data.reference_total - data.reference[0]) / n;
  double q = static_cast<double>(data.current_total - data.current[0]) / m;
  double pooled = (p * n + q * m) / (n + m);
  double z = (p - q) / std::sqrt(pooled * (1 - pooled) * (1.0 / n + 1.0 / m));
  return std::erfc(std::fabs(z) / std::sqrt(2.0));
}

double fisher_exact(const Pooled& data) {
  if (data.size() > 2) throw failure("test 'fisher_exact' takes at most two categories");
  if (data.size() < 2) return 1;
  return fisher_tail(data.reference[0], data.reference_total, data.current_total,
                     data.reference[0] + data.current[0]);
}

}  // namespace mlo::drift
