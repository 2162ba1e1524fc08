#include "train/reference_profile.hpp"

#include <cmath>

namespace mlo::train {
namespace {

std::vector<double> numbers_of(const table::Column& column, std::span<const uint32_t> rows) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (uint32_t row : rows) values.push_back(column.values[row]);
  return values;
}

std::vector<int8_t> booleans_of(const table::Column& column, std::span<const uint32_t> rows) {
  std::vector<int8_t> values;
  values.reserve(rows.size());
  for (uint32_t row : rows) {
    double value = column.values[row];
    values.push_back(static_cast<int8_t>(std::isnan(value) ? -1 : value != 0 ? 1 : 0));
  }
  return values;
}

std::vector<int32_t> codes_of(const table::Column& column, std::span<const uint32_t> rows) {
  std::vector<int32_t> codes;
  codes.reserve(rows.size());
  for (uint32_t row : rows) codes.push_back(column.codes[row]);
  return codes;
}

}  // namespace

drift::ColumnProfile profile_column(const table::Column& column, std::span<const uint32_t> rows) {
  switch (column.type) {
    case table::Type::numeric:
      return drift::profile_numbers(column.name, numbers_of(column, rows));
    case table::Type::boolean:
      return drift::profile_booleans(column.name, booleans_of(column, rows));
    case table::Type::date:
      return drift::profile_dates(column.name, numbers_of(column, rows));
    case table::Type::categorical:
    case table::Type::text:
      break;
  }
  return drift::profile_codes(column.name, codes_of(column, rows), column.dictionary);
}

drift::Profile profile_table(const table::Table& table, std::span<const uint32_t> rows,
                             std::span<const std::string> columns) {
  drift::Profile profile;
  for (const std::string& name : columns)
    profile.columns.push_back(profile_column(table.column(name), rows));
  return profile;
}

}  // namespace mlo::train
