// Two-sample Kolmogorov-Smirnov, the p-value as scipy.stats.ks_2samp(mode="auto") computes it:
// exact up to 10,000 values a side, the one-sample law beyond.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numeric>

#include "drift/kolmogorov.hpp"
#include "drift/tests.hpp"

namespace mlo::drift {
namespace {

constexpr uint64_t kMostExact = 10'000;

/// The largest |F - G| as an exact fraction: |i * (m/g) - j * (n/g)| where i of n reference and j
/// of m current values lie below, g = gcd(n, m). Its unit is 1 / lcm(n, m).
uint64_t largest_gap(const Pooled& data, uint64_t step_reference, uint64_t step_current) {
  int64_t gap = 0, largest = 0;
  for (size_t i = 0; i < data.size(); ++i) {
    gap += static_cast<int64_t>(data.reference[i] * step_reference) -
           static_cast<int64_t>(data.current[i] * step_current);
    largest = std::max(largest, std::abs(gap));
  }
  return static_cast<uint64_t>(largest);
}

/// The probability that a random lattice path from (0,0) to (n,m) reaches a gap of at least `h`. A
/// path to (i,j) comes from (i-1,j) with probability i/(i+j). The *outside* probability is
/// accumulated, all terms positive: 1 - inside would lose every p below 1e-16. O(n m), one column.
double outside_probability(uint64_t n, uint64_t m, uint64_t g, uint64_t h) {
  auto step_i = static_cast<int64_t>(m / g), step_j = static_cast<int64_t>(n / g);
  auto bound = static_cast<int64_t>(h);
  std::vector<double> column(m + 1, 1.0);  // outside the band the probability is 1
  for (uint64_t i = 0; i <= n; ++i) {
    // Inside: |i * step_i - j * step_j| < h.
    int64_t here = static_cast<int64_t>(i) * step_i;
    int64_t first = here < bound ? 0 : (here - bound) / step_j + 1;
    int64_t last = std::min(static_cast<int64_t>(m), (here + bound - 1) / step_j);
    if (first > 0 && first <= static_cast<int64_t>(m) + 1)
      column[static_cast<size_t>(first - 1)] = 1;
    for (int64_t j = first; j <= last; ++j) {
      auto index = static_cast<size_t>(j);
      if (i == 0) {
        column[index] = j == 0 ? 0 : column[index - 1];
        continue;
      }
      double total = static_cast<double>(i) + static_cast<double>(j);
      double from_left = static_cast<double>(i) / total * column[index];
      double from_below = j == 0 ? 0 : static_cast<double>(j) / total * column[index - 1];
      column[index] = from_left + from_below;
    }
  }
  return column[m];
}

}  // namespace

double ks(const Pooled& data) {
  uint64_t n = data.reference_total, m = data.current_total;
  uint64_t g = std::gcd(n, m);
  uint64_t h = largest_gap(data, m / g, n / g);
  if (h == 0) return 1;
  if (std::max(n, m) <= kMostExact) return std::min(1.0, outside_probability(n, m, g, h));
  auto a = static_cast<double>(n), b = static_cast<double>(m);
  double d = static_cast<double>(h) / (a / static_cast<double>(g)) / b;
  return kolmogorov_tail(static_cast<uint64_t>(std::nearbyint(a * b / (a + b))), d);
}

}  // namespace mlo::drift
