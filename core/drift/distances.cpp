// Distances between the distribution functions F (reference) and G (current), and the t test: what
// needs the values themselves rather than bins or ranks.
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "base/error.hpp"
#include "drift/tests.hpp"

namespace mlo::drift {
namespace {

/// Sum over the steps between pooled values of `part`(|F - G|) * step. long double: the step
/// between values near +-1e308 overflows a double.
template <typename Part>
long double integrate(const Pooled& data, Part part) {
  long double sum = 0;
  uint64_t below_reference = 0, below_current = 0;
  for (size_t i = 0; i + 1 < data.size(); ++i) {
    below_reference += data.reference[i];
    below_current += data.current[i];
    double f = static_cast<double>(below_reference) / static_cast<double>(data.reference_total);
    double g = static_cast<double>(below_current) / static_cast<double>(data.current_total);
    long double step = static_cast<long double>(data.values[i + 1]) - data.values[i];
    sum += part(std::fabs(f - g)) * step;
  }
  return sum;
}

struct MeanAndSquares {
  long double mean = 0, squares = 0;
};

MeanAndSquares mean_and_squares(const Pooled& data, const std::vector<uint64_t>& counts,
                                uint64_t total) {
  MeanAndSquares result;
  for (size_t i = 0; i < data.size(); ++i)
    result.mean += static_cast<long double>(data.values[i]) * counts[i];
  result.mean /= total;
  for (size_t i = 0; i < data.size(); ++i) {
    long double distance = data.values[i] - result.mean;
    result.squares += distance * distance * counts[i];
  }
  return result;
}

}  // namespace

double wasserstein(const Pooled& data) {
  long double distance = integrate(data, [](double gap) { return gap; });
  MeanAndSquares reference = mean_and_squares(data, data.reference, data.reference_total);
  long double deviation = std::sqrt(reference.squares / data.reference_total);
  return static_cast<double>(distance / std::max(deviation, 0.001L));
}

double energy_distance(const Pooled& data) {
  return static_cast<double>(std::sqrt(2 * integrate(data, [](double gap) { return gap * gap; })));
}

double t_test(const Pooled& data) {
  auto n = static_cast<long double>(data.reference_total);
  auto m = static_cast<long double>(data.current_total);
  if (n + m <= 2) throw failure("test 't_test' needs more than two values");
  MeanAndSquares a = mean_and_squares(data, data.reference, data.reference_total);
  MeanAndSquares b = mean_and_squares(data, data.current, data.current_total);
  long double variance = (a.squares + b.squares) / (n + m - 2) * (1 / n + 1 / m);
  if (variance == 0) {
    if (a.mean == b.mean) throw failure("test 't_test' needs more than one distinct value");
    return 0;
  }
  auto t = static_cast<double>((a.mean - b.mean) / std::sqrt(variance));
  boost::math::students_t_distribution<double> student(static_cast<double>(n + m - 2));
  return 2 * boost::math::cdf(boost::math::complement(student, std::fabs(t)));
}

}  // namespace mlo::drift
