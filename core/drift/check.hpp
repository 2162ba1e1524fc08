// Compares current data with a reference profile, column by column, with Evidently's choice of test
// and thresholds (reference/drift-responsible.md 1.2-1.4), and decides whether the table drifted:
// when at least `share` of the tested columns did, or one of `fail_on`. Pure; a verdict is a value.
//
// +-infinity and missing values are left out on both sides before testing. Columns of the reference
// that hold no value, text and dates are skipped with a reason and do not count; a column that is
// missing or empty in the current data is an error, because no test can answer for it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drift/profile.hpp"
#include "format/value.hpp"

namespace mlo::drift {

struct ColumnSettings {
  std::optional<std::string> test = {};  ///< a name of tests.hpp; "none" skips the column
  std::optional<double> threshold = {};
};

struct Settings {
  double share = 0.5;                     ///< drifted when share of drifted columns >= this
  std::vector<std::string> fail_on = {};  ///< columns that alone suffice
  ColumnSettings numeric = {};            ///< for all numeric columns
  ColumnSettings categorical = {};
  std::map<std::string, ColumnSettings> columns = {};  ///< before the settings of the type
};

struct ColumnDrift {
  std::string name;
  ColumnType type = ColumnType::numeric;
  std::string test;    ///< empty when skipped
  std::string reason;  ///< why skipped, empty when tested
  double score = 0;    ///< p-value or distance, see the test
  double threshold = 0;
  bool drifted = false;
  bool tested() const { return reason.empty(); }
};

struct DriftReport {
  bool drifted = false;
  double share = 0;      ///< drifted / tested
  double threshold = 0;  ///< of the share
  size_t tested = 0;
  size_t drifted_columns = 0;
  std::vector<std::string> failed_on;  ///< those of fail_on that drifted
  std::string reference;               ///< "exact" or "sample(100000)"
  std::vector<ColumnDrift> columns;    ///< in the order of the reference
};

/// Whether the settings leave the column out ('test: none'): its current values need not be there.
bool switched_off(const ColumnProfile& column, const Settings& settings);

/// The columns of `reference` are compared; others in `current` are ignored. Throws for unknown
/// columns or tests in the settings and columns of `fail_on` that are not tested (usage), for
/// columns without current values, and when no column can be tested (failure).
DriftReport check(const Profile& reference, const Profile& current, const Settings& settings);

/// The shape of `--json`: {drifted, share, threshold, reference, failed_on, columns: [{name, type,
/// test, score, threshold, drifted, reason}]}; test, score, threshold of skipped columns are null.
format::Value to_value(const DriftReport& report);

}  // namespace mlo::drift
