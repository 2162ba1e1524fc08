// A cell of raw rows read as a value of its column's type: the one reading for prediction, serving and
// drift, and the errors for what does not fit.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "table/raw_rows.hpp"
#include "table/table.hpp"

namespace mlo::table {

/// `type`: numeric, boolean (0 or 1) or date (days since 1970). NaN for a missing value; nullopt for a
/// value of another type and for a cell that is absent or nested.
std::optional<double> typed_value(const Cell& cell, Type type);

/// "x.csv:3: column 'age': 'old' is not a number", and `why` behind it.
Error misfit(const RawRows& rows, size_t row, std::string_view column, Type type, const Cell& cell,
             std::string_view why = {});
/// "x.csv: no column 'age'", with the nearest name as hint.
Error missing_column(const RawRows& rows, std::string_view column);
/// "a number", "a date", "a boolean".
const char* noun_of(Type type);

}  // namespace mlo::table
