// Shares of both sides by bin or by value, as Evidently bins them: Sturges' rule over the pooled
// range for numbers with more than 20 distinct reference values, else one bin per distinct value.
// (The documented n_bins and quantile bins do not exist there, issue 1400 of
// evidentlyai/evidently.)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "drift/tests.hpp"

namespace mlo::drift {

struct Shares {
  std::vector<double> reference, current;
};

/// numpy's histogram_bin_edges(bins="sturges") for `rows` values within [low, high]: bins + 1
/// edges. Throws if the range is not finite.
std::vector<double> sturges_edges(double low, double high, uint64_t rows);
/// `bins` equal bins over [low, high], which is widened by 0.5 on both sides when empty.
std::vector<double> equal_edges(double low, double high, size_t bins);
/// How many of the weighted `values` fall into each half-open bin; the last bin is closed.
std::vector<uint64_t> histogram(std::span<const double> values, std::span<const uint64_t> counts,
                                std::span<const double> edges);

Shares binned_shares(const Pooled& data);

}  // namespace mlo::drift
