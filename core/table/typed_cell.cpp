#include "table/typed_cell.hpp"

#include <limits>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "table/value_text.hpp"

namespace mlo::table {
namespace {

std::optional<double> value_of_text(std::string_view text, Type type) {
  if (type == Type::numeric) return parse_number(text);
  if (type == Type::date) return parse_date(text);
  const auto value = parse_boolean(text);
  return value ? std::optional<double>(*value ? 1 : 0) : std::nullopt;
}

}  // namespace

std::optional<double> typed_value(const Cell& cell, Type type) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  switch (cell.kind()) {
    case Cell::Kind::missing:
      return kMissing;
    case Cell::Kind::text:
      if (const auto value = value_of_text(cell.as_text(), type)) return value;
      return is_missing(cell.as_text()) ? std::optional<double>(kMissing) : std::nullopt;
    case Cell::Kind::number: {
      const double number = cell.as_number();
      const bool fits =
          type == Type::numeric || (type == Type::boolean && (number == 0 || number == 1));
      return fits ? std::optional<double>(number) : std::nullopt;
    }
    case Cell::Kind::boolean:
      return type == Type::boolean ? std::optional<double>(cell.as_boolean() ? 1 : 0)
                                   : std::nullopt;
    case Cell::Kind::date:
      return type == Type::date ? std::optional<double>(cell.as_number()) : std::nullopt;
    case Cell::Kind::absent:
    case Cell::Kind::nested:
      break;
  }
  return std::nullopt;
}

Error misfit(const RawRows& rows, size_t row, std::string_view column, Type type, const Cell& cell,
             std::string_view why) {
  if (cell.kind() == Cell::Kind::absent) {
    return failure(rows.where(row) + ": no column " + quoted(column),
                   "write null for a missing value");
  }
  const std::string place = rows.where(row) + ": column " + quoted(column) + ": ";
  if (cell.kind() == Cell::Kind::nested) return failure(place + "a list or an object");
  return failure(place + quoted_start(cell_text(cell)) + " is not " + noun_of(type) +
                 std::string(why));
}

Error missing_column(const RawRows& rows, std::string_view column) {
  std::vector<std::string> present;
  for (size_t i = 0; i < rows.columns(); ++i) present.push_back(rows.at(i).name());
  const std::string prefix = rows.source().empty() ? "" : rows.source() + ": ";
  return failure(prefix + "no column " + quoted(column), suggestion(column, present));
}

const char* noun_of(Type type) {
  return type == Type::numeric ? "a number" : type == Type::date ? "a date" : "a boolean";
}

}  // namespace mlo::table
