#include "plot/svg.hpp"

#include <fmt/format.h>

#include "plot/page.hpp"

namespace mlo::plot {

std::string svg_number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string svg_begin(std::string_view title, double width, double height) {
  std::string name = escape(title);
  return fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
      "aria-label=\"{2}\"><title>{2}</title>",
      svg_number(width), svg_number(height), name);
}

std::string svg_line(double x1, double y1, double x2, double y2, std::string_view css) {
  return fmt::format("<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>", css,
                     svg_number(x1), svg_number(y1), svg_number(x2), svg_number(y2));
}

std::string svg_text(double x, double y, std::string_view text, std::string_view anchor,
                     std::string_view css) {
  return fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>", css,
                     svg_number(x), svg_number(y), anchor, escape(text));
}

std::string svg_bar(double x, double y, double width, double height, std::string_view css,
                    std::string_view tooltip) {
  return fmt::format(
      "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{}</title></rect>",
      css, svg_number(x), svg_number(y), svg_number(width), svg_number(height), escape(tooltip));
}

}  // namespace mlo::plot
