// The result on stdout: text or one JSON document. Buffered, written once in `flush`, so that a
// full disk or a closed pipe is seen: a failed write to stdout is exit 3, never a silent half.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/value.hpp"

namespace mlo::cli {

enum class Color { none, bold, dim, red, green, yellow, blue, cyan };

class Output {
 public:
  /// `color`: whether to write escape sequences (a terminal, and NO_COLOR is not set).
  Output(int fd, bool color, size_t width) : fd_(fd), color_(color), width_(width) {}

  void text(std::string_view text);
  void line(std::string_view text = {});
  /// Prints `document` with "mlo": 1 put first.
  void document(format::Value document);
  /// Writes everything out now (streams call it after each row or batch).
  void flush();

  std::string paint(Color color, std::string_view text) const;
  bool color() const { return color_; }
  /// Columns of the terminal, 80 where stdout is none.
  size_t width() const { return width_; }

 private:
  int fd_;
  bool color_;
  size_t width_;
  std::string buffer_;
};

/// Lines in aligned columns; numbers to the right. Cells may be painted.
class TextTable {
 public:
  enum class Align { left, right };
  explicit TextTable(std::vector<std::string> header, std::vector<Align> align = {});
  void row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  void print(Output& out) const;

 private:
  std::vector<std::string> header_;
  std::vector<Align> align_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace mlo::cli
