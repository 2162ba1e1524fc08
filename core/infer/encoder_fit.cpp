// Fitting: what the encoder learns from the training rows.
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "infer/encoder.hpp"

namespace mlo::infer {
namespace {

using table::Column;
using table::Type;

/// Mean and population standard deviation of the values that are there. The values are first scaled
/// by a power of two so that neither 1e308 squared nor 1e-300 squared leaves the range of a double.
struct Moments {
  double mean = 0, std = 1;
  size_t count = 0;
};

Moments moments_of(const Column& column, std::span<const uint32_t> rows) {
  Moments moments;
  double largest = 0;
  for (uint32_t row : rows) {
    if (column.is_missing(row)) continue;
    largest = std::max(largest, std::abs(column.values[row]));
    ++moments.count;
  }
  if (moments.count == 0 || largest == 0) return moments;
  int exponent = std::ilogb(largest) + 1;
  double sum = 0, squares = 0;
  auto count = static_cast<double>(moments.count);
  auto each = [&](auto&& use) {
    for (uint32_t row : rows) {
      if (!column.is_missing(row)) use(std::scalbn(column.values[row], -exponent));
    }
  };
  each([&](double value) { sum += value; });
  double mean = sum / count;
  each([&](double value) { squares += (value - mean) * (value - mean); });
  moments.mean = std::scalbn(mean, exponent);
  double std = std::scalbn(std::sqrt(squares / count), exponent);
  // A constant column may leave a rounding error of the mean instead of 0.
  bool varies = std > 1e-14 * std::abs(moments.mean) && std::isfinite(std);
  moments.std = varies ? std : 1;
  return moments;
}

Vocabulary vocabulary_of(const Column& column, std::span<const uint32_t> rows) {
  std::vector<bool> seen(column.dictionary.size());
  for (uint32_t row : rows) {
    if (column.codes[row] >= 0) seen[static_cast<size_t>(column.codes[row])] = true;
  }
  std::vector<std::string> values;
  for (size_t i = 0; i < seen.size(); ++i) {
    if (seen[i]) values.push_back(column.dictionary[i]);
  }
  return Vocabulary(std::move(values));
}

void check(const table::Table& table, const Column& column) {
  if (column.missing == column.size()) {
    throw failure(table.name() + ": column " + quoted(column.name) + " has no value in any row",
                  "leave it out: columns: {" + column.name + ": ignore}");
  }
  if (column.type != Type::text) return;
  throw failure(table::looks_like_text(table, column, "column"),
                "columns: {" + column.name + ": ignore}, or categorical to use it all the same");
}

}  // namespace

Encoder Encoder::fit(const table::Table& table, std::span<const uint32_t> rows,
                     std::string_view target, Scaling scaling) {
  std::vector<InputColumn> inputs;
  for (const Column& column : table.columns()) {
    if (column.name == target) continue;
    check(table, column);
    InputColumn input;
    input.name = column.name;
    input.type = column.type;
    if (column.type == Type::categorical) {
      input.vocabulary = vocabulary_of(column, rows);
    } else {
      Moments moments = moments_of(column, rows);
      input.mean = moments.mean;
      input.std = moments.std;
      input.missing_flag = moments.count < rows.size();
    }
    inputs.push_back(std::move(input));
  }
  if (inputs.empty()) throw failure(table.name() + ": no column besides the target");
  return Encoder(std::move(inputs), scaling);
}

}  // namespace mlo::infer
