#include "plot/curves.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "plot/axis.hpp"

using namespace mlo::plot;

namespace {

Series line(const std::string& name, std::vector<double> y) {
  Series series{name, {}, std::move(y)};
  for (size_t i = 0; i < series.y.size(); ++i) series.x.push_back(static_cast<double>(i + 1));
  return series;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::string_view part : mlo::split(text, '\n')) lines.emplace_back(part);
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr TerminalStyle kAscii{Charset::ascii, Colours::none};

}  // namespace

TEST_CASE("ticks are multiples of 1, 2 or 5 within the range") {
  Axis axis = make_axis(0.13, 0.87, 5, Ends::on_ticks);
  CHECK(axis.low == 0);
  CHECK(axis.high == Approx(1));
  CHECK(axis.labels == std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  axis = make_axis(1, 20, 4, Ends::exact);
  CHECK(axis.labels == std::vector<std::string>{"5", "10", "15", "20"});
  axis = make_axis(-3, 3, 3, Ends::on_ticks);
  CHECK(axis.labels == std::vector<std::string>{"-4", "-2", "0", "2", "4"});
}

TEST_CASE("degenerate ranges still have an axis") {
  for (double value : {0.0, 3.0, -1e-9, 1e308, -1e308}) {
    Axis axis = make_axis(value, value, 4, Ends::on_ticks);
    INFO(value);
    CHECK(axis.low < axis.high);
    CHECK(!axis.ticks.empty());
    CHECK(axis.ticks.size() < 20);
  }
  Axis wide = make_axis(-1.7e308, 1.7e308, 4, Ends::on_ticks);
  CHECK(std::isfinite(wide.high - wide.low));
  CHECK(wide.place(1.7e308) == 1);
}

TEST_CASE("labels of one axis have the same number of decimals") {
  CHECK(tick_label(0.5, 0.05) == "0.50");
  CHECK(tick_label(3, 1) == "3");
  CHECK(tick_label(-0.0, 0.1) == "0.0");
  CHECK(tick_label(3e-6, 1e-6) == "3e-06");
  CHECK(tick_label(2e9, 1e9) == "2e+09");
}

TEST_CASE("a rising line in ASCII") {
  std::vector<Series> series = {line("loss", {0, 1, 2, 3, 4})};
  CHECK(terminal_curves(series, 24, 7, kAscii) ==
        "4 +                    *\n"
        "  |               *****\n"
        "2 +          *****\n"
        "  |     *****\n"
        "0 +*****\n"
        "  +---------------------\n"
        "        2         4\n");
}

TEST_CASE("braille lines fit the width and end at the corners") {
  std::vector<Series> series = {line("loss", {4, 3, 2, 1, 0})};
  std::string text = terminal_curves(series, 60, 12);
  std::vector<std::string> lines = lines_of(text);
  REQUIRE(lines.size() == 12);
  for (const std::string& one : lines) CHECK(mlo::display_width(one) <= 60);
  CHECK(lines[0].rfind("4 ┤⠉⠑⠒⠤⢄⣀", 0) == 0);
  CHECK(text.find("└") != std::string::npos);
  CHECK(lines[9].substr(lines[9].size() - 3) == "⢄");
}

TEST_CASE("several series have a legend, and differ without colours") {
  std::vector<Series> series = {line("train/loss", {3, 2, 1}), line("val/loss", {4, 3, 2})};
  std::string plain = terminal_curves(series, 60, 12);
  CHECK(plain.find("━━ train/loss   ┄┄ val/loss") != std::string::npos);
  CHECK(plain.find('\x1b') == std::string::npos);
  std::string ascii = terminal_curves(series, 60, 12, kAscii);
  CHECK(ascii.find("* train/loss   + val/loss") != std::string::npos);
  for (char c : ascii) CHECK(static_cast<unsigned char>(c) < 128);
  std::string coloured = terminal_curves(series, 60, 12, {Charset::unicode, Colours::ansi});
  CHECK(coloured.find("\x1b[36m") != std::string::npos);
  CHECK(coloured.find("\x1b[33m") != std::string::npos);
}

TEST_CASE("points that are not finite leave a gap, and nothing leaves nothing") {
  std::vector<Series> series = {line("loss", {1, kNan, 3, 4})};
  CHECK(!terminal_curves(series, 40, 8).empty());
  series = {line("loss", {kNan, kNan})};
  CHECK(terminal_curves(series, 40, 8).empty());
  CHECK(terminal_curves({}, 40, 8).empty());
  CHECK(svg_curves(series, "t").empty());
}

TEST_CASE("one point, tiny sizes and hostile names are drawn") {
  std::vector<Series> series = {line("a\x1b[2J", {1}), line("b", {1e308, -1e308})};
  std::string text = terminal_curves(series, 1, 1);
  CHECK(!text.empty());
  CHECK(text.find('\x1b') == std::string::npos);
  std::string svg = svg_curves(series, "<script>");
  CHECK(svg.find("<script>") == std::string::npos);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
}

TEST_CASE("an SVG curve is one path through its points") {
  std::vector<Series> series = {line("loss", {0, 1})};
  std::string svg = svg_curves(series, "loss by epoch", 200, 100);
  CHECK(svg.find("aria-label=\"loss by epoch\"") != std::string::npos);
  CHECK(svg.find("d=\"M31.8 74L186 12\"") != std::string::npos);
  CHECK(svg.substr(svg.size() - 6) == "</svg>");
}
