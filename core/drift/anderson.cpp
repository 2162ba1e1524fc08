// The k-sample Anderson-Darling test for k = 2, midrank version: Scholz, Stephens (JASA 82, 1987),
// equations 4, 5 and 7. As in scipy 1.10, p is interpolated from the paper's table of critical
// values and never leaves [0.001, 0.25].
#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "drift/tests.hpp"

namespace mlo::drift {
namespace {

constexpr size_t kLevels = 7;
constexpr std::array<double, kLevels> kSignificance = {.25, .1, .05, .025, .01, .005, .001};

/// For two samples: b0 + b1 + b2 of the paper's table 2.
constexpr std::array<double, kLevels> kCritical = {
    .675 - .245 - .105,   1.281 + .25 - .305,   1.645 + .678 - .362, 1.96 + 1.149 - .391,
    2.326 + 1.822 - .396, 2.573 + 2.364 - .345, 3.085 + 3.615 - .154};

double statistic(const Pooled& data) {
  auto n = static_cast<double>(data.reference_total), m = static_cast<double>(data.current_total);
  double all = n + m, before = 0, before_n = 0, before_m = 0, sum_n = 0, sum_m = 0;
  for (size_t i = 0; i < data.size(); ++i) {
    auto r = static_cast<double>(data.reference[i]), c = static_cast<double>(data.current[i]);
    double ties = r + c, rank = before + ties / 2;
    double weight = ties / all / (rank * (all - rank) - all * ties / 4);
    double gap_n = all * (before_n + r / 2) - rank * n, gap_m = all * (before_m + c / 2) - rank * m;
    sum_n += weight * gap_n * gap_n;
    sum_m += weight * gap_m * gap_m;
    before += ties;
    before_n += r;
    before_m += c;
  }
  return (sum_n / n + sum_m / m) * (all - 1) / all;
}

/// Standard deviation of the statistic under the hypothesis, k = 2.
double deviation(double n, double m) {
  auto all = static_cast<uint64_t>(n + m);
  double big_h = 1 / n + 1 / m, h = 0, g = 0;
  for (uint64_t i = all - 1; i >= 2; --i) {
    h += 1 / static_cast<double>(i);
    g += h / static_cast<double>(all + 1 - i);
  }
  h += 1;
  double a = (4 * g - 6) + (10 - 6 * g) * big_h;
  double b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * big_h - 8 * h + 4 * g - 6;
  double c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * big_h + 4 * h;
  double d = (2 * h + 6) * 4 - 8 * h;
  auto size = static_cast<double>(all);
  double variance =
      (((a * size + b) * size + c) * size + d) / ((size - 1) * (size - 2) * (size - 3));
  return std::sqrt(variance);
}

/// Value at x of the parabola that fits ln(significance) over the critical values best (normal
/// equations, centred so that they stay well conditioned).
double log_significance(double x) {
  double centre = 0;
  for (double critical : kCritical) centre += critical / kLevels;
  std::array<double, 5> powers{};
  std::array<double, 3> right{};
  for (size_t i = 0; i < kLevels; ++i) {
    double term = 1, at = kCritical[i] - centre;
    for (size_t k = 0; k < powers.size(); ++k, term *= at) {
      powers[k] += term;
      if (k < right.size()) right[k] += term * std::log(kSignificance[i]);
    }
  }
  std::array<std::array<double, 4>, 3> rows{};
  for (size_t r = 0; r < 3; ++r) rows[r] = {powers[r], powers[r + 1], powers[r + 2], right[r]};
  for (size_t pivot = 0; pivot < 3; ++pivot)
    for (size_t r = 0; r < 3; ++r) {
      if (r == pivot) continue;
      double factor = rows[r][pivot] / rows[pivot][pivot];
      for (size_t c = 0; c < 4; ++c) rows[r][c] -= factor * rows[pivot][c];
    }
  double at = x - centre;
  return rows[0][3] / rows[0][0] + at * (rows[1][3] / rows[1][1] + at * rows[2][3] / rows[2][2]);
}

}  // namespace

double anderson(const Pooled& data) {
  if (data.size() < 2) throw failure("test 'anderson' needs more than one distinct value");
  if (data.reference_total + data.current_total < 4)
    throw failure("test 'anderson' needs at least four values");
  double score = (statistic(data) - 1) / deviation(static_cast<double>(data.reference_total),
                                                   static_cast<double>(data.current_total));
  if (score < kCritical.front()) return kSignificance.front();
  if (score > kCritical.back()) return kSignificance.back();
  return std::exp(log_significance(score));
}

}  // namespace mlo::drift
