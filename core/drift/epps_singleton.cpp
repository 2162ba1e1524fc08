// Epps-Singleton: compares the empirical characteristic functions at two points (J. Stat. Comput.
// Simul. 26, 1986), with the small-sample correction of Goerg and Kaiser (Stata Journal 9, 2009).
#include <algorithm>
#include <array>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "base/error.hpp"
#include "drift/tests.hpp"

namespace mlo::drift {
namespace {

constexpr size_t kSize = 4;
constexpr std::array<double, 2> kPoints = {0.4, 0.8};
using Vector = std::array<double, kSize>;
using Matrix = std::array<Vector, kSize>;

/// The value at `rank` (0-based) of both sides in order.
double value_at(const Pooled& data, uint64_t rank) {
  uint64_t below = 0;
  for (size_t i = 0; i < data.size(); ++i) {
    below += data.reference[i] + data.current[i];
    if (rank < below) return data.values[i];
  }
  return data.values.back();
}

/// numpy's linear percentile.
double quantile(const Pooled& data, double share) {
  double at = share * static_cast<double>(data.reference_total + data.current_total - 1);
  auto rank = static_cast<uint64_t>(at);
  double low = value_at(data, rank), high = value_at(data, rank + 1);
  return low + (high - low) * (at - static_cast<double>(rank));
}

Vector features(double value, double sigma) {
  double a = kPoints[0] / sigma * value, b = kPoints[1] / sigma * value;
  return {std::cos(a), std::cos(b), std::sin(a), std::sin(b)};
}

struct Moment {
  Vector mean{};
  Matrix covariance{};  // biased
};

Moment moment(const Pooled& data, const std::vector<uint64_t>& counts, uint64_t total,
              double sigma) {
  Moment result;
  auto size = static_cast<double>(total);
  for (size_t k = 0; k < data.size(); ++k) {
    Vector feature = features(data.values[k], sigma);
    for (size_t i = 0; i < kSize; ++i)
      result.mean[i] += feature[i] * static_cast<double>(counts[k]) / size;
  }
  for (size_t k = 0; k < data.size(); ++k) {
    Vector feature = features(data.values[k], sigma);
    for (size_t i = 0; i < kSize; ++i)
      for (size_t j = 0; j < kSize; ++j)
        result.covariance[i][j] += (feature[i] - result.mean[i]) * (feature[j] - result.mean[j]) *
                                   static_cast<double>(counts[k]) / size;
  }
  return result;
}

/// Eigenvalues on the diagonal of `matrix`, eigenvectors in the columns of the result (Jacobi).
Matrix diagonalise(Matrix& matrix) {
  Matrix vectors{};
  for (size_t i = 0; i < kSize; ++i) vectors[i][i] = 1;
  for (int sweep = 0; sweep < 60; ++sweep)
    for (size_t p = 0; p < kSize; ++p)
      for (size_t q = p + 1; q < kSize; ++q) {
        if (matrix[p][q] == 0) continue;
        double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
        double t = (theta < 0 ? -1 : 1) / (std::fabs(theta) + std::sqrt(theta * theta + 1));
        double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (size_t k = 0; k < kSize; ++k) {
          double x = matrix[k][p], y = matrix[k][q];
          matrix[k][p] = c * x - s * y;
          matrix[k][q] = s * x + c * y;
        }
        for (size_t k = 0; k < kSize; ++k) {
          double x = matrix[p][k], y = matrix[q][k];
          matrix[p][k] = c * x - s * y;
          matrix[q][k] = s * x + c * y;
          double v = vectors[k][p], w = vectors[k][q];
          vectors[k][p] = c * v - s * w;
          vectors[k][q] = s * v + c * w;
        }
        matrix[p][q] = matrix[q][p] = 0;
      }
  return vectors;
}

struct Statistic {
  double value = 0;
  size_t rank = 0;
};

/// difference' * pseudo-inverse(covariance) * difference, and the rank of the inverse.
Statistic quadratic_form(Matrix covariance, const Vector& difference) {
  Matrix vectors = diagonalise(covariance);
  double largest = 0;
  for (size_t i = 0; i < kSize; ++i) largest = std::max(largest, std::fabs(covariance[i][i]));
  Statistic result;
  for (size_t i = 0; i < kSize; ++i) {
    if (std::fabs(covariance[i][i]) <= 1e-15 * largest) continue;
    double along = 0;
    for (size_t k = 0; k < kSize; ++k) along += vectors[k][i] * difference[k];
    result.value += along * along / covariance[i][i];
    ++result.rank;
  }
  return result;
}

}  // namespace

double epps_singleton(const Pooled& data) {
  if (std::min(data.reference_total, data.current_total) < 5)
    throw failure("test 'es' needs at least five values on each side");
  double sigma = (quantile(data, 0.75) - quantile(data, 0.25)) / 2;
  if (sigma == 0) throw failure("test 'es' needs an interquartile range above 0");
  Moment a = moment(data, data.reference, data.reference_total, sigma);
  Moment b = moment(data, data.current, data.current_total, sigma);
  auto n = static_cast<double>(data.reference_total), m = static_cast<double>(data.current_total);
  double all = n + m;
  Matrix covariance{};
  Vector difference{};
  for (size_t i = 0; i < kSize; ++i) {
    difference[i] = a.mean[i] - b.mean[i];
    for (size_t j = 0; j < kSize; ++j)
      covariance[i][j] = all / n * a.covariance[i][j] + all / m * b.covariance[i][j];
  }
  Statistic statistic = quadratic_form(covariance, difference);
  if (statistic.rank == 0) throw failure("test 'es' needs more than one distinct value");
  double w = all * statistic.value;
  if (std::max(n, m) < 25)
    w /= 1 + std::pow(all, -0.45) + 10.1 * (std::pow(n, -1.7) + std::pow(m, -1.7));
  return boost::math::gamma_q(static_cast<double>(statistic.rank) / 2, w / 2);
}

}  // namespace mlo::drift
