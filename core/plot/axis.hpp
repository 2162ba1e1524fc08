// Where ticks stand on an axis and how they are labelled: multiples of 1, 2 or 5 times a power of
// ten, all labels of an axis with the same number of decimals. Shared by terminal and SVG charts.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "plot/curves.hpp"

namespace mlo::plot {

struct Axis {
  double low = 0, high = 1;
  std::vector<double> ticks;  ///< ascending, within [low, high]
  std::vector<std::string> labels;

  /// 0 at low and below, 1 at high and above.
  double place(double value) const { return (std::clamp(value, low, high) - low) / (high - low); }
};

enum class Ends { exact, on_ticks };

/// At most about `most` ticks. An empty range is widened around its value. `on_ticks` extends the
/// range to the next ticks outside. low and high must be finite.
Axis make_axis(double low, double high, int most, Ends ends);

/// "0.25", "1200", "3e-05": `value` with as many decimals as steps of `step` need.
std::string tick_label(double value, double step);

/// Ranges of all finite points. Both coordinates must be finite for a point to count.
struct Bounds {
  double left = 0, right = 0, bottom = 0, top = 0;
  bool empty = true;
};
Bounds bounds_of(std::span<const Series> series);
bool is_point(const Series& series, size_t index);

}  // namespace mlo::plot
