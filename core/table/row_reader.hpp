// Streams raw rows from a file descriptor in constant memory: CSV (the rules of csv.hpp) or JSONL (one
// object per line). Memory is bounded by the largest row (at most 64 MiB; larger is an error). Rows
// are handed over as soon as they are complete: next() never waits for more input while it holds one.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "table/raw_rows.hpp"

namespace mlo::table {

/// automatic: JSONL when the name ends with .jsonl or .ndjson, or the first character is '{'.
enum class RowFormat { automatic, csv, jsonl };

struct RowOptions {
  RowFormat format = RowFormat::automatic;
  /// As in CsvOptions.
  char delimiter = 0;
  /// Asked before and, when a signal interrupts it, after each read; then next() throws interrupted.
  const std::atomic<bool>* cancelled = nullptr;
};

class RowReader {
 public:
  /// Borrows `fd`. Nothing is read yet. `name` is for messages.
  RowReader(int fd, std::string name, RowOptions options = {});
  ~RowReader();
  RowReader(RowReader&&) noexcept;

  /// Replaces `out` by the next rows, at least 1 and at most `most`; false at the end of input. Text
  /// in `out` holds until the next call. An error in row k is thrown by the call after the one that
  /// gave the rows before it.
  bool next(RawRows& out, size_t most);
  /// Rows given so far.
  uint64_t rows() const;
  /// CSV: the header, known after the first next() (which may have returned false).
  const std::vector<std::string>& columns() const;
  /// Which of the two it is; known after the first next().
  RowFormat format() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlo::table
