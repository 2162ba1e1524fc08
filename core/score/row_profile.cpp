#include "score/row_profile.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "table/value_text.hpp"

namespace mlo::score {
namespace {

using table::Cell;
using table::Type;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

bool is_missing(const Cell& cell) {
  return cell.kind() == Cell::Kind::missing ||
         (cell.kind() == Cell::Kind::text && table::is_missing(cell.as_text()));
}

std::optional<double> numeric_value(const Cell& cell) {
  if (cell.kind() == Cell::Kind::number) return cell.as_number();
  if (cell.kind() == Cell::Kind::text) return table::parse_number(cell.as_text());
  return std::nullopt;
}

std::optional<double> date_value(const Cell& cell) {
  if (cell.kind() == Cell::Kind::date) return cell.as_number();
  if (cell.kind() == Cell::Kind::text) return table::parse_date(cell.as_text());
  return std::nullopt;
}

std::optional<bool> boolean_value(const Cell& cell) {
  if (cell.kind() == Cell::Kind::boolean) return cell.as_boolean();
  if (cell.kind() == Cell::Kind::text) return table::parse_boolean(cell.as_text());
  if (cell.kind() == Cell::Kind::number && (cell.as_number() == 0 || cell.as_number() == 1))
    return cell.as_number() == 1;
  return std::nullopt;
}

[[noreturn]] void misfit(const table::RawRows& rows, size_t row, const TypedColumn& column,
                         const Cell& cell) {
  std::string place = rows.where(row) + ": column " + quoted(column.name) + ": ";
  if (cell.kind() == Cell::Kind::absent)
    throw failure(place + "is not there", "write null for a missing value");
  if (cell.kind() == Cell::Kind::nested) throw failure(place + "a list or an object");
  const char* noun = column.type == Type::numeric ? "a number"
                     : column.type == Type::date  ? "a date"
                                                  : "a boolean";
  std::string text = cell_text(cell).substr(0, 40);
  throw failure(place + quoted(text) + " is not " + noun + ", which the reference has here");
}

const table::RawColumn& find_column(const table::RawRows& rows, const std::string& name) {
  if (const table::RawColumn* column = rows.find(name)) return *column;
  std::vector<std::string> present;
  for (size_t i = 0; i < rows.columns(); ++i) present.push_back(rows.at(i).name());
  std::string prefix = rows.source().empty() ? "" : rows.source() + ": ";
  throw failure(prefix + "no column " + quoted(name), suggestion(name, present));
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
  bool missing = is_missing(cell);
  Type type = collector.column.type;
  if (type == Type::boolean) {
    auto value = boolean_value(cell);
    if (!value && !missing) misfit(rows, row, collector.column, cell);
    collector.booleans.push_back(static_cast<int8_t>(missing ? -1 : *value));
  } else if (type == Type::categorical || type == Type::text) {
    if (cell.kind() == Cell::Kind::absent || cell.kind() == Cell::Kind::nested)
      misfit(rows, row, collector.column, cell);
    collector.codes.push_back(missing ? -1
                              : cell.kind() == Cell::Kind::text
                                  ? collector.labels.add(cell.as_text())
                                  : collector.labels.add(cell_text(cell)));
  } else {
    auto value = type == Type::date ? date_value(cell) : numeric_value(cell);
    if (!value && !missing) misfit(rows, row, collector.column, cell);
    collector.numbers.push_back(value.value_or(kMissing));
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
