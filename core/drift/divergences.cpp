// Distances between binned distributions.
#include <algorithm>
#include <cmath>

#include "drift/bins.hpp"
#include "drift/tests.hpp"

namespace mlo::drift {
namespace {

/// Empty bins would make logarithms infinite. Evidently's rule: 1e-4, or a millionth of the
/// smallest share where that is already below 1e-4.
void fill_zeros(std::vector<double>& shares) {
  double smallest = 1;
  for (double share : shares)
    if (share > 0) smallest = std::min(smallest, share);
  double fill = smallest <= 1e-4 ? smallest / 1e6 : 1e-4;
  std::replace(shares.begin(), shares.end(), 0.0, fill);
}

void normalise(std::vector<double>& shares) {
  double sum = 0;
  for (double share : shares) sum += share;
  for (double& share : shares) share /= sum;
}

Shares filled_shares(const Pooled& data) {
  Shares shares = binned_shares(data);
  fill_zeros(shares.reference);
  fill_zeros(shares.current);
  return shares;
}

/// p ln(p/m), 0 for p = 0.
double relative_entropy(double p, double m) { return p > 0 ? p * std::log(p / m) : 0; }

std::vector<double> densities(const std::vector<uint64_t>& counts,
                              const std::vector<double>& edges) {
  double total = 0;
  for (uint64_t count : counts) total += static_cast<double>(count);
  std::vector<double> result(counts.size());
  for (size_t i = 0; i < counts.size(); ++i)
    result[i] = static_cast<double>(counts[i]) / (edges[i + 1] - edges[i]) / total;
  return result;
}

/// Bhattacharyya coefficient over histograms. The number of bins follows from the number of
/// distinct values, not of rows, as in Evidently.
double histogram_overlap(const Pooled& data) {
  std::vector<double> edges = sturges_edges(data.values.front(), data.values.back(), data.size());
  std::vector<double> p = densities(histogram(data.values, data.reference, edges), edges);
  std::vector<double> q = densities(histogram(data.values, data.current, edges), edges);
  double width = (edges.back() - edges.front()) / static_cast<double>(p.size());
  double overlap = 0;
  for (size_t i = 0; i < p.size(); ++i) overlap += std::sqrt(p[i] * q[i]) * width;
  return overlap;
}

double category_overlap(const Pooled& data) {
  double overlap = 0;
  for (size_t i = 0; i < data.size(); ++i)
    overlap += std::sqrt(
        static_cast<double>(data.reference[i]) / static_cast<double>(data.reference_total) *
        (static_cast<double>(data.current[i]) / static_cast<double>(data.current_total)));
  return overlap;
}

}  // namespace

double jensen_shannon(const Pooled& data) {
  Shares shares = binned_shares(data);
  normalise(shares.reference);
  normalise(shares.current);
  double sum = 0;
  for (size_t i = 0; i < shares.reference.size(); ++i) {
    double p = shares.reference[i], q = shares.current[i], m = (p + q) / 2;
    sum += relative_entropy(p, m) + relative_entropy(q, m);
  }
  return std::sqrt(std::max(sum, 0.0) / 2);
}

double kullback_leibler(const Pooled& data) {
  Shares shares = filled_shares(data);
  normalise(shares.reference);
  normalise(shares.current);
  double sum = 0;
  for (size_t i = 0; i < shares.reference.size(); ++i)
    sum += relative_entropy(shares.reference[i], shares.current[i]);
  return sum;
}

double psi(const Pooled& data) {
  Shares shares = filled_shares(data);
  double sum = 0;
  for (size_t i = 0; i < shares.reference.size(); ++i) {
    double r = shares.reference[i], c = shares.current[i];
    sum += (r - c) * std::log(r / c);
  }
  return sum;
}

double hellinger(const Pooled& data) {
  double overlap = data.numeric ? histogram_overlap(data) : category_overlap(data);
  return std::sqrt(1 - std::clamp(overlap, 0.0, 1.0));
}

}  // namespace mlo::drift
