#include "drift/bins.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace mlo::drift {
namespace {

/// Above so many distinct reference values numbers are binned.
constexpr size_t kMostSingleValues = 20;

std::vector<double> divide(std::span<const uint64_t> counts, uint64_t total) {
  std::vector<double> shares;
  shares.reserve(counts.size());
  for (uint64_t count : counts)
    shares.push_back(static_cast<double>(count) / static_cast<double>(total));
  return shares;
}

}  // namespace

std::vector<double> equal_edges(double low, double high, size_t bins) {
  if (low == high) {
    low -= 0.5;
    high += 0.5;
  }
  // The arithmetic of numpy's linspace, operation by operation: a last bit moves values across.
  double step = (high - low) / static_cast<double>(bins);
  std::vector<double> edges(bins + 1);
  for (size_t i = 0; i < bins; ++i) edges[i] = static_cast<double>(i) * step + low;
  edges[bins] = high;
  return edges;
}

std::vector<double> sturges_edges(double low, double high, uint64_t rows) {
  double range = high - low;
  if (!std::isfinite(range)) throw failure("the range of the values is too large for bins");
  double width = range / (std::log2(static_cast<double>(rows)) + 1);
  size_t bins = width > 0 ? static_cast<size_t>(std::ceil(range / width)) : 1;
  return equal_edges(low, high, bins);
}

std::vector<uint64_t> histogram(std::span<const double> values, std::span<const uint64_t> counts,
                                std::span<const double> edges) {
  std::vector<uint64_t> bins(edges.size() - 1);
  size_t bin = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] < edges.front() || values[i] > edges.back()) continue;
    while (bin + 1 < bins.size() && values[i] >= edges[bin + 1]) ++bin;
    bins[bin] += counts[i];
  }
  return bins;
}

Shares binned_shares(const Pooled& data) {
  if (!data.numeric || data.reference_distinct() <= kMostSingleValues)
    return {divide(data.reference, data.reference_total), divide(data.current, data.current_total)};
  std::vector<double> edges = sturges_edges(data.values.front(), data.values.back(),
                                            data.reference_total + data.current_total);
  return {divide(histogram(data.values, data.reference, edges), data.reference_total),
          divide(histogram(data.values, data.current, edges), data.current_total)};
}

}  // namespace mlo::drift
