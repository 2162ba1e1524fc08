#include "train/train.hpp"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "data/ingest.hpp"
#include "fixture.hpp"
#include "format/json.hpp"
#include "infer/samples.hpp"
#include "plugin/runtime.hpp"
#include "support/error_of.hpp"
#include "support/git_repo.hpp"
#include "track/list.hpp"
#include "track/run.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

double metric(const train::TrainReport& report, const std::string& name) {
  for (const train::Metric& m : report.metrics)
    if (m.name == name) return m.value;
  FAIL("no metric " << name);
  return 0;
}

std::string output(repo::Workspace& workspace, const track::Run& run, const std::string& path) {
  return workspace.store().read(run.output(path)->digest);
}

/// Cancels after so many progress updates.
class CancellingReporter final : public Reporter {
 public:
  CancellingReporter(std::atomic<bool>& cancelled, int after)
      : cancelled_(cancelled), left_(after) {}
  void note(std::string_view) override {}
  void warn(std::string_view) override {}
  std::unique_ptr<Progress> progress(std::string_view, uint64_t) override {
    struct Count final : Progress {
      explicit Count(CancellingReporter& r) : reporter(r) {}
      void update(uint64_t, std::string_view) override {
        if (--reporter.left_ == 0) reporter.cancelled_ = true;
      }
      CancellingReporter& reporter;
    };
    return std::make_unique<Count>(*this);
  }

 private:
  std::atomic<bool>& cancelled_;
  int left_;
};

}  // namespace

TEST_CASE("a classification is trained, and its run holds all that a package needs") {
  TrainFixture fixture;
  train::TrainReport report = fixture.run();
  CHECK(report.task == "classification");
  CHECK(report.classes == std::vector<std::string>{"no", "yes"});
  CHECK(report.train_rows + report.validation_rows == 60);
  CHECK(report.epochs == 3);
  CHECK(metric(report, "train.accuracy") > 0.85);
  CHECK(metric(report, "validation.roc_auc") > 0.85);

  auto workspace = fixture.workspace();
  track::Run run = track::load_run(fixture.test.env, workspace, report.run);
  CHECK(run.status == track::Status::finished);
  CHECK(run.experiment == "t");
  REQUIRE(run.inputs.size() == 1);
  CHECK(run.inputs[0].name == "train.csv");
  CHECK(workspace.store().read(run.inputs[0].digest) == line_csv());
  CHECK(run.param("optimizer.lr")->as_double() == 0.001);
  CHECK(run.param("model.builtin")->as_string() == "linear");
  CHECK(run.param("split.by")->as_string() == "stratified");
  CHECK(run.metric("validation.log_loss")->count == 3);
  CHECK(run.environment["runtime"]["name"].as_string() == "toy");
  CHECK(run.environment["runtime"]["digest"].as_string().starts_with("sha256:"));
  CHECK(run.environment["cores"].as_int() >= 1);
  REQUIRE(run.model);
  CHECK(*run.model == run.output("model.pt")->digest);
  for (const char* path : {"encoder.json", "profile.json", "samples.json", "training.json"})
    CHECK(workspace.store().contains(run.output(path)->digest));

  auto training = format::parse_json(output(workspace, run, "training.json"), "training.json");
  CHECK(training["metrics"]["validation.log_loss"].as_double() ==
        metric(report, "validation.log_loss"));
  CHECK(training["rows"]["train"].as_int() == int64_t(report.train_rows));

  auto runtime = plugin::Runtime::load(plugin::choose_runtime(
      plugin::discover(std::vector<std::string>{MLO_TEST_PLUGINS}), "toy", ""));
  infer::Predictor predictor(
      infer::Encoder::from_json(output(workspace, run, "encoder.json"), "encoder.json"),
      runtime.open(output(workspace, run, "model.pt")), infer::Task::classification,
      report.classes);
  auto check = infer::check_samples(predictor, output(workspace, run, "samples.json"), "samples");
  CHECK(check.rows == 32);
  CHECK(check.different == 0);
}

TEST_CASE("a regression is trained on the scale of its target") {
  TrainFixture fixture(training("  columns: {cls: ignore}\n  metric: mae\n", "y"));
  train::TrainReport report = fixture.run();
  CHECK(report.task == "regression");
  CHECK(report.metric == "validation.mae");
  CHECK(metric(report, "train.r2") > 0.9);
}

TEST_CASE("the same training twice gives the same bytes; another seed another split") {
  TrainFixture fixture;
  auto first = fixture.run(), second = fixture.run();
  CHECK(first.run != second.run);
  CHECK(first.model == second.model);
  auto workspace = fixture.workspace();
  auto a = track::load_run(fixture.test.env, workspace, first.run);
  auto b = track::load_run(fixture.test.env, workspace, second.run);
  for (const track::Output& file : a.outputs) CHECK(b.output(file.path)->digest == file.digest);
  fixture.options.overrides = {"seed=5"};
  CHECK(fixture.run().model != first.model);
}

