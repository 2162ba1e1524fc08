#include "score/drift_check.hpp"

#include <unistd.h>
#include <catch2/catch.hpp>
#include <cmath>

#include "package/manifest.hpp"
#include "package/registry.hpp"
#include "repo/init.hpp"
#include "repo/workspace.hpp"
#include "score/drift_html.hpp"
#include "score/row_profile.hpp"
#include "store/batch.hpp"
#include "store/tree.hpp"
#include "support/error_of.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using score::DriftCheckReport;

namespace {

/// age climbs with `shift`; city is one of three.
std::string people(size_t rows, double shift, const std::string& extra_city = "") {
  std::string csv = "age,city,member\n";
  for (size_t i = 0; i < rows; ++i) {
    std::string city = i % 7 == 0 && !extra_city.empty() ? extra_city : i % 2 == 0 ? "Ulm" : "Bonn";
    csv += std::to_string(20 + (i * 37) % 60 + shift) + "," + city + "," +
           (i % 3 == 0 ? "yes" : "no") + "\n";
  }
  return csv;
}

struct Fixture {
  Fixture() {
    repo::init(test.env, dir.path());
    dir.write("data/train.csv", people(600, 0));
    dir.write("same.csv", people(300, 0));
    dir.write("shifted.csv", people(300, 25, "Rom"));
  }
  /// The workspace is opened anew: configuration is read once.
  DriftCheckReport check(const std::string& name, const std::string& data,
                         const std::string& yaml = "", std::optional<double> share = {}) {
    if (!yaml.empty()) dir.write("mlo.yaml", yaml);
    repo::Workspace workspace = repo::Workspace::open(test.env, dir.path());
    score::DriftCheckOptions options;
    options.name = name;
    options.data = data;
    options.directory = dir.path();
    options.share = share;
    return score::drift_check(test.env, workspace, options);
  }
  Error error(const std::string& name, const std::string& data, const std::string& yaml = "") {
    return test::error_of([&] { check(name, data, yaml); });
  }
  test::TestEnv test;
  test::TempDir dir;
};

const std::string kByFile = "drift:\n  people:\n    reference: data/train.csv\n";

/// A package of a model that reads age and city, profiled on `csv`; registered as model "people".
void add_package(Fixture& f) {
  repo::Workspace workspace = repo::Workspace::open(f.test.env, f.dir.path());
  drift::Profile profile;
  std::vector<double> ages;
  std::vector<int32_t> cities;
  for (int i = 0; i < 600; ++i) {
    ages.push_back(20 + (i * 37) % 60);
    cities.push_back(i % 2);
  }
  profile.columns.push_back(drift::profile_numbers("target", ages));
  profile.columns.push_back(drift::profile_numbers("age", ages));
  profile.columns.push_back(
      drift::profile_codes("city", cities, std::vector<std::string>{"Ulm", "Bonn"}));
  store::Batch batch(workspace.store_for_writing());
  std::string json = drift::to_json(profile);
  package::Manifest manifest;
  manifest.task = "regression";
  manifest.target = "target";
  manifest.inputs = {{"age", "numeric"}, {"city", "categorical"}};
  manifest.runtime = "toy";
  manifest.runtime_version = manifest.library_version = "1";
  manifest.files = {{"profile.json", batch.add(json), json.size()}};
  std::string bytes = package::to_bytes(manifest);
  std::vector<store::TreeEntry> entries = {
      {store::kFileMode, batch.add(bytes), bytes.size(), 1, "manifest.json"},
      {store::kFileMode, manifest.files[0].digest, json.size(), 1, "profile.json"}};
  Digest digest = store::write_tree(batch, std::move(entries)).digest;
  batch.commit();
  package::RegisterOptions options;
  options.name = "people";
  options.digest = digest;
  options.run = std::string(32, 'a');
  options.git_commit = package::Commit::no;
  package::Registry(f.test.env, workspace).add(options);
}

}  // namespace

