// Curves over a common x axis (metrics by epoch, a loss by step), drawn once as a model and shown
// as terminal text or SVG. Pure functions; never touch a terminal or the environment.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace mlo::plot {

/// Points in ascending x. Points that are not finite leave a gap.
struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
};

enum class Charset { unicode, ascii };  ///< braille dots, or one mark per series
enum class Colours { none, ansi };

struct TerminalStyle {
  Charset charset = Charset::unicode;
  Colours colours = Colours::none;
};

/// A chart of `width` columns and `height` lines with axes, tick labels and, for more than one
/// series, a legend line. Every line ends in '\n'. Too small a size is raised to 24 x 5. Empty text
/// if there is no finite point.
std::string terminal_curves(std::span<const Series> series, int width, int height,
                            TerminalStyle style = {});

/// The same chart as a self-contained <svg> element that takes its colours from the page's style
/// (page.hpp). `title` becomes its accessible name.
std::string svg_curves(std::span<const Series> series, const std::string& title, int width = 640,
                       int height = 280);

}  // namespace mlo::plot