TEST_CASE("three classes, a test part, a split by column") {
  std::string csv = "x,part,k\n";
  for (int i = 0; i < 90; ++i)
    csv += std::to_string(i % 30) + "," +
           (i % 9 < 6   ? "train"
            : i % 9 < 8 ? "validation"
                        : "test") +
           "," +
           (i % 30 < 10   ? "low"
            : i % 30 < 20 ? "mid"
                          : "top") +
           "\n";
  TrainFixture fixture(training("  split: {by: column, column: part}\n", "k"), csv);
  auto report = fixture.run();
  CHECK(report.classes == std::vector<std::string>{"low", "mid", "top"});
  CHECK(report.train_rows == 60);
  CHECK(report.test_rows == 10);
  CHECK(report.columns == std::vector<std::pair<std::string, std::string>>{{"x", "numeric"}});
  CHECK(metric(report, "test.accuracy") > 0.5);
}

TEST_CASE("an interruption ends the run as interrupted, with what it had logged") {
  TrainFixture fixture;
  CancellingReporter reporter(fixture.test.cancelled, 5);
  Env env{fixture.test.env.files, fixture.test.clock, reporter, fixture.test.variables,
          fixture.test.cancelled};
  auto workspace = fixture.workspace();
  Error error = error_of([&] { train::train(env, workspace, fixture.options); });
  CHECK(error.code() == Exit::interrupted);
  fixture.test.cancelled = false;
  track::Run run = track::load_run(fixture.test.env, workspace, "latest");
  CHECK(run.status == track::Status::interrupted);
  CHECK(run.metric("train.loss")->count == 1);
  CHECK(run.outputs.empty());
}

TEST_CASE("data that changes meanwhile fails the run and says so") {
  TrainFixture fixture;
  struct Changing final : Reporter {
    explicit Changing(const TempDir& d) : dir(d) {}
    void note(std::string_view) override {}
    void warn(std::string_view) override {}
    std::unique_ptr<Progress> progress(std::string_view label, uint64_t total) override {
      if (label.starts_with("training")) dir.write("train.csv", line_csv(61));
      return silent_reporter().progress(label, total);
    }
    const TempDir& dir;
  } reporter(fixture.dir);
  Env env{fixture.test.env.files, fixture.test.clock, reporter, fixture.test.variables,
          fixture.test.cancelled};
  auto workspace = fixture.workspace();
  CHECK(message_of([&] { train::train(env, workspace, fixture.options); }) ==
        "'train.csv' changed while the training ran");
  track::Run run = track::load_run(fixture.test.env, workspace, "latest");
  CHECK(run.status == track::Status::failed);
  CHECK(run.message.find("changed") != std::string::npos);
}

TEST_CASE("data from a commit is kept like any other input") {
  TrainFixture fixture;
  git_init(fixture.dir.path());
  git_in(fixture.dir.path(), "add train.csv");
  git_in(fixture.dir.path(), "commit -q -m data");
  fixture.dir.write("train.csv", line_csv(61));
  fixture.options.overrides = {"data=git:HEAD:train.csv"};
  auto report = fixture.run();
  auto workspace = fixture.workspace();
  track::Run run = track::load_run(fixture.test.env, workspace, report.run);
  REQUIRE(run.inputs.size() == 1);
  CHECK(run.inputs[0].name.starts_with("git:"));
  CHECK(workspace.store().read(run.inputs[0].digest) == line_csv());
}

TEST_CASE("whatever is thrown in the epochs ends the run as failed") {
  TrainFixture fixture;
  struct Exhausted final : Reporter {
    void note(std::string_view) override {}
    void warn(std::string_view) override {}
    std::unique_ptr<Progress> progress(std::string_view label, uint64_t total) override {
      if (label.starts_with("training")) throw std::bad_alloc();
      return silent_reporter().progress(label, total);
    }
  } reporter;
  Env env{fixture.test.env.files, fixture.test.clock, reporter, fixture.test.variables,
          fixture.test.cancelled};
  auto workspace = fixture.workspace();
  CHECK_THROWS_AS(train::train(env, workspace, fixture.options), std::bad_alloc);
  CHECK(track::load_run(fixture.test.env, workspace, "latest").status == track::Status::failed);
}

