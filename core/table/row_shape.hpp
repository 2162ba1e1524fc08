// What a table looks like as a whole: columns, what kind of values they hold, how many rows. One
// streaming pass in constant memory (of JSONL: in the number of columns).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/row_source.hpp"

namespace mlo::table {

/// What all values of a column are; missing ones say nothing.
enum class ColumnKind { empty, numeric, boolean, date, text, nested };
/// "empty", "numeric", ...
std::string_view kind_name(ColumnKind kind);

struct ShapeColumn {
  std::string name;
  ColumnKind kind = ColumnKind::empty;
};

struct TableShape {
  std::vector<ShapeColumn> columns;
  uint64_t rows = 0;
  RowFormat format = RowFormat::automatic;  ///< automatic: a file without a byte
  const ShapeColumn* find(std::string_view name) const;
  std::vector<std::string> names() const;
};

TableShape shape_of(const RowSource& source, const std::atomic<bool>* cancelled);

}  // namespace mlo::table
