#include "drift/check.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "drift/tests.hpp"

namespace mlo::drift {
namespace {

std::vector<std::string> test_names() {
  std::vector<std::string> names;
  for (const Test& test : tests()) names.emplace_back(test.name);
  names.emplace_back("none");
  return names;
}

void check_test_name(const ColumnSettings& settings, const std::string& where) {
  if (!settings.test || *settings.test == "none" || find_test(*settings.test) != nullptr) return;
  throw usage("unknown drift test '" + *settings.test + "' for " + where,
              suggestion(*settings.test, test_names()));
}

/// What holds for one column: its own settings before those of its type.
ColumnSettings settings_of(const ColumnProfile& column, const Settings& settings) {
  ColumnSettings result;
  if (column.type == ColumnType::numeric) result = settings.numeric;
  if (column.type == ColumnType::categorical) result = settings.categorical;
  auto own = settings.columns.find(column.name);
  if (own == settings.columns.end()) return result;
  if (own->second.test) result.test = own->second.test;
  if (own->second.threshold) result.threshold = own->second.threshold;
  return result;
}

std::string reason_to_skip(const ColumnProfile& column, const ColumnSettings& settings) {
  if (settings.test == "none") return "switched off";
  if (column.type == ColumnType::text) return "text";
  if (column.type == ColumnType::date) return "date";
  if (column.present() == 0) return "no values in the reference";
  return "";
}

void check_settings(const Profile& reference, const Settings& settings) {
  std::vector<std::string> names;
  for (const ColumnProfile& column : reference.columns) names.push_back(column.name);
  auto known = [&](const std::string& name) {
    if (reference.find(name) == nullptr)
      throw usage("the drift settings name a column " + quoted(name) + " that the reference lacks",
                  suggestion(name, names));
  };
  for (const std::string& name : settings.fail_on) {
    known(name);
    const ColumnProfile& column = *reference.find(name);
    const std::string reason = reason_to_skip(column, settings_of(column, settings));
    if (!reason.empty()) throw usage(quoted(name) + " is in fail_on but is not tested: " + reason);
  }
  for (const auto& [name, column] : settings.columns) {
    known(name);
    check_test_name(column, "column " + quoted(name));
  }
  check_test_name(settings.numeric, "numeric columns");
  check_test_name(settings.categorical, "categorical columns");
}

const Test& choose_test(const ColumnProfile& column, const ColumnSettings& settings,
                        size_t distinct) {
  if (!settings.test) return default_test(column.type, column.present(), distinct);
  const Test& test = *find_test(*settings.test);
  if (column.type == ColumnType::numeric ? test.numeric : test.categorical) return test;
  throw usage("drift test '" + *settings.test + "' does not take the " +
              std::string(type_name(column.type)) + " column " + quoted(column.name));
}

const ColumnProfile& current_column(const Profile& current, const std::string& name) {
  const ColumnProfile* column = current.find(name);
  if (column == nullptr) throw failure("the current data have no column " + quoted(name));
  if (column->rows == 0) throw failure("the current data have no rows");
  return *column;
}

ColumnDrift compare(const ColumnProfile& reference, const Profile& current,
                    const Settings& settings) {
  ColumnDrift result;
  result.name = reference.name;
  result.type = reference.type;
  ColumnSettings own = settings_of(reference, settings);
  result.reason = reason_to_skip(reference, own);
  if (!result.reason.empty()) return result;
  const ColumnProfile& column = current_column(current, reference.name);
  if (column.present() == 0)
    throw failure("column " + quoted(reference.name) + " has no values in the current data",
                  "to leave the column out, give it 'test: none' in the drift settings");
  Pooled data = pool(reference, column);
  const Test& test = choose_test(reference, own, data.size());
  result.test = test.name;
  result.threshold = own.threshold.value_or(test.threshold);
  result.score = in_context("column " + quoted(reference.name), [&] { return test.score(data); });
  if (std::isnan(result.score))
    throw failure("column " + quoted(reference.name) + ": test '" + result.test +
                      "' has no answer for these values",
                  "choose another test for the column in the drift settings");
  result.drifted = test.is_drift(result.score, result.threshold);
  return result;
}

/// "exact", or the size of the smallest sample.
std::string reference_kind(const Profile& reference) {
  uint64_t smallest = 0;
  for (const ColumnProfile& column : reference.columns) {
    if (!column.sampled) continue;
    uint64_t size = column.has_labels() ? column.labels().total() : column.numbers().total();
    smallest = smallest == 0 ? size : std::min(smallest, size);
  }
  return smallest == 0 ? "exact" : "sample(" + std::to_string(smallest) + ")";
}

}  // namespace

bool switched_off(const ColumnProfile& column, const Settings& settings) {
  return settings_of(column, settings).test == "none";
}

DriftReport check(const Profile& reference, const Profile& current, const Settings& settings) {
  check_settings(reference, settings);
  DriftReport report;
  report.threshold = settings.share;
  report.reference = reference_kind(reference);
  for (const ColumnProfile& column : reference.columns) {
    ColumnDrift result = compare(column, current, settings);
    report.tested += result.tested() ? 1 : 0;
    report.drifted_columns += result.drifted ? 1 : 0;
    if (result.drifted && std::find(settings.fail_on.begin(), settings.fail_on.end(),
                                    result.name) != settings.fail_on.end())
      report.failed_on.push_back(result.name);
    report.columns.push_back(std::move(result));
  }
  if (report.tested == 0)
    throw failure("no column can be tested for drift",
                  "text and date columns are not tested; see 'test' in the drift settings");
  report.share = static_cast<double>(report.drifted_columns) / static_cast<double>(report.tested);
  report.drifted = report.share >= report.threshold || !report.failed_on.empty();
  return report;
}

format::Value to_value(const DriftReport& report) {
  using format::Value;
  Value failed = Value::array(), columns = Value::array();
  for (const std::string& name : report.failed_on) failed.push(name);
  for (const ColumnDrift& column : report.columns) {
    bool tested = column.tested();
    Value value = Value::object();
    value.set("name", column.name)
        .set("type", type_name(column.type))
        .set("test", tested ? Value(column.test) : Value())
        .set("score", tested ? Value(column.score) : Value())
        .set("threshold", tested ? Value(column.threshold) : Value())
        .set("drifted", column.drifted)
        .set("reason", tested ? Value() : Value(column.reason));
    columns.push(std::move(value));
  }
  Value document = Value::object();
  document.set("drifted", report.drifted)
      .set("share", report.share)
      .set("threshold", report.threshold)
      .set("reference", report.reference)
      .set("failed_on", std::move(failed))
      .set("columns", std::move(columns));
  return document;
}

}  // namespace mlo::drift
