// What differs between two tables, row by row: columns, then rows over the columns that both have.
//
// Without a key, rows are a multiset: each row of one side is matched with an equal one of the other,
// wherever it stands; what is left over was removed or added. With a key, rows of one key are the same
// row, and it is changed where another cell differs. Cells are compared as they are written ("1.0" is
// not "1"; between two JSONL files by value, lists and objects by their text).
//
// Both files are streamed: once each for columns and kinds, side by side for the rows, and up to the last
// listed row for its cells. Rows are compared by a 128-bit hash. Memory: only rows wait that have no
// like yet (row_match.hpp), with a key also 16 bytes for each key; where that would exceed
// `most_entries` the rows are matched in several passes, a part of the hashes in each. 1 GiB of 10
// million rows in another order takes less than 500 MiB.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/value.hpp"
#include "table/row_shape.hpp"
#include "table/row_source.hpp"

namespace mlo::table {

struct RowDiffOptions {
  std::vector<std::string> key;  ///< columns
  uint64_t limit = 20;           ///< rows listed of each kind; counts are always exact
  size_t most_entries = size_t{4} << 20;
  const std::atomic<bool>* cancelled = nullptr;
};

struct ColumnChange {
  std::string name;
  std::optional<ColumnKind> before, after;  ///< nullopt: not there
};

struct RowPlace {
  uint64_t row = 0;   ///< from 1, without the header
  uint64_t line = 0;  ///< of the file
};

struct ListedRow {
  RowPlace place;      ///< the first of them
  uint64_t count = 1;  ///< equal rows that found no like
  format::Value cells = format::Value::object();
};

struct ChangedRow {
  RowPlace before, after;
  format::Value key = format::Value::object();
  struct Cell {
    std::string column;
    format::Value before, after;
  };
  std::vector<Cell> cells = {};  ///< those that differ
};

struct RowDiff {
  std::vector<ColumnChange> columns;  ///< removed and changed ones, then added ones
  bool reordered = false;             ///< the common columns stand in another order
  uint64_t rows_before = 0, rows_after = 0;
  uint64_t unchanged = 0, removed = 0, added = 0, changed = 0;
  std::vector<ListedRow> removed_rows, added_rows;  ///< by row, at most `limit`
  std::vector<ChangedRow> changed_rows;
  bool same() const { return columns.empty() && !reordered && removed + added + changed == 0; }
};

/// Throws what RowReader throws, usage for a key column that a side has not, and failure for a key that
/// occurs twice on a side (it names the first one met), and when a file changes meanwhile.
RowDiff diff_rows(const RowSource& before, const RowSource& after, const RowDiffOptions& options);

}  // namespace mlo::table
