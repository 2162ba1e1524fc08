// Grows one column of a table from cells of text and decides its type at the end (rules in csv.hpp). A
// column starts as numbers; at the first cell that is none it turns to strings, and the rows before
// are given again (prefix): one pass over the file for nearly every file, without keeping the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/dictionary.hpp"
#include "table/table.hpp"

namespace mlo::table {

/// A cell that does not fit, by row and field; the reader adds file, line and column.
struct CellProblem {
  size_t field = 0;
  size_t row = 0;
  std::string message;
  std::string hint;
};

class ColumnBuilder {
 public:
  /// `field`: its place in a row of the file. Without a type it is inferred.
  ColumnBuilder(std::string name, size_t field, std::optional<Type> type);

  size_t field() const { return field_; }
  /// Throws CellProblem when a declared numeric column gets something else.
  void add(std::string_view text) {
    if (is_numeric_)
      add_number(text);
    else
      codes_.push_back(code_of(text));
  }
  /// Rows whose text has to be given again to add_prefix, in order; 0 for most columns.
  size_t prefix() const { return prefix_; }
  void add_prefix(std::string_view text) { codes_of_prefix_.push_back(code_of(text)); }
  /// Throws CellProblem.
  Column finish() &&;

 private:
  void add_number(std::string_view text);
  int32_t code_of(std::string_view text);
  Column finish_numeric();
  Column finish_strings(Type type);
  Column finish_typed(Type type);
  /// How false and true were first written.
  std::vector<std::string> spellings(const std::vector<double>& meaning) const;
  Type infer();
  size_t first_row_with(int32_t code) const;
  CellProblem misfit(size_t row, std::string_view text, Type type) const;
  template <typename Fits>
  bool all_fit(Fits fits, Type type, const std::vector<size_t>& counts) const;

  std::string name_;
  size_t field_;
  std::optional<Type> declared_;
  bool is_numeric_;
  std::vector<double> values_;
  std::optional<size_t> infinite_;
  size_t prefix_ = 0;
  Dictionary dictionary_;
  std::vector<int32_t> codes_, codes_of_prefix_;
};

}  // namespace mlo::table
