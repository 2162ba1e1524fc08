// A reference profile: what drift checks need to remember of a table's columns, so that the
// training data itself need not be kept or shipped. Per column: true row count, missing values,
// type, and the exact sorted list of (value, count) up to 100,000 distinct values; beyond that a
// seeded uniform sample of 100,000 of its values, with the exact count, minimum, maximum and
// moments. Every test works on such weighted sorted values, whether they come from a profile or
// from fresh data.
//
// Column types follow Evidently 0.7 (reference/drift-responsible.md 1.1) on the raw values: real
// numbers are numeric; integers with at most 10 distinct values and booleans are categorical;
// strings of which more than half are distinct are text, others categorical. Text values are never
// kept.
//
// File format (profile.json of a package), canonical JSON:
//   {"columns":[COLUMN...],"mlo_profile":1}
//   COLUMN: {"counts":[n...],"distinct":n,"infinite":n,"max":x,"mean":x,"min":x,"missing":n,
//            "name":s,"rows":n,"sampled":b,"type":s,"values":[v...],"variance":x}
// values ascend (strings by bytes), counts stand beside them and are at least 1; columns keep the
// order of the table. min, max, mean and variance are left out where there are no numbers. Two
// parallel arrays instead of pairs: a quarter smaller, and read twice as fast.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mlo::drift {

enum class ColumnType { numeric, categorical, text, date };

/// "numeric", "categorical", "text", "date".
std::string_view type_name(ColumnType type);

/// Exact population moments of all finite values of a column, also where the values are sampled.
struct Moments {
  uint64_t count = 0;
  double min = 0, max = 0, mean = 0, variance = 0;
};

/// Distinct values in ascending order with how often each occurs.
template <typename T>
struct Weighted {
  std::vector<T> values;
  std::vector<uint64_t> counts;

  size_t size() const { return values.size(); }
  bool empty() const { return values.empty(); }
  /// Sum of the counts.
  uint64_t total() const {
    uint64_t sum = 0;
    for (uint64_t count : counts) sum += count;
    return sum;
  }
  friend bool operator==(const Weighted&, const Weighted&) = default;
};
using Numbers = Weighted<double>;
using Labels = Weighted<std::string>;

struct ColumnProfile {
  std::string name;
  ColumnType type = ColumnType::numeric;
  uint64_t rows = 0;      ///< all rows, with missing ones
  uint64_t missing = 0;   ///< empty or NaN
  uint64_t infinite = 0;  ///< +-infinity; tests leave them out like missing values
  uint64_t distinct = 0;  ///< exact, also where sampled
  bool sampled = false;
  /// Numbers for columns of numbers (also categorical ones), labels for all others.
  std::variant<Numbers, Labels> values;
  std::optional<Moments> moments;  ///< of the finite numbers

  bool has_labels() const { return values.index() == 1; }
  uint64_t present() const { return rows - missing - infinite; }
  const Numbers& numbers() const { return std::get<Numbers>(values); }
  const Labels& labels() const { return std::get<Labels>(values); }
};

struct Profile {
  std::vector<ColumnProfile> columns;
  /// nullptr if there is no such column.
  const ColumnProfile* find(std::string_view name) const;
};

struct ProfileOptions {
  size_t limit = 100'000;  ///< distinct values kept exactly; the size of the sample beyond
  uint64_t seed = 42;      ///< of the sample: the same values give the same profile in any order
  /// Apply Evidently's text rule to labels. Off for columns that somebody declared categorical.
  bool detect_text = true;
};

/// What a column of numbers was before it became doubles. `inferred`: integers if no value is
/// missing and all are whole, which is how a reader of CSV files sees it.
enum class NumberKind { inferred, integer, real };

/// NaN is missing. -0.0 counts as 0.0. O(n log n); one copy of the column.
ColumnProfile profile_numbers(std::string name, std::span<const double> values,
                              NumberKind kind = NumberKind::inferred,
                              const ProfileOptions& options = {});
/// `codes` index `dictionary`; a negative code is missing. The form that columnar tables have.
ColumnProfile profile_codes(std::string name, std::span<const int32_t> codes,
                            std::span<const std::string> dictionary,
                            const ProfileOptions& options = {});
/// nullopt is missing; an empty string is a value.
ColumnProfile profile_strings(std::string name,
                              std::span<const std::optional<std::string_view>> values,
                              const ProfileOptions& options = {});
/// `values`: 0 false, 1 true, negative missing. Labels "false" and "true".
ColumnProfile profile_booleans(std::string name, std::span<const int8_t> values);
/// Dates as numbers (days or seconds); kept for their range, never tested.
ColumnProfile profile_dates(std::string name, std::span<const double> values,
                            const ProfileOptions& options = {});

/// Canonical JSON; the same profile gives the same bytes.
std::string to_json(const Profile& profile);
/// Strict: unknown or missing keys, unsorted values, zero counts and counts that do not add up are
/// errors (exit 3) that name `name`.
Profile profile_from_json(std::string_view json, const std::string& name);

}  // namespace mlo::drift
