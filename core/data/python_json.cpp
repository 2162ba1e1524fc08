#include "data/python_json.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mlo::data {
namespace {

constexpr unsigned kEscapedByte = 0xdc00;  // surrogateescape: 0xdc00 + byte

void append_unit(std::string& out, unsigned unit) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[unit >> shift & 15];
}

void append_code(std::string& out, unsigned code) {
  if (code < 0x10000) return append_unit(out, code);
  append_unit(out, 0xd800 + ((code - 0x10000) >> 10));
  append_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
}

}  // namespace

void append_python_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kPlain = "\"\\\n\r\t\b\f", kLetters = "\"\\nrtbf";
  out += '"';
  while (!text.empty()) {
    auto byte = static_cast<unsigned char>(text[0]);
    size_t special = kPlain.find(text[0]);
    size_t length = 1;
    if (special != std::string_view::npos) {
      (out += '\\') += kLetters[special];
    } else if (byte >= 0x20 && byte < 0x7f) {
      out += text[0];
    } else if (size_t sequence = sequence_length(text); sequence > 0) {
      append_code(out, code_point(text, sequence));
      length = sequence;
    } else {
      append_unit(out, kEscapedByte + byte);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

Error PythonJson::error(const std::string& message) const {
  std::string_view before = text_.substr(0, at_);
  size_t line = 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  size_t start = before.rfind('\n');
  size_t column = start == std::string_view::npos ? at_ + 1 : at_ - start;
  return failure(name_ + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " +
                 message);
}

void PythonJson::skip_space() {
  at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
}

bool PythonJson::accept(char token) {
  skip_space();
  if (at_ >= text_.size() || text_[at_] != token) return false;
  ++at_;
  return true;
}

void PythonJson::expect(char token) {
  if (!accept(token)) throw error("expected '" + std::string(1, token) + "'");
}

void PythonJson::end() {
  skip_space();
  if (at_ < text_.size()) throw error("something follows the end");
}

unsigned PythonJson::hex4() {
  if (text_.size() - at_ < 4) throw error("a \\u without four digits");
  unsigned unit = 0;
  for (size_t i = 0; i < 4; ++i) {
    char c = text_[at_ + i];
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) throw error("a \\u without four digits");
    unit = unit << 4 | static_cast<unsigned>(digit);
  }
  at_ += 4;
  return unit;
}

void PythonJson::append_escape(std::string& out) {
  static constexpr std::string_view kLetters = "\"\\/nrtbf", kMeant = "\"\\/\n\r\t\b\f";
  if (at_ >= text_.size()) throw error("a string without an end");
  char letter = text_[at_++];
  if (size_t known = kLetters.find(letter); known != std::string_view::npos) {
    out += kMeant[known];
    return;
  }
  if (letter != 'u') throw error("an unknown escape");
  unsigned unit = hex4();
  if (unit >= 0xd800 && unit < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
    size_t before = at_;
    at_ += 2;
    unsigned low = hex4();
    if (low >= 0xdc00 && low < 0xe000) {
      return append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
    }
    at_ = before;
  }
  if (unit >= kEscapedByte + 0x80 && unit <= kEscapedByte + 0xff) {
    out += static_cast<char>(unit - kEscapedByte);
  } else if (unit >= 0xd800 && unit < 0xe000) {
    throw error("half of a surrogate pair");
  } else {
    append_utf8(out, unit);
  }
}

std::string PythonJson::string() {
  expect('"');
  std::string out;
  for (;;) {
    size_t stop = text_.find_first_of("\"\\", at_);
    if (stop == std::string_view::npos) throw error("a string without an end");
    out += text_.substr(at_, stop - at_);
    at_ = stop + 1;
    if (text_[stop] == '"') return out;
    append_escape(out);
  }
}

void PythonJson::skip_scalar() {
  skip_space();
  if (at_ < text_.size() && text_[at_] == '"') {
    string();
    return;
  }
  size_t stop = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
  if (stop == at_ || text_.find_first_of("[{", at_) < stop) throw error("expected a plain value");
  at_ = stop;
}

}  // namespace mlo::data
