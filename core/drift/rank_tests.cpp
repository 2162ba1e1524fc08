// Tests on ranks: Cramer-von Mises and Mann-Whitney. Ties share their mean rank.
#include <algorithm>
#include <boost/math/special_functions/bessel.hpp>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

#include "drift/tests.hpp"

namespace mlo::drift {
namespace {

using real = long double;

constexpr uint64_t kMostExactCramer = 20;
constexpr uint64_t kMostExactMannWhitney = 8;

/// The limiting distribution of the Cramer-von Mises statistic: Csorgo, Faraway (J. Roy. Statist.
/// Soc. B 58, 1996), equation 1.2.
double cramer_limit_cdf(double x) {
  double sum = 0;
  for (int k = 0; k < 1000; ++k) {
    double a = 4 * k + 1, q = a * a / (16 * x);
    double term = std::exp(std::lgamma(k + 0.5) - std::lgamma(k + 1.0)) /
                  (std::pow(std::numbers::pi, 1.5) * std::sqrt(x)) * std::sqrt(a) * std::exp(-q) *
                  boost::math::cyl_bessel_k(0.25, q);
    sum += term;
    if (std::fabs(term) < 1e-7) break;  // where scipy stops, so that the digits agree
  }
  return sum;
}

/// Exact p by counting lattice paths by the value of the statistic: Xiao, Gordon, Yakovlev (J.
/// Stat. Softw. 17(8), 2007). At most C(40, 20) = 1.4e11 paths.
double cramer_exact(real u, uint64_t n, uint64_t m) {
  auto lcm = static_cast<int64_t>(std::lcm(n, m));
  int64_t a = lcm / static_cast<int64_t>(n), b = lcm / static_cast<int64_t>(m);
  real nm = static_cast<real>(n) * m;
  auto observed = static_cast<int64_t>(std::floor(static_cast<real>(lcm) * lcm * (n + m) *
                                                  (6 * u - nm * (4 * nm - 1)) / (6 * nm * nm)));
  using Frequencies = std::map<int64_t, int64_t>;
  std::vector<Frequencies> row(n + 1);
  for (uint64_t j = 0; j <= m; ++j) {
    for (uint64_t i = 0; i <= n; ++i) {
      Frequencies paths;
      int64_t gap = a * static_cast<int64_t>(i) - b * static_cast<int64_t>(j);
      if (i == 0 && j == 0) paths[0] = 1;
      if (j > 0)
        for (auto [value, count] : row[i]) paths[value + gap * gap] += count;
      if (i > 0)
        for (auto [value, count] : row[i - 1]) paths[value + gap * gap] += count;
      row[i] = std::move(paths);
    }
  }
  int64_t all = 0, tail = 0;
  for (auto [value, count] : row[n]) {
    all += count;
    if (value >= observed) tail += count;
  }
  return static_cast<double>(tail) / static_cast<double>(all);
}

/// n * sum over the reference of (rank - own index)^2, plus the same for the current side.
real cramer_statistic(const Pooled& data) {
  auto n = static_cast<real>(data.reference_total), m = static_cast<real>(data.current_total);
  real before = 0, i = 0, j = 0, squares_n = 0, squares_m = 0;
  // A run of `count` equal values at own indices first+1 .. first+count.
  auto run = [](real rank, real first, real count) {
    real lead = rank - first;  // sum over t = 1..count of (lead - t)^2
    return count * lead * lead - lead * count * (count + 1) +
           count * (count + 1) * (2 * count + 1) / 6;
  };
  for (size_t k = 0; k < data.size(); ++k) {
    auto r = static_cast<real>(data.reference[k]), c = static_cast<real>(data.current[k]);
    real rank = before + (r + c + 1) / 2;
    squares_n += run(rank, i, r);
    squares_m += run(rank, j, c);
    before += r + c;
    i += r;
    j += c;
  }
  return n * squares_n + m * squares_m;
}

/// Number of arrangements by U: the coefficients of the Gaussian binomial [n+m choose n]; n <= 8.
double mann_whitney_exact(real u, uint64_t n, uint64_t m) {
  if (n > m) std::swap(n, m);
  auto most = static_cast<size_t>(n * m);
  std::vector<real> ways(most + 1);
  ways[0] = 1;
  for (uint64_t i = 1; i <= n; ++i) {
    for (size_t k = most; k >= m + i; --k) ways[k] -= ways[k - (m + i)];  // times 1 - q^(m+i)
    for (size_t k = i; k <= most; ++k) ways[k] += ways[k - i];            // over  1 - q^i
  }
  real all = 0, tail = 0;
  for (size_t k = 0; k <= most; ++k) {
    all += ways[k];
    if (static_cast<real>(k) >= u) tail += ways[k];
  }
  return static_cast<double>(std::clamp(tail / all, real{0}, real{1}));
}

}  // namespace

double cramer_von_mises(const Pooled& data) {
  uint64_t n = data.reference_total, m = data.current_total;
  real u = cramer_statistic(data);
  if (std::max(n, m) <= kMostExactCramer) return cramer_exact(u, n, m);
  real k = static_cast<real>(n) * m, all = n + m;
  real t = u / (k * all) - (4 * k - 1) / (6 * all);
  real expected = (1 + 1 / all) / 6;
  real variance =
      (all + 1) *
      (4 * k * all - 3 * (static_cast<real>(n) * n + static_cast<real>(m) * m) - 2 * k) /
      (45 * all * all * 4 * k);
  auto normal = static_cast<double>(1.0L / 6 + (t - expected) / std::sqrt(45 * variance));
  if (normal < 0.003) return 1;
  return std::max(0.0, 1 - cramer_limit_cdf(normal));
}

double mann_whitney(const Pooled& data) {
  auto n = static_cast<real>(data.reference_total), m = static_cast<real>(data.current_total);
  real before = 0, ranks = 0, ties = 0;
  for (size_t k = 0; k < data.size(); ++k) {
    real count = static_cast<real>(data.reference[k]) + data.current[k];
    ranks += (before + (count + 1) / 2) * data.reference[k];
    ties += count * count * count - count;
    before += count;
  }
  real u = n * m - (ranks - n * (n + 1) / 2);  // of the current side: "reference is less"
  uint64_t smaller = std::min(data.reference_total, data.current_total);
  if (smaller <= kMostExactMannWhitney && ties == 0)
    return mann_whitney_exact(u, data.reference_total, data.current_total);
  real all = n + m;
  real deviation = std::sqrt(n * m / 12 * (all + 1 - ties / (all * (all - 1))));
  if (deviation == 0) return 1;
  auto z = static_cast<double>((u - n * m / 2 - 0.5L) / deviation);
  return std::clamp(std::erfc(z / std::numbers::sqrt2) / 2, 0.0, 1.0);
}

}  // namespace mlo::drift
