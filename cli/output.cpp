#include "cli/output.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/json.hpp"

namespace mlo::cli {
namespace {

constexpr size_t kFlushAt = 1 << 16;

/// Display width without the escape sequences of paint().
size_t visible_width(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else {
      plain += text[i];
    }
  }
  return display_width(plain);
}

}  // namespace

void Output::text(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kFlushAt) flush();
}

void Output::line(std::string_view text) {
  buffer_ += text;
  this->text("\n");
}

void Output::document(format::Value document) {
  format::Value whole = format::Value::object();
  whole.set("mlo", 1);
  for (auto& member : document.as_object()) whole.set(member.key, std::move(member.value));
  text(format::pretty_json(whole));
}

void Output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    ssize_t wrote = ::write(fd_, rest.data(), rest.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      int number = errno;
      buffer_.clear();  // or the next flush would fail again and hide this error
      throw system_error("cannot write to stdout", number);
    }
    rest.remove_prefix(static_cast<size_t>(wrote));
  }
  buffer_.clear();
}

std::string Output::paint(Color color, std::string_view text) const {
  static constexpr const char* kCodes[] = {"", "1", "2", "31", "32", "33", "34", "36"};
  if (!color_ || color == Color::none) return std::string(text);
  return std::string("\x1b[") + kCodes[static_cast<int>(color)] + "m" + std::string(text) +
         "\x1b[0m";
}

TextTable::TextTable(std::vector<std::string> header, std::vector<Align> align)
    : header_(std::move(header)), align_(std::move(align)) {
  align_.resize(header_.size(), Align::left);
}

void TextTable::row(std::vector<std::string> cells) {
  cells.resize(header_.size());
  rows_.push_back(std::move(cells));
}

void TextTable::print(Output& out) const {
  std::vector<size_t> widths(header_.size(), 0);
  auto measure = [&](const std::vector<std::string>& cells) {
    for (size_t i = 0; i < cells.size(); ++i) {
      widths[i] = std::max(widths[i], visible_width(cells[i]));
    }
  };
  measure(header_);
  for (const auto& cells : rows_) measure(cells);
  auto render = [&](const std::vector<std::string>& cells, Color color) {
    std::string text;
    for (size_t i = 0; i < cells.size(); ++i) {
      std::string padding(widths[i] - visible_width(cells[i]), ' ');
      std::string cell = out.paint(color, cells[i]);
      text += align_[i] == Align::right ? padding + cell : cell + padding;
      if (i + 1 < cells.size()) text += "  ";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out.line(text);
  };
  render(header_, Color::bold);
  for (const auto& cells : rows_) render(cells, Color::none);
}

}  // namespace mlo::cli
