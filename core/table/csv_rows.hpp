// Rows of CSV text, one after another, checked: equal width, quotes where RFC 4180 allows them, no NUL,
// valid UTF-8. The part that the table reader and the streaming reader share. Errors name
// "<name>:<line>:<column>"; the column counts bytes from 1.
//
//   CsvRows rows("data.csv", ',');
//   size_t used = rows.open(window, last);      // window starts at the start of a row
//   while (rows.next()) for (i < rows.fields()) ... rows.field(i, scratch)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "table/csv_scanner.hpp"
#include "table/raw_rows.hpp"

namespace mlo::table {

/// Tab for .tsv and .tab, else a comma.
char delimiter_of(std::string_view name);

class CsvRows {
 public:
  CsvRows(std::string name, char delimiter);

  /// Scans the next window; rows of the previous one are no longer valid. Returns the bytes of its
  /// complete rows, 0 if none is complete. `last`: no text follows.
  size_t open(std::string_view window, bool last);
  /// Steps to the next row that is not blank; false when the window has no more.
  bool next();
  size_t fields() const { return ends_.size(); }
  /// The field's value without quotes; doubled quotes are undone into `owner`.
  std::string_view field(size_t index, RawRows& owner) const;
  /// The line on which the current row starts.
  uint64_t line() const { return line_; }

  /// Reads the current row as header: names must be there, non-empty and different.
  std::vector<std::string> header() const;
  /// From now on each row must have as many fields.
  void set_width(size_t width) { width_ = width; }

  /// At a field of the current row.
  Error error(size_t field, std::string message, std::string hint = "") const;

 private:
  const char* begin_of(size_t field) const;
  Error error_at(const char* place, std::string message, std::string hint = "") const;
  void check_bytes() const;
  void check_width() const;
  [[noreturn]] void fail_open_quote() const;
  std::string_view unquoted(std::string_view raw, size_t index, RawRows& owner) const;

  std::string name_;
  CsvScanner scanner_;
  std::string_view window_;
  size_t mark_ = 0;        ///< next mark of the scanner
  size_t begin_ = 0;       ///< start of the current row
  size_t next_begin_ = 0;  ///< start of the row after it
  uint64_t line_ = 1, next_line_ = 1;
  std::vector<uint32_t> ends_;
  size_t width_ = 0;
  bool open_quote_ = false;
};

/// Throws when the text begins like UTF-16; returns the size of a UTF-8 byte order mark (0 or 3).
size_t skip_byte_order_mark(std::string_view text, const std::string& name);

}  // namespace mlo::table
