#include "infer/encoder.hpp"

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "table/value_text.hpp"

namespace mlo::infer {
namespace {

using table::Cell;
using table::RawColumn;
using table::RawRows;
using table::Type;

constexpr size_t kShown = 40;

/// The cell as a person typed it, quoted and cut to one line.
std::string shown(const Cell& cell) {
  std::string text = cell_text(cell);
  if (text.size() > kShown) {
    size_t cut = kShown;
    while (cut > 0 && (text[cut] & 0xC0) == 0x80) --cut;
    text.resize(cut);
    text += "...";
  }
  return quoted(text);
}

[[noreturn]] void misfit(const RawRows& rows, size_t row, const InputColumn& column,
                         const std::string& what) {
  throw failure(rows.where(row) + ": column " + quoted(column.name) + ": " + what);
}

[[noreturn]] void wrong_kind(const RawRows& rows, size_t row, const InputColumn& column,
                             const Cell& cell) {
  if (cell.kind() == Cell::Kind::absent) {
    throw failure(rows.where(row) + ": no column " + quoted(column.name),
                  "write null for a missing value");
  }
  if (cell.kind() == Cell::Kind::nested) misfit(rows, row, column, "a list or an object");
  const char* noun = column.type == Type::numeric ? "a number"
                     : column.type == Type::date  ? "a date"
                                                  : "a boolean";
  misfit(rows, row, column, shown(cell) + " is not " + noun);
}

/// NaN for a missing value; throws for one of the wrong type.
double number_of(const Cell& cell, const RawRows& rows, size_t row, const InputColumn& column) {
  if (cell.kind() == Cell::Kind::number) return cell.as_number();
  if (cell.kind() == Cell::Kind::text) {
    if (auto number = table::parse_number(cell.as_text())) return *number;
    if (table::is_missing(cell.as_text())) return std::numeric_limits<double>::quiet_NaN();
  }
  if (cell.kind() == Cell::Kind::missing) return std::numeric_limits<double>::quiet_NaN();
  wrong_kind(rows, row, column, cell);
}

double boolean_of(const Cell& cell, const RawRows& rows, size_t row, const InputColumn& column) {
  if (cell.kind() == Cell::Kind::boolean) return cell.as_boolean() ? 1 : 0;
  if (cell.kind() == Cell::Kind::text) {
    if (auto value = table::parse_boolean(cell.as_text())) return *value ? 1 : 0;
    if (table::is_missing(cell.as_text())) return std::numeric_limits<double>::quiet_NaN();
  }
  if (cell.kind() == Cell::Kind::number && (cell.as_number() == 0 || cell.as_number() == 1)) {
    return cell.as_number();
  }
  if (cell.kind() == Cell::Kind::missing) return std::numeric_limits<double>::quiet_NaN();
  wrong_kind(rows, row, column, cell);
}

double date_of(const Cell& cell, const RawRows& rows, size_t row, const InputColumn& column) {
  if (cell.kind() == Cell::Kind::date) return cell.as_number();
  if (cell.kind() == Cell::Kind::text) {
    if (auto days = table::parse_date(cell.as_text())) return *days;
    if (table::is_missing(cell.as_text())) return std::numeric_limits<double>::quiet_NaN();
  }
  if (cell.kind() == Cell::Kind::missing) return std::numeric_limits<double>::quiet_NaN();
  wrong_kind(rows, row, column, cell);
}

using Reader = double (*)(const Cell&, const RawRows&, size_t, const InputColumn&);

Reader reader_of(Type type) {
  return type == Type::numeric ? number_of : type == Type::boolean ? boolean_of : date_of;
}

void encode_numeric(const InputColumn& column, const RawColumn& cells, const RawRows& rows,
                    double* out, size_t stride) {
  Reader read = reader_of(column.type);
  for (size_t row = 0; row < cells.size(); ++row, out += stride) {
    double value = read(cells[row], rows, row, column);
    bool missing = std::isnan(value);
    if (std::isinf(value)) misfit(rows, row, column, "an infinite number");
    out[0] = missing ? column.mean : value;
    if (column.missing_flag) out[1] = missing ? 1 : 0;
  }
}

void encode_category(const InputColumn& column, const RawColumn& cells, const RawRows& rows,
                     int64_t* out, size_t stride) {
  for (size_t row = 0; row < cells.size(); ++row, out += stride) {
    Cell::Kind kind = cells[row].kind();
    if (kind == Cell::Kind::absent || kind == Cell::Kind::nested) {
      wrong_kind(rows, row, column, cells[row]);
    }
    *out = column.vocabulary.code(cells[row]);
  }
}

[[noreturn]] void missing_column(const RawRows& rows, const std::string& name) {
  std::vector<std::string> present;
  for (size_t i = 0; i < rows.columns(); ++i) present.push_back(rows.at(i).name());
  std::string prefix = rows.source().empty() ? "" : rows.source() + ": ";
  throw failure(prefix + "no column " + quoted(name), suggestion(name, present));
}

}  // namespace

Encoder::Encoder(std::vector<InputColumn> columns) : columns_(std::move(columns)) {
  for (const InputColumn& column : columns_) {
    if (column.type == Type::categorical) {
      cardinalities_.push_back(static_cast<int64_t>(column.vocabulary.values().size()) +
                               Vocabulary::kFirst);
      continue;
    }
    mean_.push_back(column.mean);
    std_.push_back(column.std);
    if (!column.missing_flag) continue;
    mean_.push_back(0);
    std_.push_back(1);
  }
}

std::vector<std::string> Encoder::column_names() const {
  std::vector<std::string> names;
  for (const InputColumn& column : columns_) names.push_back(column.name);
  return names;
}

void Encoder::encode(const RawRows& rows, Encoded& out) const {
  out.rows = rows.rows();
  out.numeric.resize(out.rows * numeric_count());
  out.category.resize(out.rows * category_count());
  out.hints.resize(columns_.size());
  size_t numeric = 0, category = 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const InputColumn& column = columns_[i];
    size_t found = rows.index_of(column.name, out.hints[i]);
    if (found == SIZE_MAX) missing_column(rows, column.name);
    out.hints[i] = found;
    const RawColumn& cells = rows.at(found);
    if (cells.size() != out.rows) rows.seal("rows");
    if (column.type == Type::categorical) {
      encode_category(column, cells, rows, out.category.data() + category++, category_count());
    } else {
      encode_numeric(column, cells, rows, out.numeric.data() + numeric, numeric_count());
      numeric += column.missing_flag ? 2 : 1;
    }
  }
}

Encoded Encoder::encode(const RawRows& rows) const {
  Encoded out;
  encode(rows, out);
  return out;
}

}  // namespace mlo::infer
