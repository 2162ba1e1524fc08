#include "table/csv_rows.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace mlo::table {
namespace {

constexpr const char* kQuoteHint = "put the field in quotes and double the quotes in it";

bool contains(std::string_view text, char c) {
  if (text.size() > 16) return std::memchr(text.data(), c, text.size()) != nullptr;
  for (char each : text) {  // most fields are short: a call would cost more
    if (each == c) return true;
  }
  return false;
}

/// The first byte of the first character that is not valid UTF-8, or nullptr.
const char* first_invalid(std::string_view text) {
  if (is_utf8(text)) return nullptr;
  size_t at = 0;
  while (at < text.size()) {
    size_t length = 1;
    while (length < 4 && at + length < text.size() && (text[at + length] & 0xC0) == 0x80) ++length;
    if (!is_utf8(text.substr(at, length))) break;
    at += length;
  }
  return text.data() + at;
}

}  // namespace

char delimiter_of(std::string_view name) {
  return name.ends_with(".tsv") || name.ends_with(".tab") ? '\t' : ',';
}

size_t skip_byte_order_mark(std::string_view text, const std::string& name) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw failure(name + ":1:1: UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8");
  }
  return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

CsvRows::CsvRows(std::string name, char delimiter) : name_(std::move(name)), scanner_(delimiter) {}

size_t CsvRows::open(std::string_view window, bool last) {
  window_ = window;
  mark_ = begin_ = next_begin_ = 0;
  line_ = next_line_;
  ends_.clear();
  size_t used = scanner_.scan(window, last);
  open_quote_ = last && scanner_.open_quote();
  return used;
}

bool CsvRows::next() {
  auto marks = scanner_.marks();
  while (mark_ < marks.size()) {
    begin_ = next_begin_;
    line_ = next_line_;
    ends_.clear();
    uint32_t mark;
    do {
      mark = marks[mark_++];
      ends_.push_back(mark & ~CsvScanner::kRowEnd);
    } while ((mark & CsvScanner::kRowEnd) == 0);
    uint32_t& end = ends_.back();
    next_begin_ = end + 1;
    next_line_ = line_ + 1;
    if (scanner_.has_quotes()) {
      auto row = window_.substr(begin_, end - begin_);
      next_line_ += static_cast<uint64_t>(std::count(row.begin(), row.end(), '\n'));
    }
    if (end > begin_ && window_[end - 1] == '\r') --end;
    if (ends_.size() == 1 && end == begin_) continue;  // a blank line
    if (open_quote_ && mark_ == marks.size()) fail_open_quote();
    if (scanner_.needs_check()) check_bytes();
    if (width_ != 0 && ends_.size() != width_) check_width();
    return true;
  }
  return false;
}

const char* CsvRows::begin_of(size_t field) const {
  return window_.data() + (field == 0 ? begin_ : ends_[field - 1] + 1);
}

std::string_view CsvRows::field(size_t index, RawRows& owner) const {
  const char* begin = begin_of(index);
  std::string_view raw(begin, static_cast<size_t>(window_.data() + ends_[index] - begin));
  return scanner_.has_quotes() && contains(raw, '"') ? unquoted(raw, index, owner) : raw;
}

std::string_view CsvRows::unquoted(std::string_view raw, size_t index, RawRows& owner) const {
  if (raw.front() != '"') throw error(index, "a quote inside an unquoted field", kQuoteHint);
  if (raw.size() < 2 || raw.back() != '"') {
    throw error(index, "text behind the closing quote", kQuoteHint);
  }
  std::string_view inner = raw.substr(1, raw.size() - 2);
  if (!contains(inner, '"')) return inner;
  char* text = owner.allocate(inner.size());
  size_t size = 0;
  for (size_t i = 0; i < inner.size(); ++i) {
    text[size++] = inner[i];
    if (inner[i] != '"') continue;
    if (i + 1 == inner.size() || inner[++i] != '"') {
      throw error(index, "a quote inside a quoted field that is not doubled", kQuoteHint);
    }
  }
  return {text, size};
}

std::vector<std::string> CsvRows::header() const {
  RawRows owner;
  std::vector<std::string> names;
  for (size_t i = 0; i < fields(); ++i) {
    std::string_view name = field(i, owner);
    if (name.empty()) {
      throw error(i, "column " + std::to_string(i + 1) + " of the header has no name");
    }
    if (contains(name, '\r')) {
      throw error(i, "a carriage return without a line feed in the header",
                  "convert the line ends: tr '\\r' '\\n'");
    }
    auto same = std::find(names.begin(), names.end(), name);
    if (same != names.end()) {
      throw error(i, "column name " + quoted(name) + " is there twice (columns " +
                         std::to_string(same - names.begin() + 1) + " and " +
                         std::to_string(i + 1) + ")");
    }
    names.emplace_back(name);
  }
  return names;
}

void CsvRows::check_width() const {
  bool more = ends_.size() > width_;
  std::string found = counted(ends_.size(), "field");
  std::string message = "the row has " + found + ", the header has " + std::to_string(width_);
  if (more) throw error(width_, std::move(message));
  throw error_at(window_.data() + ends_.back(), std::move(message));
}

void CsvRows::check_bytes() const {
  std::string_view row = window_.substr(begin_, ends_.back() - begin_);
  if (const void* nul = row.empty() ? nullptr : std::memchr(row.data(), 0, row.size())) {
    throw error_at(static_cast<const char*>(nul), "binary data (a NUL byte)",
                   "CSV must be UTF-8 text");
  }
  if (const char* bad = first_invalid(row)) {
    throw error_at(bad, "invalid UTF-8", "convert it: iconv -f LATIN1 -t UTF-8");
  }
}

void CsvRows::fail_open_quote() const {
  size_t opening = begin_;
  bool inside = false;
  for (size_t i = begin_; i < window_.size(); ++i) {
    if (window_[i] != '"') continue;
    if (inside && i + 1 < window_.size() && window_[i + 1] == '"') {
      ++i;
      continue;
    }
    inside = !inside;
    if (inside) opening = i;
  }
  bool starts_field = opening == begin_ || window_[opening - 1] == scanner_.delimiter();
  const char* place = window_.data() + opening;
  if (!starts_field) throw error_at(place, "a quote inside an unquoted field", kQuoteHint);
  throw error_at(place, "a quoted field that never ends", "is the file cut short?");
}

Error CsvRows::error(size_t field, std::string message, std::string hint) const {
  return error_at(begin_of(field), std::move(message), std::move(hint));
}

Error CsvRows::error_at(const char* place, std::string message, std::string hint) const {
  uint64_t line = line_, column = 1;
  for (const char* c = window_.data() + begin_; c < place; ++c) {
    ++column;
    if (*c == '\n') {
      ++line;
      column = 1;
    }
  }
  return failure(
      name_ + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + std::move(message),
      std::move(hint));
}

}  // namespace mlo::table
