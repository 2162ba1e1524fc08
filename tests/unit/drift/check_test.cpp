#include "drift/check.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "drift/tests.hpp"

using namespace mlo::drift;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> ladder(size_t count, double from = 0, double step = 0.01) {
  std::vector<double> values;
  for (size_t i = 0; i < count; ++i) values.push_back(from + step * static_cast<double>(i));
  return values;
}

ColumnProfile words(const std::string& name,
                    const std::vector<std::pair<std::string, size_t>>& counts) {
  std::vector<std::optional<std::string_view>> values;
  for (const auto& [word, count] : counts) values.insert(values.end(), count, word);
  return profile_strings(name, values);
}

Profile table(std::vector<ColumnProfile> columns) { return Profile{std::move(columns)}; }

std::string error_of(const Profile& reference, const Profile& current, Settings settings = {},
                     mlo::Exit code = mlo::Exit::failure) {
  try {
    check(reference, current, settings);
  } catch (const mlo::Error& error) {
    CHECK(error.code() == code);
    return error.message();
  }
  return "";
}

/// Four columns of which the last two drift.
std::pair<Profile, Profile> half_drifted() {
  auto side = [](double shift, const std::string& word) {
    return table({profile_numbers("a", ladder(500)), words("b", {{"x", 60}, {"y", 40}}),
                  profile_numbers("c", ladder(500, shift)), words("d", {{"u", 50}, {word, 50}})});
  };
  return {side(0, "v"), side(3, "w")};
}

}  // namespace

TEST_CASE("the automatic choice of test follows Evidently's table") {
  using enum ColumnType;
  auto name = [](ColumnType type, uint64_t rows, size_t distinct) {
    return std::string(default_test(type, rows, distinct).name);
  };
  CHECK(name(numeric, 1000, 6) == "ks");
  CHECK(name(numeric, 1001, 6) == "wasserstein");
  CHECK(name(numeric, 1000, 5) == "chisquare");
  CHECK(name(numeric, 1000, 3) == "chisquare");
  CHECK(name(numeric, 1000, 2) == "z");
  CHECK(name(numeric, 1001, 5) == "jensenshannon");
  CHECK(name(categorical, 1000, 300) == "chisquare");
  CHECK(name(categorical, 1000, 2) == "z");
  CHECK(name(categorical, 1001, 2) == "jensenshannon");
}

TEST_CASE("a score on the threshold is drift or not as in Evidently") {
  CHECK(find_test("ks")->is_drift(0.05, 0.05));
  CHECK(!find_test("z")->is_drift(0.05, 0.05));
  CHECK(!find_test("chisquare")->is_drift(0.05, 0.05));
  CHECK(find_test("jensenshannon")->is_drift(0.1, 0.1));
  CHECK(find_test("wasserstein")->is_drift(0.1, 0.1));
  CHECK(find_test("psi")->is_drift(0.1, 0.1));
  CHECK(find_test("cramer_von_mises")->is_drift(0.1, 0.1));
  CHECK(!find_test("anderson")->is_drift(0.1, 0.1));
  CHECK(!find_test("ed")->is_drift(0.1, 0.1));
  CHECK(find_test("ed")->is_drift(0.11, 0.1));
}

TEST_CASE("the share of drifted columns decides, inclusive") {
  auto [reference, current] = half_drifted();
  DriftReport report = check(reference, current, {});
  CHECK(report.share == 0.5);
  CHECK(report.drifted);
  CHECK(report.reference == "exact");
  CHECK(report.columns[0].test == "ks");
  CHECK(report.columns[1].test == "z");
  CHECK(report.columns[3].test == "chisquare");
  CHECK(report.columns[3].score == 0);  // a new category is always drift
  CHECK(!check(reference, current, {.share = 0.51}).drifted);
}

TEST_CASE("a column of fail_on suffices alone") {
  auto [reference, current] = half_drifted();
  Settings settings{.share = 0.9, .fail_on = {"a"}};
  CHECK(!check(reference, current, settings).drifted);
  settings.fail_on = {"a", "d"};
  DriftReport report = check(reference, current, settings);
  CHECK(report.drifted);
  CHECK(report.failed_on == std::vector<std::string>{"d"});
}

TEST_CASE("settings of a column come before those of its type") {
  auto [reference, current] = half_drifted();
  Settings settings;
  settings.numeric = {"psi", 0.3};
  settings.columns["c"] = {std::nullopt, 1e9};
  settings.columns["d"] = {"none", std::nullopt};
  DriftReport report = check(reference, current, settings);
  CHECK(report.columns[0].test == "psi");
  CHECK(report.columns[0].threshold == 0.3);
  CHECK(report.columns[2].test == "psi");
  CHECK(!report.columns[2].drifted);
  CHECK(report.columns[3].reason == "switched off");
  CHECK(report.tested == 3);
}

