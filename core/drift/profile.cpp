#include "drift/profile.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace mlo::drift {
namespace {

/// Integers with at most so many distinct values are categories (Evidently's
/// INTEGER_CARDINALITY_LIMIT).
constexpr uint64_t kIntegerCategories = 10;

template <typename T>
Weighted<T> count_sorted(std::vector<T> sorted) {
  Weighted<T> result;
  for (T& value : sorted) {
    if (result.empty() || result.values.back() != value) {
      result.values.push_back(std::move(value));
      result.counts.push_back(0);
    }
    ++result.counts.back();
  }
  return result;
}

/// A uniform sample of `wanted` rows without replacement: selection sampling (Knuth, TAOCP 3.4.2,
/// algorithm S) over the rows in order of value, so the order of the table does not matter.
template <typename T>
Weighted<T> sample(const Weighted<T>& all, uint64_t wanted, uint64_t seed) {
  Weighted<T> result;
  std::mt19937_64 random(seed);
  uint64_t left = all.total();
  for (size_t i = 0; i < all.size() && wanted > 0; ++i) {
    uint64_t taken = 0;
    for (uint64_t row = 0; row < all.counts[i] && wanted > 0; ++row, --left) {
      double u = static_cast<double>(random() >> 11) * 0x1p-53;
      if (u * static_cast<double>(left) < static_cast<double>(wanted)) {
        ++taken;
        --wanted;
      }
    }
    if (taken > 0) {
      result.values.push_back(all.values[i]);
      result.counts.push_back(taken);
    }
  }
  return result;
}

template <typename T>
void keep_values(ColumnProfile& column, Weighted<T> all, const ProfileOptions& options) {
  column.distinct = all.size();
  column.sampled = all.size() > options.limit;
  if (column.sampled)
    column.values = sample(all, options.limit, options.seed);
  else
    column.values = std::move(all);
}

/// long double: sums of values near 1e308 must not overflow.
std::optional<Moments> moments_of(const Numbers& numbers) {
  if (numbers.empty()) return std::nullopt;
  Moments moments{numbers.total(), numbers.values.front(), numbers.values.back(), 0, 0};
  auto count = static_cast<long double>(moments.count);
  long double sum = 0;
  for (size_t i = 0; i < numbers.size(); ++i)
    sum += static_cast<long double>(numbers.values[i]) * numbers.counts[i];
  long double mean = sum / count, squares = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    long double distance = numbers.values[i] - mean;
    squares += distance * distance * numbers.counts[i];
  }
  moments.mean = static_cast<double>(mean);
  moments.variance = static_cast<double>(squares / count);
  return moments;
}

/// Everything of a column of numbers but its type.
ColumnProfile number_column(std::string name, std::span<const double> values,
                            const ProfileOptions& options) {
  ColumnProfile column;
  column.name = std::move(name);
  column.rows = values.size();
  std::vector<double> finite;
  finite.reserve(values.size());
  for (double value : values) {
    if (std::isnan(value))
      ++column.missing;
    else if (std::isinf(value))
      ++column.infinite;
    else
      finite.push_back(value == 0 ? 0.0 : value);
  }
  std::sort(finite.begin(), finite.end());
  Numbers all = count_sorted(std::move(finite));
  column.moments = moments_of(all);
  keep_values(column, std::move(all), options);
  return column;
}

bool are_integers(const ColumnProfile& column, NumberKind kind) {
  if (kind != NumberKind::inferred) return kind == NumberKind::integer;
  if (column.missing + column.infinite > 0 || column.sampled) return false;
  const std::vector<double>& values = column.numbers().values;
  return !values.empty() && std::all_of(values.begin(), values.end(),
                                        [](double value) { return std::trunc(value) == value; });
}

ColumnProfile label_column(std::string name, uint64_t rows, Labels all,
                           const ProfileOptions& options) {
  ColumnProfile column;
  column.name = std::move(name);
  column.rows = rows;
  uint64_t present = all.total();
  column.missing = rows - present;
  bool text = options.detect_text && 2 * all.size() > present;
  column.type = text ? ColumnType::text : ColumnType::categorical;
  if (text) {
    column.distinct = all.size();
    all = {};
    column.values = std::move(all);
  } else {
    keep_values(column, std::move(all), options);
  }
  return column;
}

Labels from_map(const std::map<std::string_view, uint64_t>& counts) {
  Labels labels;
  for (const auto& [label, count] : counts) {
    if (count == 0) continue;
    labels.values.emplace_back(label);
    labels.counts.push_back(count);
  }
  return labels;
}

}  // namespace

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::numeric:
      return "numeric";
    case ColumnType::categorical:
      return "categorical";
    case ColumnType::text:
      return "text";
    case ColumnType::date:
      return "date";
  }
  return "";
}

const ColumnProfile* Profile::find(std::string_view name) const {
  for (const ColumnProfile& column : columns)
    if (column.name == name) return &column;
  return nullptr;
}

ColumnProfile profile_numbers(std::string name, std::span<const double> values, NumberKind kind,
                              const ProfileOptions& options) {
  ColumnProfile column = number_column(std::move(name), values, options);
  bool categories = column.distinct <= kIntegerCategories && are_integers(column, kind);
  column.type = categories ? ColumnType::categorical : ColumnType::numeric;
  return column;
}

ColumnProfile profile_codes(std::string name, std::span<const int32_t> codes,
                            std::span<const std::string> dictionary,
                            const ProfileOptions& options) {
  std::vector<uint64_t> counts(dictionary.size());
  for (int32_t code : codes)
    if (code >= 0) ++counts.at(static_cast<size_t>(code));
  std::map<std::string_view, uint64_t> by_label;
  for (size_t i = 0; i < dictionary.size(); ++i) by_label[dictionary[i]] += counts[i];
  return label_column(std::move(name), codes.size(), from_map(by_label), options);
}

ColumnProfile profile_strings(std::string name,
                              std::span<const std::optional<std::string_view>> values,
                              const ProfileOptions& options) {
  std::map<std::string_view, uint64_t> by_label;
  for (const auto& value : values)
    if (value) ++by_label[*value];
  return label_column(std::move(name), values.size(), from_map(by_label), options);
}

ColumnProfile profile_booleans(std::string name, std::span<const int8_t> values) {
  std::map<std::string_view, uint64_t> by_label;
  for (int8_t value : values)
    if (value >= 0) ++by_label[value != 0 ? "true" : "false"];
  return label_column(std::move(name), values.size(), from_map(by_label), {.detect_text = false});
}

ColumnProfile profile_dates(std::string name, std::span<const double> values,
                            const ProfileOptions& options) {
  ColumnProfile column = number_column(std::move(name), values, options);
  column.type = ColumnType::date;
  return column;
}

}  // namespace mlo::drift
