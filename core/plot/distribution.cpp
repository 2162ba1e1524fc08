#include "plot/distribution.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "plot/axis.hpp"
#include "plot/page.hpp"
#include "plot/svg.hpp"

namespace mlo::plot {
namespace {

constexpr double kHistogramHeight = 190, kHistogramTop = 10, kHistogramBottom = 24,
                 kHistogramRight = 14;
constexpr double kBarHeight = 9, kBarGap = 2, kRowGap = 11;
constexpr size_t kLongestLabel = 20;

/// How wide a text is at most in the fonts that a browser may take: no label may be cut off.
double text_width(std::string_view text) {
  double width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80) continue;  // the rest of a character
    if (byte >= 0x80) {
      width += 12;
    } else if ((c >= 'A' && c <= 'Z') || c == 'm' || c == 'w' || c == '@') {
      width += 9.5;
    } else {
      width += (c >= '0' && c <= '9') || c == '<' || c == '>' ? 7.5 : 6.6;
    }
  }
  return width;
}

std::string percent(double share) {
  return share > 0 && share < 0.001 ? "<0.1%" : fmt::format("{:.1f}%", 100 * share);
}

double largest_share(const Distribution& distribution) {
  double largest = 0;
  for (double share : distribution.reference) largest = std::max(largest, share);
  for (double share : distribution.current) largest = std::max(largest, share);
  return largest > 0 ? largest : 1;
}

std::string tooltip(const Distribution& distribution, size_t i, const std::string& name) {
  return name + "\nreference " + percent(distribution.reference[i]) + "\ncurrent " +
         percent(distribution.current[i]);
}

/// The outline of a histogram as one path, standing on the axis.
std::string steps(const std::vector<double>& shares, const std::vector<double>& edges,
                  const Axis& x, const Axis& y, double left, double width, double bottom,
                  double height) {
  auto at_x = [&](double value) { return svg_number(left + x.place(value) * width); };
  std::string path = "M" + at_x(edges[0]) + " " + svg_number(bottom);
  for (size_t i = 0; i < shares.size(); ++i) {
    std::string level = svg_number(bottom - y.place(shares[i]) * height);
    path += "L" + at_x(edges[i]) + " " + level + "L" + at_x(edges[i + 1]) + " " + level;
  }
  return path + "L" + at_x(edges.back()) + " " + svg_number(bottom) + "Z";
}

std::string histogram_svg(const Distribution& distribution, double total_width) {
  const std::vector<double>& edges = distribution.edges;
  Axis x = make_axis(edges.front(), edges.back(), 7, Ends::exact);
  Axis y = make_axis(0, 100 * largest_share(distribution), 4, Ends::on_ticks);
  Axis shares{y.low / 100, y.high / 100, {}, {}};
  double longest = 0, last = x.labels.empty() ? 0 : text_width(x.labels.back());
  for (const std::string& label : y.labels) longest = std::max(longest, text_width(label + "%"));
  double left = 10 + longest, right = std::max(kHistogramRight, last / 2);  // a label at the end
  double width = total_width - left - right,
         height = kHistogramHeight - kHistogramTop - kHistogramBottom;
  double bottom = kHistogramTop + height;

  std::string svg = svg_begin(distribution.title, total_width, kHistogramHeight);
  for (size_t i = 0; i < y.ticks.size(); ++i) {
    double level = bottom - y.place(y.ticks[i]) * height;
    svg += svg_line(left, level, left + width, level, "grid");
    svg += svg_text(left - 6, level + 4, y.labels[i] + "%", "end");
  }
  auto outline = [&](const std::vector<double>& values, const char* css) {
    svg += fmt::format("<path class=\"{}\" d=\"{}\"/>", css,
                       steps(values, edges, x, shares, left, width, bottom, height));
  };
  outline(distribution.reference, "reference");
  outline(distribution.current, "current");
  svg += svg_line(left, bottom, left + width, bottom, "axis");
  for (size_t i = 0; i < x.ticks.size(); ++i)
    svg += svg_text(left + x.place(x.ticks[i]) * width, bottom + 17, x.labels[i], "middle");
  double step = (edges.back() - edges.front()) / static_cast<double>(edges.size() - 1) / 10;
  for (size_t i = 0; i + 1 < edges.size(); ++i) {
    double from = left + x.place(edges[i]) * width, to = left + x.place(edges[i + 1]) * width;
    svg += svg_bar(from, kHistogramTop, to - from, height, "hover",
                   tooltip(distribution, i,
                           tick_label(edges[i], step) + " to " + tick_label(edges[i + 1], step)));
  }
  return svg + "</svg>";
}

/// Cut to the width of the label column, never inside a UTF-8 sequence.
std::string shortened(const std::string& label) {
  std::string text = printable(label);
  if (display_width(text) <= kLongestLabel) return text;
  while (display_width(text) > kLongestLabel - 1) {
    while ((static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
    text.pop_back();
  }
  return text + "…";
}

std::string categories_svg(const Distribution& distribution, double total_width) {
  size_t count = distribution.labels.size();
  double longest = 0;
  std::vector<std::string> labels;
  for (const std::string& label : distribution.labels) {
    labels.push_back(label.empty() ? "(empty)" : shortened(label));
    longest = std::max(longest, text_width(labels.back()));
  }
  double left = 12 + longest, right = 52;
  double width = total_width - left - right, row = 2 * kBarHeight + kBarGap + kRowGap;
  double height = row * static_cast<double>(count) + 4, largest = largest_share(distribution);

  std::string svg = svg_begin(distribution.title, total_width, height);
  for (size_t i = 0; i < count; ++i) {
    double y = row * static_cast<double>(i) + kRowGap / 2;
    std::string note = tooltip(distribution, i, printable(distribution.labels[i]));
    svg += svg_text(left - 8, y + kBarHeight + 5, labels[i], "end", "label");
    double share = distribution.reference[i];
    svg += svg_bar(left, y, share / largest * width, kBarHeight, "reference", note);
    svg += svg_text(left + share / largest * width + 5, y + 8.5, percent(share), "start", "value");
    y += kBarHeight + kBarGap;
    share = distribution.current[i];
    svg += svg_bar(left, y, share / largest * width, kBarHeight, "current", note);
    svg += svg_text(left + share / largest * width + 5, y + 8.5, percent(share), "start", "value");
  }
  svg += svg_line(left, 0, left, height, "axis");
  return svg + "</svg>";
}

}  // namespace

std::string svg_distribution(const Distribution& distribution, int width) {
  if (distribution.reference.empty()) return "";
  return distribution.labels.empty() ? histogram_svg(distribution, width)
                                     : categories_svg(distribution, width);
}

std::string sparkline(std::span<const double> shares, Charset charset) {
  static constexpr const char* kBlocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr const char* kAscii[] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
  double largest = 0;
  for (double share : shares) largest = std::max(largest, share);
  std::string text;
  for (double share : shares) {
    // Anything above zero shows at least the lowest block.
    int level = share > 0 ? std::max(1, static_cast<int>(share / largest * 8 + 0.5)) : 0;
    text += charset == Charset::unicode ? kBlocks[level] : kAscii[level];
  }
  return text;
}

}  // namespace mlo::plot
