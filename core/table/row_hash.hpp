// A row as 128 bits: what tells two rows apart without keeping them. Seeded anew in every process, so
// that nobody can write two rows that look alike to a review. Of a billion different rows the chance of
// one pair with the same hash is 2^-69.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "table/raw_rows.hpp"

namespace mlo::table {

struct Hash128 {
  uint64_t low = 0, high = 0;
  bool operator==(const Hash128&) const = default;
};

/// How cells are compared. exact: a number is not the text of it (two JSONL files); text: what a person
/// would type (a CSV file and anything).
enum class CellForm { exact, text };

/// Hashes the cells of some columns, in their order. Not thread-safe.
class RowHasher {
 public:
  RowHasher(std::vector<std::string> columns, CellForm form);
  /// A column that the batch has not counts as missing cells.
  Hash128 operator()(const RawRows& rows, size_t row);

 private:
  void cell(const Cell& cell);
  void take(uint64_t word);
  void take(std::string_view bytes);

  std::vector<std::string> columns_;
  std::vector<size_t> hints_;  // where the columns stood in the batch before
  CellForm form_;
  uint64_t low_ = 0, high_ = 0;
};

}  // namespace mlo::table
