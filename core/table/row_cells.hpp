// Single rows of a table with their cells, read again by number.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "format/value.hpp"
#include "table/row_source.hpp"

namespace mlo::table {

struct RowCells {
  uint64_t row = 0, line = 0;
  /// Column -> cell as a JSON value: of CSV always text; keys that a JSONL row lacks are left out.
  format::Value cells = format::Value::object();
};

/// The rows of these numbers (ascending, different), in this order. Throws failure when the table has
/// fewer rows than it had.
std::vector<RowCells> read_rows(const RowSource& source, std::span<const uint64_t> numbers,
                                const std::atomic<bool>* cancelled);

}  // namespace mlo::table
