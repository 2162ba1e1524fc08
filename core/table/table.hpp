// A columnar table in memory: what training fits on and drift compares. Strings are dictionary-coded
// (a code per row), everything else is a double per row with NaN for missing. Values, not views:
// independent of the text it was read from. Immutable once read; safe to share between threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "table/raw_rows.hpp"

namespace mlo::table {

/// text: strings that are neither few nor typed (free text, identifiers); training refuses them.
enum class Type : uint8_t { numeric, categorical, boolean, date, text };

/// "numeric", "categorical", "boolean", "date", "text".
const char* type_name(Type type);
std::optional<Type> parse_type(std::string_view name);

struct Column {
  std::string name;
  Type type = Type::numeric;
  /// numeric: the value; boolean: 0 or 1; date: days since 1970-01-01. NaN is missing. Finite else.
  std::vector<double> values;
  /// categorical and text: index into `dictionary`, -1 is missing.
  std::vector<int32_t> codes;
  /// categorical and text: the distinct texts in order of first appearance. boolean: how false and
  /// true were first written ("no", "yes").
  std::vector<std::string> dictionary;
  size_t missing = 0;

  bool is_string() const { return type == Type::categorical || type == Type::text; }
  size_t size() const { return is_string() ? codes.size() : values.size(); }
  bool is_missing(size_t row) const;
  /// The value as raw cell; borrows from the dictionary.
  Cell cell(size_t row) const;
  /// The value as it is written in the file, booleans in their first spelling; "" if missing.
  std::string text(size_t row) const;
};

class Table {
 public:
  Table() = default;
  Table(std::string name, std::vector<Column> columns, std::vector<uint64_t> lines);

  /// The file it was read from, for messages.
  const std::string& name() const { return name_; }
  size_t rows() const { return rows_; }
  const std::vector<Column>& columns() const { return columns_; }
  /// nullptr if there is none.
  const Column* find(std::string_view name) const;
  /// Throws (failure, "train.csv: no column 'x'", hint with the nearest).
  const Column& column(std::string_view name) const;
  std::vector<std::string> column_names() const;
  /// The line of the file on which the row starts.
  uint64_t line(size_t row) const { return lines_.empty() ? row + 1 : lines_[row]; }

  /// The given rows (all columns) as raw rows that borrow from this table.
  void fill(RawRows& out, std::span<const uint32_t> rows) const;
  /// Rows [begin, end).
  void fill(RawRows& out, size_t begin, size_t end) const;

 private:
  std::string name_;
  size_t rows_ = 0;
  std::vector<Column> columns_;
  std::vector<uint64_t> lines_;
};

/// "train.csv: column 'x' looks like free text (90 distinct values in 99 rows)"; `role` is "column" or
/// "the target".
std::string looks_like_text(const Table& table, const Column& column, std::string_view role);

}  // namespace mlo::table
