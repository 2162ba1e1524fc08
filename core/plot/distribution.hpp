// Two distributions of one column side by side (reference and current): bars per bin or category.
// SVG for reports, one line of block characters for tables in the terminal.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "plot/curves.hpp"

namespace mlo::plot {

/// Shares in [0, 1] per bar. `edges` (one more than bars) for histograms, `labels` for categories;
/// exactly one of them is filled.
struct Distribution {
  std::string title;  ///< accessible name: "age: reference and current"
  std::vector<double> edges;
  std::vector<std::string> labels;
  std::vector<double> reference;
  std::vector<double> current;
};

/// An <svg> element: histogram with shared bins, or grouped horizontal bars for categories. Takes
/// its colours from the page's style (page.hpp); each bar has a tooltip.
std::string svg_distribution(const Distribution& distribution, int width = 480);

/// `shares` as a row of block characters (ASCII: " .:-=+*#"), scaled to their largest.
std::string sparkline(std::span<const double> shares, Charset charset = Charset::unicode);

}  // namespace mlo::plot
