// The few SVG strings that charts of this room share. Colours come from classes that page_style.cpp
// defines; attributes hold numbers with two decimals, enough for any screen.
#pragma once

#include <string>
#include <string_view>

namespace mlo::plot {

/// Opening tag of a chart that scales with its container; closed by "</svg>".
std::string svg_begin(std::string_view title, double width, double height);
std::string svg_line(double x1, double y1, double x2, double y2, std::string_view css);
/// `anchor`: start | middle | end. `text` is escaped here.
std::string svg_text(double x, double y, std::string_view text, std::string_view anchor,
                     std::string_view css = "tick");
/// A bar with a tooltip.
std::string svg_bar(double x, double y, double width, double height, std::string_view css,
                    std::string_view tooltip);
std::string svg_number(double value);

}  // namespace mlo::plot