TEST_CASE("current rows are compared with a file of data") {
  Fixture f;
  DriftCheckReport report = f.check("people", "same.csv", kByFile);
  CHECK(!report.drift.drifted);
  CHECK(report.drift.share == 0);
  CHECK(report.rows == 300);
  CHECK(report.reference == "data/train.csv");
  CHECK(report.drift.columns[0].test == "ks");
  CHECK(report.drift.columns[1].test == "z");
  CHECK(report.drift.columns[2].type == drift::ColumnType::categorical);

  report = f.check("people", "shifted.csv");
  CHECK(report.drift.drifted);
  CHECK(report.drift.drifted_columns == 2);
  CHECK(report.drift.columns[1].score == 0);  // Rom is new
  CHECK(!f.check("people", "shifted.csv", "", 0.9).drift.drifted);
}

TEST_CASE("a model's package brings its profile, and only its inputs count") {
  Fixture f;
  add_package(f);
  DriftCheckReport report = f.check("people", "shifted.csv");
  CHECK(report.reference == "model:people:1");
  REQUIRE(report.drift.columns.size() == 2);
  CHECK(report.drift.columns[0].name == "age");
  CHECK(report.drift.drifted);
  CHECK(f.check("people:1", "same.csv").drift.share == 0);
  CHECK(f.check("model:people", "same.csv").drift.share == 0);

  report = f.check("x", "shifted.csv",
                   "drift:\n  x:\n    model: model:people\n    reference: data/train.csv\n"
                   "    columns:\n      age: {test: none}\n");
  CHECK(report.reference == "data/train.csv");
  CHECK(report.drift.tested == 1);
}

TEST_CASE("JSONL and standard input are read like CSV") {
  Fixture f;
  std::string lines;
  for (int i = 0; i < 300; ++i)
    lines += "{\"city\":\"" + std::string(i % 2 ? "Ulm" : "Bonn") +
             "\",\"age\":" + std::to_string(20 + (i * 37) % 60) +
             ",\"member\":" + (i % 3 ? "false" : "true") + (i % 50 ? "" : ",\"extra\":null") +
             "}\n";
  lines += "{\"city\":null,\"age\":null,\"member\":null}\n";
  f.dir.write("rows.jsonl", lines);
  DriftCheckReport report = f.check("people", "rows.jsonl", kByFile);
  CHECK(!report.drift.drifted);
  CHECK(report.rows == 301);
  CHECK(report.current_profile.find("age")->missing == 1);

  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::string csv = people(300, 25);
  REQUIRE(::write(ends[1], csv.data(), csv.size()) == static_cast<ssize_t>(csv.size()));
  ::close(ends[1]);
  Descriptor input(ends[0]);
  repo::Workspace workspace = repo::Workspace::open(f.test.env, f.dir.path());
  score::DriftCheckOptions options;
  options.name = "people";
  options.data = "-";
  options.directory = f.dir.path();
  options.fail_on = {"age"};
  options.standard_input = input.get();
  report = score::drift_check(f.test.env, workspace, options);
  CHECK(report.data == "standard input");
  CHECK(report.drift.failed_on == std::vector<std::string>{"age"});
}

TEST_CASE("infinite numbers are left out and told") {
  Fixture f;
  std::string csv = people(300, 0);
  csv += "inf,Ulm,yes\n-inf,Ulm,no\nNaN,Ulm,no\n";
  f.dir.write("odd.csv", csv);
  DriftCheckReport report = f.check("people", "odd.csv", kByFile);
  CHECK(!report.drift.drifted);
  CHECK(report.current_profile.find("age")->infinite == 2);
  CHECK(report.current_profile.find("age")->missing == 1);
}

TEST_CASE("what cannot be compared is an error that says why") {
  Fixture f;
  CHECK(f.error("people", "nowhere.csv", kByFile).message().find("nowhere.csv") !=
        std::string::npos);
  f.dir.write("empty.csv", "age,city,member\n");
  CHECK(f.error("people", "empty.csv").message() == "'empty.csv' has no rows to check");
  f.dir.write("narrow.csv", "age,town\n3,Ulm\n");
  CHECK(f.error("people", "narrow.csv").message() == "narrow.csv: no column 'city'");
  f.dir.write("words.csv", "age,city,member\n3,Ulm,yes\nold,Ulm,yes\n");
  CHECK(f.error("people", "words.csv").message() ==
        "words.csv:3: column 'age': 'old' is not a number, which the reference has here");
  f.dir.write("void.csv", "age,city,member\n,Ulm,yes\nNA,Ulm,yes\n");
  CHECK(f.error("people", "void.csv").message() ==
        "column 'age' has no values in the current data");
  CHECK(f.error("people", "data").code() == Exit::usage);
  f.dir.write("void.jsonl", "{\"age\":3,\"city\":[1],\"member\":true}\n");
  CHECK(f.error("people", "void.jsonl").message().find("a list or an object") != std::string::npos);
}

