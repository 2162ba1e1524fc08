// What to draw of two columns: bins for numbers, the largest categories for labels. Only for eyes;
// the tests have their own bins. Long tails are cut so that the bulk stays readable, and counted.
#pragma once

#include <cstdint>
#include <optional>

#include "drift/profile.hpp"
#include "plot/distribution.hpp"

namespace mlo::score {

struct DrawnColumn {
  plot::Distribution distribution;
  /// Values of both sides outside the drawn range.
  uint64_t outside = 0;
  /// Categories of the current data that the reference lacks, the most frequent first.
  std::vector<std::string> unseen;
};

/// nullopt where there is nothing to draw (text, dates, no values). `bars`: at most so many bins or
/// categories; the rest of the categories is summed up in a last bar.
std::optional<DrawnColumn> draw_column(const drift::ColumnProfile& reference,
                                       const drift::ColumnProfile& current, size_t bars);

}  // namespace mlo::score
