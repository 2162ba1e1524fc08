#include "drift/kolmogorov.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace mlo::drift {
namespace {

constexpr double kPi = std::numbers::pi;

/// A square matrix whose true entries are entry * 2^exponent: powers of it would overflow.
struct Scaled {
  size_t size;
  std::vector<double> entries;
  int exponent = 0;

  double& at(size_t row, size_t column) { return entries[row * size + column]; }
  double at(size_t row, size_t column) const { return entries[row * size + column]; }
};

Scaled multiply(const Scaled& a, const Scaled& b) {
  Scaled c{a.size, std::vector<double>(a.entries.size()), a.exponent + b.exponent};
  for (size_t i = 0; i < a.size; ++i)
    for (size_t k = 0; k < a.size; ++k) {
      double factor = a.at(i, k);
      if (factor == 0) continue;
      for (size_t j = 0; j < a.size; ++j) c.at(i, j) += factor * b.at(k, j);
    }
  int shift = std::ilogb(c.at(a.size / 2, a.size / 2));
  if (shift > 400) {
    for (double& entry : c.entries) entry = std::ldexp(entry, -shift);
    c.exponent += shift;
  }
  return c;
}

Scaled power(Scaled base, uint64_t n) {
  Scaled result{base.size, std::vector<double>(base.entries.size())};
  for (size_t i = 0; i < base.size; ++i) result.at(i, i) = 1;
  for (; n > 0; n >>= 1) {
    if (n & 1) result = multiply(result, base);
    if (n > 1) base = multiply(base, base);
  }
  return result;
}

/// P(D_n <= d) exactly: Marsaglia, Tsang, Wang (J. Stat. Softw. 8(18), 2003). O((n d)^3 log n).
double matrix_cdf(uint64_t n, double d) {
  double nd = static_cast<double>(n) * d;
  auto k = static_cast<size_t>(nd) + 1;
  size_t m = 2 * k - 1;
  double h = static_cast<double>(k) - nd;
  Scaled matrix{m, std::vector<double>(m * m)};
  for (size_t i = 0; i < m; ++i)
    for (size_t j = 0; j < m; ++j) matrix.at(i, j) = i + 1 >= j ? 1 : 0;
  for (size_t i = 0; i < m; ++i) {
    matrix.at(i, 0) -= std::pow(h, static_cast<double>(i + 1));
    matrix.at(m - 1, i) -= std::pow(h, static_cast<double>(m - i));
  }
  if (2 * h > 1) matrix.at(m - 1, 0) += std::pow(2 * h - 1, static_cast<double>(m));
  for (size_t i = 0; i < m; ++i)
    for (size_t j = 0; j <= i + 1 && j < m; ++j)
      matrix.at(i, j) /= std::tgamma(static_cast<double>(i + 2 - j));  // (i - j + 1)!
  Scaled result = power(std::move(matrix), n);
  double value = result.at(k - 1, k - 1);
  int exponent = result.exponent;
  for (uint64_t i = 1; i <= n; ++i) {  // n! / n^n
    value *= static_cast<double>(i) / static_cast<double>(n);
    if (value < 0x1p-400) {
      value = std::ldexp(value, 400);
      exponent -= 400;
    }
  }
  return std::ldexp(value, exponent);
}

/// P(D_n+ > d), one-sided: d * sum over j of C(n,j) (d+j/n)^(j-1) (1-d-j/n)^(n-j) (Birnbaum, Tingey
/// 1951), every term positive. Beyond a million values, where scipy stops as well, the sum is long
/// and exp(-(6nd+1)^2/(18n)) (Maag, Dicaire 1971) errs by 1e-8 or less.
double smirnov_tail(uint64_t n, double d) {
  auto size = static_cast<long double>(n);
  if (n > 1'000'000)
    return static_cast<double>(std::exp(-(6 * size * d + 1) * (6 * size * d + 1) / (18 * size)));
  long double choose = 0, sum = 0;  // log C(n, j)
  for (uint64_t j = 0; j <= n; ++j) {
    // Adding up logarithms alone would lose seven digits over a million terms.
    if (j % 1024 == 0)
      choose = std::lgamma(size + 1) - std::lgamma(1.0L + j) - std::lgamma(size - j + 1);
    else
      choose += std::log(static_cast<long double>(n - j + 1) / j);
    long double share = static_cast<long double>(j) / n;
    long double rest = 1 - d - share;
    if (rest < 0) break;
    long double tail = j == n ? 0 : (n - j) * std::log(rest);
    if (rest == 0 && j < n) continue;
    sum += std::exp(choose + (static_cast<long double>(j) - 1) * std::log(d + share) + tail);
  }
  return static_cast<double>(sum * d);
}

/// Sums over odd m of polynomial(m^2) * exp(-m^2 pi^2 / (8 z^2)), for the terms of Pelz and Good.
template <typename Polynomial>
double odd_sum(double z, Polynomial polynomial) {
  double sum = 0;
  for (int m = 1; m < 200; m += 2) {
    double weight = std::exp(-m * m * kPi * kPi / (8 * z * z));
    if (weight == 0) break;
    sum += polynomial(double(m) * m) * weight;
  }
  return sum;
}

/// The same over k = 1, 2, ... of exp(-k^2 pi^2 / (2 z^2)).
template <typename Polynomial>
double whole_sum(double z, Polynomial polynomial) {
  double sum = 0;
  for (int k = 1; k < 100; ++k) {
    double weight = std::exp(-k * k * kPi * kPi / (2 * z * z));
    if (weight == 0) break;
    sum += polynomial(double(k) * k) * weight;
  }
  return sum;
}

/// P(D_n <= d) with four terms in 1/sqrt(n): Pelz, Good (J. Roy. Statist. Soc. B 38, 1976).
double expansion_cdf(uint64_t n, double d) {
  double root = std::sqrt(static_cast<double>(n)), z = root * d;
  double z2 = z * z, z4 = z2 * z2, z6 = z4 * z2, z8 = z4 * z4;
  double p2 = kPi * kPi, p4 = p2 * p2, p6 = p4 * p2, scale = std::sqrt(2 * kPi);
  double k0 = odd_sum(z, [](double) { return 1.0; }) * scale / z;
  double k1 = odd_sum(z, [&](double m2) { return p2 * m2 / 4 - z2; }) * scale / (6 * z4);
  double k2 = odd_sum(z,
                      [&](double m2) {
                        return 6 * z6 + 2 * z4 + p2 / 4 * (2 * z4 - 5 * z2) * m2 +
                               p4 / 16 * (1 - 2 * z2) * m2 * m2;
                      }) *
                  scale / (72 * z6 * z) -
              whole_sum(z, [&](double k_2) { return p2 * k_2; }) * scale / (36 * z2 * z);
  double k3 =
      odd_sum(z,
              [&](double m2) {
                return p6 / 64 * (5 - 30 * z2) * m2 * m2 * m2 +
                       p4 / 16 * (212 * z4 - 60 * z2) * m2 * m2 +
                       p2 / 4 * (135 * z4 - 96 * z6) * m2 - 30 * z6 - 90 * z8;
              }) *
          scale / (6480 * z8 * z2) +
      whole_sum(z, [&](double k_2) { return p2 * k_2 * (3 * z2 - p2 * k_2); }) * scale / (216 * z6);
  return k0 + k1 / root + k2 / (root * root) + k3 / (root * root * root);
}

}  // namespace

double kolmogorov_tail(uint64_t n, double d) {
  if (d <= 0 || n == 0) return 1;
  if (d >= 1) return 0;
  double nd = static_cast<double>(n) * d, nd2 = nd * d;
  if (nd <= 0.5) return 1;
  if (nd2 >= 370) return 0;  // below 1e-320
  // Above 4 (2.2 for large n) twice the one-sided tail is exact to 1e-13 or better.
  if (d >= 0.5 || nd2 >= (n <= 140 ? 4 : 2.2)) return std::min(1.0, 2 * smirnov_tail(n, d));
  bool exact = n <= 140 || (n <= 100'000 && nd * std::sqrt(d) <= 1.4);
  double cdf = exact ? matrix_cdf(n, d) : expansion_cdf(n, d);
  return std::clamp(1 - cdf, 0.0, 1.0);
}

}  // namespace mlo::drift