TEST_CASE("a column that is switched off need not be in the current data") {
  Fixture f;
  const std::string off = kByFile + "    columns:\n      age: {test: none}\n";
  std::string without = "city,member\n", wrong = "age,city,member\n";
  for (int i = 0; i < 300; ++i) {
    std::string row =
        std::string(i % 2 == 0 ? "Ulm," : "Bonn,") + (i % 3 == 0 ? "yes" : "no") + "\n";
    without += row;
    wrong += "old," + row;
  }
  f.dir.write("without.csv", without);
  DriftCheckReport report = f.check("people", "without.csv", off);
  CHECK(report.rows == 300);
  REQUIRE(report.drift.columns.size() == 3);
  CHECK(report.drift.columns[0].reason == "switched off");
  CHECK(report.current_profile.columns[0].name == "age");
  f.dir.write("wrong.csv", wrong);
  CHECK_FALSE(f.check("people", "wrong.csv", off).drift.drifted);
  CHECK(score::drift_html(report, 0).find("switched off") != std::string::npos);
}

TEST_CASE("names and settings that are not there are usage errors with the nearest one") {
  Fixture f;
  Error error = f.error("peopel", "same.csv", kByFile);
  CHECK(error.code() == Exit::usage);
  CHECK(error.message() == "no drift 'peopel' in 'mlo.yaml' and no model of that name");
  CHECK(error.hint().find("people") != std::string::npos);
  error = f.error("people", "same.csv", kByFile + "    shares: 0.4\n");
  CHECK(error.code() == Exit::usage);
  CHECK(error.message().find("mlo.yaml:4:") == 0);
  error = f.error("people", "same.csv", kByFile + "    columns:\n      age: {test: kss}\n");
  CHECK(error.message().find("mlo.yaml:5:") == 0);
  CHECK(error.hint().find("ks") != std::string::npos);
  CHECK(f.error("people", "same.csv", "drift:\n  people:\n    share: 0.5\n").message() ==
        "mlo.yaml:3:5: 'drift.people': has nothing to compare with");
  CHECK(f.error("people", "same.csv", kByFile + "    fail_on: [agee]\n").message().find("agee") !=
        std::string::npos);
}

TEST_CASE("the report as JSON and HTML") {
  Fixture f;
  f.dir.write("odd.csv", people(300, 25, "<b>Rom</b>"));
  DriftCheckReport report = f.check("people", "odd.csv", kByFile);
  format::Value json = score::to_json(report);
  CHECK(json["drifted"].as_bool());
  CHECK(json["rows"].as_int() == 300);
  CHECK(json["compared_with"].as_string() == "data/train.csv");
  CHECK(json["columns"].size() == 3);

  std::string html = score::drift_html(report, 0);
  CHECK(html.find("Drift in 2 of 3 columns") != std::string::npos);
  CHECK(html.find("<b>") == std::string::npos);
  CHECK(html.find("Not in the reference: &#39;&lt;b&gt;") != std::string::npos);
  CHECK(html.find("id=\"column-0\"") != std::string::npos);
  CHECK(html.find("href=\"#column-0\"") != std::string::npos);
  CHECK(html.find("1970-01-01T00:00:00.000Z") != std::string::npos);
  CHECK(html.find("://") == std::string::npos);
  size_t charts = 0;
  for (size_t at = html.find("<svg"); at != std::string::npos; at = html.find("<svg", at + 1))
    ++charts;
  CHECK(charts == 3);
}

TEST_CASE("the answer in words") {
  drift::DriftReport report;
  report.tested = 6;
  CHECK(score::headline(report) == "no drift in 6 columns");
  report.drifted_columns = 1;
  CHECK(score::headline(report) == "no drift: 1 of 6 columns drifted, below the limit");
  report.drifted = true;
  CHECK(score::headline(report) == "drift in 1 of 6 columns");
  report.drifted_columns = 0;  // --share 0
  CHECK(score::headline(report) == "drift in 0 of 6 columns");
}
