#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "plot/axis.hpp"
#include "plot/curves.hpp"
#include "plot/page.hpp"
#include "plot/svg.hpp"

namespace mlo::plot {
namespace {

constexpr size_t kSeriesClasses = 6;
constexpr double kTop = 12, kRight = 14, kBottom = 26, kLegend = 24, kCharacter = 6.6;

struct Frame {
  double left, top, width, height;
  const Axis& x;
  const Axis& y;
  double to_x(double value) const { return left + x.place(value) * width; }
  double to_y(double value) const { return top + (1 - y.place(value)) * height; }
};

/// A path per unbroken piece; a lone point becomes a dot.
std::string curve(const Series& series, size_t index, const Frame& frame) {
  std::string path, dots;
  size_t css = index % kSeriesClasses, run = 0;
  size_t size = std::min(series.x.size(), series.y.size());
  for (size_t i = 0; i < size; ++i) {
    if (!is_point(series, i)) {
      run = 0;
      continue;
    }
    std::string x = svg_number(frame.to_x(series.x[i])), y = svg_number(frame.to_y(series.y[i]));
    path += (run++ == 0 ? "M" : "L") + x + " " + y;
    bool alone = run == 1 && (i + 1 == size || !is_point(series, i + 1));
    if (alone)
      dots += fmt::format("<circle class=\"dot-{}\" cx=\"{}\" cy=\"{}\" r=\"2.5\"/>", css, x, y);
  }
  return fmt::format("<path class=\"curve curve-{}\" d=\"{}\"><title>{}</title></path>", css, path,
                     escape(series.name)) +
         dots;
}

std::string axes(const Frame& frame) {
  std::string svg;
  double bottom = frame.top + frame.height;
  for (size_t i = 0; i < frame.y.ticks.size(); ++i) {
    double y = frame.to_y(frame.y.ticks[i]);
    svg += svg_line(frame.left, y, frame.left + frame.width, y, "grid");
    svg += svg_text(frame.left - 7, y + 4, frame.y.labels[i], "end");
  }
  for (size_t i = 0; i < frame.x.ticks.size(); ++i)
    svg += svg_text(frame.to_x(frame.x.ticks[i]), bottom + 18, frame.x.labels[i], "middle");
  return svg + svg_line(frame.left, bottom, frame.left + frame.width, bottom, "axis");
}

std::string legend(std::span<const Series> series, double left, double y) {
  std::string svg;
  double x = left;
  for (size_t i = 0; i < series.size(); ++i) {
    svg += svg_line(x, y - 4, x + 16, y - 4, fmt::format("curve curve-{}", i % kSeriesClasses));
    svg += svg_text(x + 22, y, series[i].name, "start");
    x += 22 + kCharacter * static_cast<double>(display_width(series[i].name)) + 18;
  }
  return svg;
}

}  // namespace

std::string svg_curves(std::span<const Series> series, const std::string& title, int width,
                       int height) {
  Bounds bounds = bounds_of(series);
  if (bounds.empty) return "";
  Axis x = make_axis(bounds.left, bounds.right, 8, Ends::exact);
  Axis y = make_axis(bounds.bottom, bounds.top, 5, Ends::on_ticks);
  size_t longest = 0;
  for (const std::string& label : y.labels) longest = std::max(longest, label.size());
  bool has_legend = series.size() > 1;
  double left = 12 + kCharacter * static_cast<double>(longest);
  double top = kTop + (has_legend ? kLegend : 0);
  Frame frame{left, top, width - left - kRight, height - top - kBottom, x, y};
  std::string svg = svg_begin(title, width, height) + axes(frame);
  for (size_t i = 0; i < series.size(); ++i) svg += curve(series[i], i, frame);
  if (has_legend) svg += legend(series, left, kTop + 6);
  return svg + "</svg>";
}

}  // namespace mlo::plot
