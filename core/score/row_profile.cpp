#include "score/row_profile.hpp"

#include <cmath>

#include "base/error.hpp"
#include "table/typed_cell.hpp"
#include "table/value_text.hpp"

namespace mlo::score {
namespace {

using table::Cell;
using table::Type;

Error unfit(const table::RawRows& rows, size_t row, const TypedColumn& column, const Cell& cell) {
  return table::misfit(rows, row, column.name, column.type, cell, ", which the reference has here");
}

bool is_missing(const Cell& cell) {
  return cell.kind() == Cell::Kind::missing ||
         (cell.kind() == Cell::Kind::text && table::is_missing(cell.as_text()));
}

const table::RawColumn& find_column(const table::RawRows& rows, const std::string& name) {
  if (const table::RawColumn* column = rows.find(name)) return *column;
  throw table::missing_column(rows, name);
}

}  // namespace

RowProfile::RowProfile(std::vector<TypedColumn> columns) {
  for (TypedColumn& column : columns) {
    collectors_.emplace_back();
    collectors_.back().column = std::move(column);
  }
}

void RowProfile::add_cell(Collector& collector, const Cell& cell, const table::RawRows& rows,
                          size_t row) {
  if (collector.column.type == Type::categorical || collector.column.type == Type::text) {
    if (cell.kind() == Cell::Kind::absent || cell.kind() == Cell::Kind::nested)
      throw unfit(rows, row, collector.column, cell);
    collector.codes.push_back(is_missing(cell) ? -1
                              : cell.kind() == Cell::Kind::text
                                  ? collector.labels.add(cell.as_text())
                                  : collector.labels.add(cell_text(cell)));
    return;
  }
  const auto value = table::typed_value(cell, collector.column.type);
  if (!value) throw unfit(rows, row, collector.column, cell);
  if (collector.column.type == Type::boolean) {
    collector.booleans.push_back(static_cast<int8_t>(std::isnan(*value) ? -1 : *value));
  } else {
    collector.numbers.push_back(*value);
  }
}

void RowProfile::add(const table::RawRows& rows) {
  for (Collector& collector : collectors_) {
    const table::RawColumn& cells = find_column(rows, collector.column.name);
    for (size_t row = 0; row < cells.size(); ++row) add_cell(collector, cells[row], rows, row);
  }
  rows_ += rows.rows();
}

drift::Profile RowProfile::finish() && {
  // Types come from the reference; here only the values matter, so labels are always kept.
  drift::ProfileOptions options{.detect_text = false};
  drift::Profile profile;
  for (Collector& collector : collectors_) {
    const std::string& name = collector.column.name;
    drift::ColumnProfile column;
    switch (collector.column.type) {
      case Type::numeric:
        column = drift::profile_numbers(name, collector.numbers, drift::NumberKind::real, options);
        break;
      case Type::date:
        column = drift::profile_dates(name, collector.numbers, options);
        break;
      case Type::boolean:
        column = drift::profile_booleans(name, collector.booleans);
        break;
      case Type::categorical:
      case Type::text:
        column = drift::profile_codes(name, collector.codes, collector.labels.values(), options);
    }
    profile.columns.push_back(std::move(column));
  }
  return profile;
}

}  // namespace mlo::score
