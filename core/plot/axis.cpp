#include "plot/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mlo::plot {
namespace {

/// The smallest of 1, 2, 5 times a power of ten that cuts `range` into at most `most` steps.
double nice_step(double range, int most) {
  double rough = range / std::max(most, 1);
  double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

}  // namespace

std::string tick_label(double value, double step) {
  double size = std::max(std::fabs(value), step);
  if (size >= 1e7 || step < 1e-4) {
    int digits = std::clamp(static_cast<int>(std::floor(std::log10(size / step) + 1e-9)), 0, 5);
    return std::fabs(value) < step / 2 ? "0" : fmt::format("{:.{}e}", value, digits);
  }
  int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  std::string label = fmt::format("{:.{}f}", value, decimals);
  return label.find_first_not_of("-0.") == std::string::npos && label[0] == '-' ? label.substr(1)
                                                                                : label;
}

Axis make_axis(double low, double high, int most, Ends ends) {
  // Values near the end of double are drawn at the edge: their range would overflow.
  constexpr double kMost = 4e307;
  low = std::clamp(low, -kMost, kMost);
  high = std::clamp(high, -kMost, kMost);
  double middle = low / 2 + high / 2, reach = high / 2 - low / 2;
  if (!(reach > std::fabs(middle) * 1e-12)) {
    reach = middle == 0 ? 0.5 : std::fabs(middle) * 0.1;
    low = middle - reach;
    high = middle + reach;
  }
  Axis axis{low, high, {}, {}};
  double step = nice_step(axis.high - axis.low, most);
  double first = std::ceil(axis.low / step - 1e-9), last = std::floor(axis.high / step + 1e-9);
  if (ends == Ends::on_ticks) {
    first = std::floor(axis.low / step + 1e-9);
    last = std::ceil(axis.high / step - 1e-9);
    axis.low = first * step;
    axis.high = last * step;
  }
  for (double k = first; k <= last; ++k) {
    axis.ticks.push_back(k * step);
    axis.labels.push_back(tick_label(k * step, step));
  }
  return axis;
}

bool is_point(const Series& series, size_t index) {
  return std::isfinite(series.x[index]) && std::isfinite(series.y[index]);
}

Bounds bounds_of(std::span<const Series> series) {
  Bounds bounds;
  for (const Series& one : series)
    for (size_t i = 0; i < std::min(one.x.size(), one.y.size()); ++i) {
      if (!is_point(one, i)) continue;
      double x = one.x[i], y = one.y[i];
      if (bounds.empty) bounds = {x, x, y, y, false};
      bounds.left = std::min(bounds.left, x);
      bounds.right = std::max(bounds.right, x);
      bounds.bottom = std::min(bounds.bottom, y);
      bounds.top = std::max(bounds.top, y);
    }
  return bounds;
}

}  // namespace mlo::plot
