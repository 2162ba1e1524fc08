#include "table/table.hpp"

#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::table {

const char* type_name(Type type) {
  switch (type) {
    case Type::numeric:
      return "numeric";
    case Type::categorical:
      return "categorical";
    case Type::boolean:
      return "boolean";
    case Type::date:
      return "date";
    case Type::text:
      return "text";
  }
  return "numeric";
}

std::optional<Type> parse_type(std::string_view name) {
  for (Type type : {Type::numeric, Type::categorical, Type::boolean, Type::date, Type::text}) {
    if (name == type_name(type)) return type;
  }
  return std::nullopt;
}

bool Column::is_missing(size_t row) const {
  return is_string() ? codes[row] < 0 : std::isnan(values[row]);
}

Cell Column::cell(size_t row) const {
  if (is_missing(row)) return Cell::missing();
  switch (type) {
    case Type::numeric:
      return Cell::number(values[row]);
    case Type::boolean:
      return Cell::boolean(values[row] != 0);
    case Type::date:
      return Cell::date(values[row]);
    case Type::categorical:
    case Type::text:
      break;
  }
  return Cell::text(dictionary[static_cast<size_t>(codes[row])]);
}

std::string Column::text(size_t row) const {
  bool spelled = type == Type::boolean && dictionary.size() == 2 && !is_missing(row);
  return spelled ? dictionary[values[row] != 0 ? 1 : 0] : cell_text(cell(row));
}

Table::Table(std::string name, std::vector<Column> columns, std::vector<uint64_t> lines)
    : name_(std::move(name)), columns_(std::move(columns)), lines_(std::move(lines)) {
  rows_ = columns_.empty() ? 0 : columns_.front().size();
}

const Column* Table::find(std::string_view name) const {
  for (const Column& column : columns_) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

const Column& Table::column(std::string_view name) const {
  if (const Column* found = find(name)) return *found;
  throw failure(name_ + ": no column " + quoted(name), suggestion(name, column_names()));
}

std::vector<std::string> Table::column_names() const {
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name);
  return names;
}

void Table::fill(RawRows& out, std::span<const uint32_t> rows) const {
  out.reset();
  out.set_source(name_);
  for (const Column& column : columns_) {
    RawColumn& raw = out.column(column.name);
    raw.reserve(rows.size());
    for (uint32_t row : rows) raw.push(column.cell(row));
  }
  for (size_t i = 0; i < rows.size(); ++i) out.set_line(i, line(rows[i]));
}

void Table::fill(RawRows& out, size_t begin, size_t end) const {
  std::vector<uint32_t> rows(end - begin);
  std::iota(rows.begin(), rows.end(), static_cast<uint32_t>(begin));
  fill(out, rows);
}

std::string looks_like_text(const Table& table, const Column& column, std::string_view role) {
  return table.name() + ": " + std::string(role) + " " + quoted(column.name) +
         " looks like free text (" + std::to_string(column.dictionary.size()) +
         " distinct values in " + std::to_string(column.size()) + " rows)";
}

}  // namespace mlo::table
