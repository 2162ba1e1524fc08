// Predictions as text: CSV (RFC 4180, LF, a header) or JSONL with the same keys, one row per input row in
// its order. Doubles are written as the shortest text that reads back to the same value.
//
//   prediction,probability_no,probability_yes        {"prediction":"yes","probability_no":0.1,...}
//
// With the input, its columns come first; a column that is called like an output is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "infer/predictor.hpp"
#include "table/raw_rows.hpp"

namespace mlo::score {

enum class OutputFormat { csv, jsonl };

class PredictionWriter {
 public:
  PredictionWriter(const infer::Predictor& predictor, OutputFormat format, bool with_input);

  /// Appends the rows to `out`, before the first ones the header of a CSV. Throws (failure) for an
  /// input that cannot be written: a list or an object, or in CSV a column that the first rows lack;
  /// `out` then has the rows before it.
  void append(const table::RawRows& rows, const infer::Predictions& predictions, std::string& out);

 private:
  void begin(const table::RawRows& rows, std::string& out);
  void check_columns(const table::RawRows& rows) const;
  void append_csv_row(const table::RawRows& rows, const infer::Predictions& predictions, size_t row,
                      std::string& out);
  void append_jsonl_row(const table::RawRows& rows, const infer::Predictions& predictions,
                        size_t row, std::string& out);
  void append_outputs_csv(const infer::Predictions& predictions, size_t row,
                          std::string& out) const;

  const infer::Predictor& predictor_;
  OutputFormat format_;
  bool with_input_;
  bool begun_ = false;
  std::vector<std::string> outputs_;       ///< names
  std::vector<std::string> json_outputs_;  ///< `"name":`
  std::vector<std::string> csv_labels_, json_labels_;
  std::vector<std::string> inputs_;
};

}  // namespace mlo::score
