// Profiles rows as they stream in (CSV, JSONL, standard input), reading each cell by the type that
// the reference gives its column. Unlike a table for training, infinite numbers are taken: they
// count as such and are left out of the tests.
#pragma once

#include <string>
#include <vector>

#include "drift/profile.hpp"
#include "table/dictionary.hpp"
#include "table/raw_rows.hpp"
#include "table/table.hpp"

namespace mlo::score {

struct TypedColumn {
  std::string name;
  table::Type type = table::Type::numeric;
};

class RowProfile {
 public:
  explicit RowProfile(std::vector<TypedColumn> columns);

  /// Throws (failure) with the place of the row for a column that is not there and for a value that
  /// does not fit its type.
  void add(const table::RawRows& rows);
  uint64_t rows() const { return rows_; }
  drift::Profile finish() &&;

 private:
  struct Collector {
    TypedColumn column;
    std::vector<double> numbers;   ///< numeric, date; NaN is missing
    std::vector<int8_t> booleans;  ///< -1 is missing
    std::vector<int32_t> codes;    ///< categorical, text
    table::Dictionary labels;
  };
  static void add_cell(Collector& collector, const table::Cell& cell, const table::RawRows& rows,
                       size_t row);

  std::vector<Collector> collectors_;
  uint64_t rows_ = 0;
};

}  // namespace mlo::score
