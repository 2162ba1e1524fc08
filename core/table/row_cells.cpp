#include "table/row_cells.hpp"

#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/json.hpp"
#include "table/value_text.hpp"

namespace mlo::table {
namespace {

using format::Value;

Value value_of(const Cell& cell, const std::string& name) {
  switch (cell.kind()) {
    case Cell::Kind::text:
      return Value(cell.as_text());
    case Cell::Kind::number: {
      if (const auto exact = cell.exact_integer()) return Value(*exact);
      const double number = cell.as_number();
      constexpr double kExact = 9007199254740992;  // 2^53
      const bool whole = std::abs(number) < kExact && number == std::floor(number);
      return whole ? Value(static_cast<int64_t>(number)) : Value(number);
    }
    case Cell::Kind::boolean:
      return Value(cell.as_boolean());
    case Cell::Kind::date:
      return Value(date_text(cell.as_number()));
    case Cell::Kind::nested:
      return format::parse_json(cell.as_text(), name);
    case Cell::Kind::absent:
    case Cell::Kind::missing:
      break;
  }
  return Value();
}

RowCells cells_of(const RowCursor& cursor, size_t row, const std::string& name) {
  const RawRows& rows = cursor.rows();
  RowCells result;
  result.row = cursor.first() + row;
  result.line = rows.line(row);
  for (size_t i = 0; i < rows.columns(); ++i) {
    const Cell& cell = rows.at(i)[row];
    if (cell.kind() == Cell::Kind::absent) continue;
    result.cells.set(rows.at(i).name(), value_of(cell, name));
  }
  return result;
}

}  // namespace

std::vector<RowCells> read_rows(const RowSource& source, std::span<const uint64_t> numbers,
                                const std::atomic<bool>* cancelled) {
  std::vector<RowCells> found;
  if (numbers.empty()) return found;
  RowCursor cursor(source, cancelled);
  auto wanted = numbers.begin();
  while (wanted != numbers.end() && cursor.next()) {
    if (cancelled != nullptr && *cancelled) throw interrupted();
    for (; wanted != numbers.end() && *wanted <= cursor.total(); ++wanted) {
      found.push_back(cells_of(cursor, static_cast<size_t>(*wanted - cursor.first()), source.name));
    }
  }
  if (wanted != numbers.end()) {
    throw failure(quoted(source.name) + " changed while it was compared");
  }
  return found;
}

}  // namespace mlo::table
