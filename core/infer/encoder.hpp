// Raw rows -> the two tensors that every tabular model of mlo takes: numeric float64 [n,p] and category
// int64 [n,q]. Fitted on the training rows, stored as encoder.json, used unchanged by train, predict,
// verify, serve and export. Immutable; safe to share between threads.
//
//   numeric      the value                                     -> one numeric column
//   boolean      0 or 1                                        -> one numeric column
//   date         days since 1970-01-01 UTC, with fraction      -> one numeric column
//   categorical  0 missing, 1 unseen, 2.. by sorted bytes      -> one category column
//
// A missing numeric, boolean or date is replaced by the mean of the training rows. Where missing values
// were seen in training a second numeric column follows, 1 where missing and else 0; where none were
// seen there is no such column, and later missing values are only replaced. The encoder does not
// scale: it hands out mean and std, and the model's outer module computes (x - mean) / std in float64
// and rounds to float32. Flags have mean 0 and std 1; a constant column has std 1.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/value.hpp"
#include "infer/vocabulary.hpp"
#include "table/table.hpp"

namespace mlo::infer {

struct InputColumn {
  std::string name;
  table::Type type = table::Type::numeric;  ///< never text
  /// numeric, boolean, date
  double mean = 0, std = 1;
  bool missing_flag = false;
  /// categorical
  Vocabulary vocabulary;
};

/// What the model's outer module does to the numeric columns: (x - mean) / std, or nothing.
enum class Scaling { standard, none };

/// The tensors of one batch, row-major; buffers are reused from call to call.
struct Encoded {
  size_t rows = 0;
  std::vector<double> numeric;    ///< rows * encoder.numeric_count()
  std::vector<int64_t> category;  ///< rows * encoder.category_count()
  std::vector<size_t> hints;      ///< where the columns were found last time
};

class Encoder {
 public:
  /// Fits all columns of `table` but `target` on the given rows. Refuses text columns and columns
  /// without any value (failure, with the hint to set `columns.NAME: categorical` or `ignore`).
  static Encoder fit(const table::Table& table, std::span<const uint32_t> rows,
                     std::string_view target, Scaling scaling = Scaling::standard);
  explicit Encoder(std::vector<InputColumn> columns, Scaling scaling = Scaling::standard);

  const std::vector<InputColumn>& columns() const { return columns_; }
  std::vector<std::string> column_names() const;
  size_t numeric_count() const { return mean_.size(); }
  size_t category_count() const { return cardinalities_.size(); }
  /// Per numeric column, for the outer module.
  const std::vector<double>& mean() const { return mean_; }
  const std::vector<double>& std() const { return std_; }
  /// Per category column: number of codes, vocabulary + 2.
  const std::vector<int64_t>& cardinalities() const { return cardinalities_; }

  /// Columns are found by name; extra ones are ignored. Throws (failure) for a missing column
  /// ("no column 'age'", nearest as hint) and for a value that does not fit ("data.csv:7: column 'age':
  /// 'old' is not a number"; "row 3: ..." without a file), and for one that is infinite, or would be
  /// as the float32 that the model computes with. `out` is overwritten.
  void encode(const table::RawRows& rows, Encoded& out) const;
  Encoded encode(const table::RawRows& rows) const;

  /// encoder.json: canonical JSON.
  std::string to_json() const;
  /// Strict: unknown keys, versions and inconsistent values are errors with a position.
  static Encoder from_json(std::string_view text, const std::string& name);
  /// The part of the architecture JSON that describes the inputs:
  /// {"numeric": p, "cardinalities": [..], "mean": [..], "std": [..]}; without the last two when the
  /// model does not scale.
  format::Value description() const;

 private:
  std::vector<InputColumn> columns_;
  Scaling scaling_;
  std::vector<double> mean_, std_;
  std::vector<int64_t> cardinalities_;
};

}  // namespace mlo::infer
