#include "infer/encoder.hpp"

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "table/typed_cell.hpp"

namespace mlo::infer {
namespace {

using table::Cell;
using table::RawColumn;
using table::RawRows;
using table::Type;

/// Whether the outer module makes of it a float32 that is a number.
bool fits_model(double value, const InputColumn& column, Scaling scaling) {
  if (scaling == Scaling::standard) value = (value - column.mean) / column.std;
  return std::isfinite(static_cast<float>(value));
}

void encode_numeric(const InputColumn& column, Scaling scaling, const RawColumn& cells,
                    const RawRows& rows, double* out, size_t stride) {
  for (size_t row = 0; row < cells.size(); ++row, out += stride) {
    const auto value = table::typed_value(cells[row], column.type);
    if (!value) throw table::misfit(rows, row, column.name, column.type, cells[row]);
    if (std::isinf(*value)) {
      throw failure(rows.where(row) + ": column " + quoted(column.name) + ": an infinite number");
    }
    bool missing = std::isnan(*value);
    if (!missing && !fits_model(*value, column, scaling)) {
      throw failure(rows.where(row) + ": column " + quoted(column.name) + ": " +
                    number_text(*value) + " is too large");
    }
    out[0] = missing ? column.mean : *value;
    if (column.missing_flag) out[1] = missing ? 1 : 0;
  }
}

void encode_category(const InputColumn& column, const RawColumn& cells, const RawRows& rows,
                     int64_t* out, size_t stride) {
  for (size_t row = 0; row < cells.size(); ++row, out += stride) {
    Cell::Kind kind = cells[row].kind();
    if (kind == Cell::Kind::absent || kind == Cell::Kind::nested) {
      throw table::misfit(rows, row, column.name, column.type, cells[row]);
    }
    *out = column.vocabulary.code(cells[row]);
  }
}

}  // namespace

Encoder::Encoder(std::vector<InputColumn> columns, Scaling scaling)
    : columns_(std::move(columns)), scaling_(scaling) {
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
    if (found == SIZE_MAX) throw table::missing_column(rows, column.name);
    out.hints[i] = found;
    const RawColumn& cells = rows.at(found);
    if (cells.size() != out.rows) rows.seal("rows");
    if (column.type == Type::categorical) {
      encode_category(column, cells, rows, out.category.data() + category++, category_count());
    } else {
      encode_numeric(column, scaling_, cells, rows, out.numeric.data() + numeric, numeric_count());
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
