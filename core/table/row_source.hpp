// A table that can be read several times, and one reading of it row by row.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "base/descriptor.hpp"
#include "table/raw_rows.hpp"
#include "table/row_reader.hpp"

namespace mlo::table {

struct RowSource {
  std::string name;  ///< for messages, and for the format and the delimiter (RowReader)
  /// A descriptor at the start of the bytes, the same ones at each call.
  std::function<Descriptor()> open;
};

/// Rows 1, 2, ... of a source; a file without a byte has none. Not thread-safe.
class RowCursor {
 public:
  RowCursor(const RowSource& source, const std::atomic<bool>* cancelled);
  /// The next batch; false at the end. Text in rows() holds until the next call.
  bool next();
  const RawRows& rows() const { return rows_; }
  size_t count() const { return count_; }
  /// The number of the batch's first row.
  uint64_t first() const { return first_; }
  /// Rows of all batches so far.
  uint64_t total() const { return first_ + count_ - 1; }
  /// CSV: the header; JSONL: nothing, its columns come with the rows.
  const std::vector<std::string>& header() const;
  /// Known after the first next(); automatic for a file without a byte.
  RowFormat format() const { return empty_ ? RowFormat::automatic : reader_.format(); }

 private:
  Descriptor fd_;
  bool empty_ = false;
  RowReader reader_;
  RawRows rows_;
  size_t count_ = 0;
  uint64_t first_ = 1;
};

}  // namespace mlo::table
