// The values of a categorical column with their codes. When every value is a plainly written number,
// cells are compared by number ("3", "3.0" and the JSON number 3 are one category); as soon as one is
// not ("007", "A"), by bytes. Immutable, thread-safe; a look-up is one hash and one comparison,
// without allocation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "table/dictionary.hpp"
#include "table/raw_rows.hpp"

namespace mlo::infer {

class Vocabulary {
 public:
  static constexpr int64_t kMissing = 0, kUnseen = 1, kFirst = 2;

  Vocabulary() = default;
  /// Distinct values in any order; sorted by bytes here. Duplicates by number ("3", "3.0") become one.
  explicit Vocabulary(std::vector<std::string> values);

  const std::vector<std::string>& values() const { return dictionary_.values(); }
  /// Whether cells are compared by number.
  bool numbers() const { return numbers_; }
  /// kMissing, kUnseen or kFirst + index of the value. `cell` is not absent or nested.
  int64_t code(const table::Cell& cell) const;
  int64_t code(std::string_view text) const;

 private:
  int64_t code_of_number(double number) const;
  int64_t code_of_boolean(bool value) const;

  table::Dictionary dictionary_;
  bool numbers_ = false;
};

/// The classes of a target column in the order of the model's outputs: by number if all values are
/// plain numbers, else by bytes; written as a Vocabulary writes them. For two classes the second is
/// the positive one.
std::vector<std::string> classes_of(std::vector<std::string> values);

}  // namespace mlo::infer
