// Finds the ends of fields and rows in CSV text, 64 bytes at a time. Quotes, delimiters and newlines
// become bit masks (SSE2, else eight bytes at a time in plain registers); the running exclusive-or of
// the quote mask says what stands inside quotes (the method of simdjson and of Mison, Li et al., VLDB
// 2017). A doubled quote toggles twice, so it needs no case. Knows nothing of headers or types.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mlo::table {

class CsvScanner {
 public:
  /// A mark is the offset of the delimiter or newline that ends a field; this bit: it ends the row.
  static constexpr uint32_t kRowEnd = 1u << 31;
  static constexpr size_t kLargestWindow = kRowEnd - 1;

  explicit CsvScanner(char delimiter) : delimiter_(delimiter) {}

  /// Scans a window that starts at the start of a row. Returns the bytes of its complete rows; the
  /// marks of an incomplete last row are not shown, unless `last`: then the end of text ends it.
  /// After a result of 0 the next window must begin with the same bytes: they are not read again, so
  /// that a long row which arrives in small pieces costs linear time.
  size_t scan(std::string_view window, bool last);

  std::span<const uint32_t> marks() const { return {marks_.data(), shown_}; }
  char delimiter() const { return delimiter_; }
  /// Of the window just scanned.
  bool has_quotes() const { return has_quotes_; }
  /// A NUL or a byte above 127 occurs: the rows must be checked.
  bool needs_check() const { return needs_check_; }
  /// The window ended inside quotes.
  bool open_quote() const { return open_quote_; }

 private:
  void scan_block(const char* block, size_t offset, uint64_t valid);

  char delimiter_;
  std::vector<uint32_t> marks_;  ///< a buffer; the first count_ are in use
  size_t count_ = 0;
  size_t shown_ = 0;
  size_t complete_ = 0;  ///< marks up to and with the last end of row
  size_t scanned_ = 0;   ///< whole blocks of the window that are done
  uint64_t inside_ = 0;  ///< all ones while inside quotes
  bool has_quotes_ = false, needs_check_ = false, open_quote_ = false;
};

}  // namespace mlo::table
