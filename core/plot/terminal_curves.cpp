#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "base/text.hpp"
#include "plot/axis.hpp"
#include "plot/curves.hpp"

namespace mlo::plot {
namespace {

constexpr int kLeastWidth = 24;
constexpr int kLeastHeight = 6;

/// Which of every eight dots of a line are drawn. Without colours lines differ by their pattern.
constexpr std::array<uint8_t, 4> kPatterns = {0xff, 0x49, 0x1f, 0x5f};
constexpr std::array<const char*, 4> kPatternSamples = {"━━", "┄┄", "╍╍", "━╍"};
constexpr std::array<char, 6> kMarks = {'*', '+', 'o', 'x', '#', '@'};
constexpr std::array<const char*, 6> kColours = {"36", "33", "35", "32", "34", "31"};

/// Dots of braille cells (2 x 4), or one mark per cell in ASCII.
class Canvas {
 public:
  Canvas(int columns, int rows, TerminalStyle style)
      : style_(style), columns_(columns), rows_(rows), cells_(size_t(columns) * size_t(rows)) {}

  int width() const { return style_.charset == Charset::unicode ? 2 * columns_ : columns_; }
  int height() const { return style_.charset == Charset::unicode ? 4 * rows_ : rows_; }

  void dot(int x, int y, size_t series) {
    if (x < 0 || y < 0 || x >= width() || y >= height()) return;
    bool braille = style_.charset == Charset::unicode;
    static constexpr uint8_t kBits[4][2] = {{1, 8}, {2, 16}, {4, 32}, {64, 128}};
    size_t row = size_t(braille ? y / 4 : y), column = size_t(braille ? x / 2 : x);
    Cell& cell = cells_[row * size_t(columns_) + column];
    cell.bits = static_cast<uint8_t>(cell.bits | (braille ? kBits[y % 4][x % 2] : 1));
    cell.series = series;
  }

  void line(int x0, int y0, int x1, int y1, size_t series) {
    int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    bool patterned = style_.charset == Charset::unicode && style_.colours == Colours::none;
    uint8_t pattern = patterned ? kPatterns[series % kPatterns.size()] : 0xff;
    for (int i = 0; i <= steps; ++i) {
      if (pattern & (1 << (phase_++ % 8)))
        dot(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps, series);
    }
  }
  void begin_line() { phase_ = 0; }

  std::string row_text(int row) const {
    std::string text;
    for (int column = 0; column < columns_; ++column) {
      const Cell& cell = cells_[size_t(row) * size_t(columns_) + size_t(column)];
      append_cell(text, cell);
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
  }

 private:
  struct Cell {
    uint8_t bits = 0;
    size_t series = 0;
  };

  void append_cell(std::string& text, const Cell& cell) const {
    if (cell.bits == 0) {
      text += ' ';
      return;
    }
    bool coloured = style_.colours == Colours::ansi;
    if (coloured) text += fmt::format("\x1b[{}m", kColours[cell.series % kColours.size()]);
    if (style_.charset == Charset::ascii) {
      text += kMarks[cell.series % kMarks.size()];
    } else {  // U+2800 + bits
      text += '\xe2';
      text += static_cast<char>(0xa0 | (cell.bits >> 6));
      text += static_cast<char>(0x80 | (cell.bits & 0x3f));
    }
    if (coloured) text += "\x1b[0m";
  }

  TerminalStyle style_;
  int columns_, rows_;
  std::vector<Cell> cells_;
  unsigned phase_ = 0;
};

int scaled(double place, int size) {
  return static_cast<int>(std::lround(std::clamp(place, 0.0, 1.0) * (size - 1)));
}

void draw(Canvas& canvas, const Series& series, size_t index, const Axis& x, const Axis& y) {
  int last_x = -1, last_y = -1;
  canvas.begin_line();
  for (size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
    if (!is_point(series, i)) {
      last_x = -1;
      continue;
    }
    int dot_x = scaled(x.place(series.x[i]), canvas.width());
    int dot_y = scaled(1 - y.place(series.y[i]), canvas.height());
    if (last_x < 0)
      canvas.dot(dot_x, dot_y, index);
    else
      canvas.line(last_x, last_y, dot_x, dot_y, index);
    last_x = dot_x;
    last_y = dot_y;
  }
}

/// Tick labels under the axis, each centred on its tick where there is room.
std::string x_labels(const Axis& axis, int columns, size_t margin) {
  std::string text(margin + size_t(columns), ' ');
  size_t free_from = 0;
  for (size_t i = 0; i < axis.ticks.size(); ++i) {
    const std::string& label = axis.labels[i];
    int at = static_cast<int>(margin) + scaled(axis.place(axis.ticks[i]), columns) -
             static_cast<int>(label.size()) / 2;
    at = std::clamp(at, 0, static_cast<int>(text.size()) - static_cast<int>(label.size()));
    if (at < 0 || size_t(at) < free_from) continue;
    text.replace(size_t(at), label.size(), label);
    free_from = size_t(at) + label.size() + 2;
  }
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

std::string legend(std::span<const Series> series, size_t margin, TerminalStyle style) {
  std::string text(margin, ' ');
  for (size_t i = 0; i < series.size(); ++i) {
    std::string sample = style.charset == Charset::ascii
                             ? std::string(1, kMarks[i % kMarks.size()])
                             : std::string(style.colours == Colours::ansi
                                               ? "━━"
                                               : kPatternSamples[i % kPatternSamples.size()]);
    if (style.colours == Colours::ansi)
      sample = fmt::format("\x1b[{}m{}\x1b[0m", kColours[i % kColours.size()], sample);
    text += (i == 0 ? "" : "   ") + sample + " " + printable(series[i].name);
  }
  return text + "\n";
}

}  // namespace

std::string terminal_curves(std::span<const Series> series, int width, int height,
                            TerminalStyle style) {
  Bounds bounds = bounds_of(series);
  if (bounds.empty) return "";
  width = std::max(width, kLeastWidth);
  int rows = std::max(height, kLeastHeight) - 2 - (series.size() > 1 ? 1 : 0);
  Axis y = make_axis(bounds.bottom, bounds.top, std::clamp(rows / 2, 1, 5), Ends::on_ticks);
  size_t label_width = 0;
  for (const std::string& label : y.labels) label_width = std::max(label_width, label.size());
  int columns = std::max(width - static_cast<int>(label_width) - 2, 8);
  Axis x = make_axis(bounds.left, bounds.right, std::max(columns / 10, 1), Ends::exact);

  Canvas canvas(columns, rows, style);
  for (size_t i = 0; i < series.size(); ++i) draw(canvas, series[i], i, x, y);
  std::vector<std::string> row_labels(static_cast<size_t>(rows));
  for (size_t i = 0; i < y.ticks.size(); ++i)
    row_labels[size_t(scaled(1 - y.place(y.ticks[i]), rows))] = y.labels[i];

  bool unicode = style.charset == Charset::unicode;
  std::string text;
  for (int row = 0; row < rows; ++row) {
    const std::string& label = row_labels[size_t(row)];
    const char* edge = unicode ? (label.empty() ? "│" : "┤") : (label.empty() ? "|" : "+");
    std::string line = fmt::format("{:>{}} {}{}", label, label_width, edge, canvas.row_text(row));
    text += line + "\n";
  }
  text += std::string(label_width + 1, ' ') + (unicode ? "└" : "+");
  for (int i = 0; i < columns; ++i) text += unicode ? "─" : "-";
  text += "\n" + x_labels(x, columns, label_width + 2);
  if (series.size() > 1) text += legend(series, label_width + 2, style);
  return text;
}

}  // namespace mlo::plot