TEST_CASE("bad data is refused with file and column before anything is written") {
  struct Case {
    std::string csv, yaml, message;
  };
  const std::string one = "a,cls\n1,yes\n2,yes\n3,yes\n";
  for (const Case& bad : {
           Case{one, training("", "cls"), "train.csv: the target 'cls' has only one class, 'yes'"},
           {"a,cls\n", training("", "cls"), "train.csv"},
           {"", training("", "cls"), "train.csv"},
           {line_csv(), training("", "klass"), "no column 'klass'"},
           {"a,cls\n1,x\n2,\n3,y\n", training("", "cls"),
            "train.csv:3: the target 'cls' is missing"},
           {"a,cls\n1,x\ninf,y\n", training("  columns: {a: numeric}\n", "cls"), "train.csv:3:"},
           {"a,cls\n1,x\n1e999,y\n", training("", "cls"), "train.csv:3:"},
           {"a,a\n1,x\n", training("", "a"), "train.csv:1:"},
           {"a,cls\n1,x\n2\n", training("", "cls"), "train.csv:3:"},
           {"cls\nx\ny\nx\ny\nx\ny\n", training("", "cls"), "no column besides the target"},
           {"a,y\n1,2.5\n2,1e300\n3,4\n4,5\n5,6\n", training("", "y"), "too large to learn from"},
           {"a,y\n1,2.5\n2,1e39\n3,1e39\n4,1e39\n5,1e39\n", training("", "y"),
            "too large to learn from"},
           {"a,y\n1,2.5\n2,3\n3,4\n4,-1e300\n5,6\n", training("", "y"),
            "train.csv:5: the target 'y': -1e+300 is too large to learn from"},
           {line_csv(), training("  task: regression\n  columns: {y: ignore}\n", "cls"),
            "a regression needs numbers"},
           {line_csv(), training("  columns: {y: ignore}\n  metric: rmse\n"),
            "a classification has no metric 'rmse'"},
       }) {
    CAPTURE(bad.csv.substr(0, 40), bad.yaml);
    TrainFixture fixture(bad.yaml, bad.csv);
    Error error = error_of([&] { fixture.run(); });
    CHECK_THAT(error.message(), Catch::Contains(bad.message));
    CHECK(error.message().find('\n') == std::string::npos);
    auto workspace = fixture.workspace();
    CHECK(track::list_runs(fixture.test.env, workspace).empty());
  }
}

TEST_CASE("missing data, no training and a wrong option name what is near") {
  TrainFixture missing;
  unlink((missing.dir / "train.csv").c_str());
  CHECK_THAT(message_of([&] { missing.run(); }), Catch::Contains("train.csv"));
  TrainFixture none("");
  CHECK_THAT(message_of([&] { none.run(); }), Catch::Contains("has no trainings"));
  TrainFixture fixture;
  fixture.options.training = "tt";
  CHECK(error_of([&] { fixture.run(); }).code() == Exit::usage);
  fixture.options.training = "t";
  fixture.options.tags = {"nothing"};
  CHECK_THAT(message_of([&] { fixture.run(); }), Catch::Contains("KEY=VALUE"));
}

TEST_CASE("a deciding metric that no epoch defines fails the run") {
  TrainFixture fixture(training("  columns: {y: ignore}\n  metric: roc_auc\n"
                                "  split: {by: column, column: color}\n"),
                       "a,color,y,cls\n1,train,0,yes\n2,train,0,no\n3,train,0,yes\n"
                       "4,train,0,no\n5,validation,0,yes\n6,validation,0,yes\n");
  Error error = error_of([&] { fixture.run(); });
  CHECK(error.message() ==
        "validation.roc_auc is not defined in any epoch: not every class is among its 2 rows");
  auto workspace = fixture.workspace();
  CHECK(track::load_run(fixture.test.env, workspace, "latest").status == track::Status::failed);
}

TEST_CASE("data outside the workspace is recorded as the training names it") {
  TempDir outside;
  outside.write("far.csv", line_csv());
  TrainFixture fixture;
  std::string name = "../" + std::string(file_name(outside.path())) + "/far.csv";
  fixture.options.overrides = {"data=" + name};
  auto report = fixture.run();
  auto workspace = fixture.workspace();
  CHECK(track::load_run(fixture.test.env, workspace, report.run).inputs[0].name == name);
}

TEST_CASE("free text is refused with the way out") {
  std::string csv = "note,cls\n";
  for (int i = 0; i < 120; ++i)
    csv += "a quite different remark number " + std::to_string(i * i) + "," +
           (i % 2 ? "yes" : "no") + "\n";
  TrainFixture fixture(training("", "cls"), csv);
  Error error = error_of([&] { fixture.run(); });
  CHECK_THAT(error.message(), Catch::Contains("note"));
  CHECK_THAT(error.hint(), Catch::Contains("ignore"));
  TrainFixture target(training("  split: {by: random}\n", "note"), csv);
  error = error_of([&] { target.run(); });
  CHECK_THAT(error.message(), Catch::Contains("the target 'note' looks like free text"));
  CHECK_THAT(error.hint(), Catch::Contains("{note: categorical}"));
}