TEST_CASE("wrong settings are usage errors") {
  auto [reference, current] = half_drifted();
  Settings settings;
  settings.fail_on = {"zz"};
  CHECK(error_of(reference, current, settings, mlo::Exit::usage).find("'zz'") != std::string::npos);
  settings.fail_on = {"d"};
  settings.columns["d"] = {"none", std::nullopt};
  CHECK(error_of(reference, current, settings, mlo::Exit::usage) ==
        "'d' is in fail_on but is not tested: switched off");
  settings = {};
  settings.columns["a"] = {"kss", std::nullopt};
  CHECK(error_of(reference, current, settings, mlo::Exit::usage).find("'kss'") !=
        std::string::npos);
  settings.columns["a"] = {"fisher_exact", std::nullopt};
  CHECK(error_of(reference, current, settings, mlo::Exit::usage).find("numeric column 'a'") !=
        std::string::npos);
}

TEST_CASE("infinite and missing values are left out before testing") {
  std::vector<double> current = ladder(500);
  current.insert(current.end(), {kNan, kInfinity, -kInfinity, kNan});
  DriftReport report =
      check(table({profile_numbers("a", ladder(500))}), table({profile_numbers("a", current)}), {});
  CHECK(report.columns[0].score == 1);
  CHECK(!report.drifted);
}

TEST_CASE("a column that cannot answer is an error, not silence") {
  Profile reference = table({profile_numbers("a", ladder(500))});
  Profile all_missing = table({profile_numbers("a", std::vector<double>(9, kNan))});
  CHECK(error_of(reference, all_missing) == "column 'a' has no values in the current data");
  CHECK(error_of(reference, table({})) == "the current data have no column 'a'");
  CHECK(error_of(reference, table({profile_numbers("a", {})})) == "the current data have no rows");
  CHECK(error_of(reference, table({words("a", {{"x", 9}})})) ==
        "column 'a' holds numbers in the reference and labels in the current data");
}

TEST_CASE("columns that no test fits are skipped with a reason") {
  Profile reference = table(
      {profile_numbers("a", ladder(500)), words("note", {{"one", 1}, {"two", 1}}),
       profile_dates("day", ladder(5)), profile_numbers("void", std::vector<double>(3, kNan))});
  Profile current = table({profile_numbers("a", ladder(400))});
  DriftReport report = check(reference, current, {});
  CHECK(report.tested == 1);
  CHECK(report.columns[1].reason == "text");
  CHECK(report.columns[2].reason == "date");
  CHECK(report.columns[3].reason == "no values in the reference");
  reference.columns.erase(reference.columns.begin());
  CHECK(error_of(reference, current) == "no column can be tested for drift");
}

TEST_CASE("huge values give finite scores") {
  std::vector<double> reference, current;
  for (int i = 0; i < 1200; ++i) {
    reference.push_back(i % 2 ? 1e308 - i * 1e300 : -1e308);
    current.push_back(i % 3 ? 1.7e308 : -1.7e308);
  }
  for (int i = 0; i < 9; ++i) current.push_back(i);
  DriftReport report =
      check(table({profile_numbers("a", reference)}), table({profile_numbers("a", current)}), {});
  CHECK(report.columns[0].test == "wasserstein");
  CHECK(std::isfinite(report.columns[0].score));
}

TEST_CASE("a sampled reference says so") {
  ColumnProfile column = profile_numbers("a", ladder(5000), NumberKind::real, {.limit = 1000});
  DriftReport report =
      check(table({column}), table({profile_numbers("a", ladder(1000, 0, 0.05))}), {});
  CHECK(report.reference == "sample(1000)");
  CHECK(report.columns[0].test == "wasserstein");  // 5000 rows, not 1000, decide
  CHECK(!report.drifted);
}

TEST_CASE("the JSON of a report has nulls for what was not tested") {
  Profile reference =
      table({profile_numbers("a", ladder(500)), words("note", {{"one", 1}, {"two", 1}})});
  mlo::format::Value value =
      to_value(check(reference, table({profile_numbers("a", ladder(500, 9))}), {}));
  CHECK(value["drifted"].as_bool());
  CHECK(value["columns"].size() == 2);
  const mlo::format::Value& skipped = value["columns"].as_array()[1];
  CHECK(skipped["test"].is_null());
  CHECK(skipped["score"].is_null());
  CHECK(skipped["reason"].as_string() == "text");
}
