#include "plugin/runtime.hpp"

#include <cmath>
#include <fstream>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "format/json.hpp"
#include "support/temp_dir.hpp"

using namespace mlo;
using namespace mlo::plugin;

namespace {

std::vector<PluginInfo> test_plugins() {
  return discover(std::vector<std::string>{MLO_TEST_PLUGINS});
}
Runtime load(const std::string& name) {
  return Runtime::load(choose_runtime(test_plugins(), name, ""));
}

format::Value line_architecture() {
  return format::parse_json(
      R"({"task":"regression","numeric":2,"cardinalities":[3],"outputs":1,
          "mean":[1,2],"std":[2,4],"target_mean":5,"target_std":2,"model":{"builtin":"linear"}})",
      "test");
}

/// y = 3 a - 2 b + (0, 1, 7 by category)
struct Rows {
  std::vector<double> numeric, target;
  std::vector<int64_t> category;
  explicit Rows(int64_t n) : n(n) {
    for (int64_t i = 0; i < n; ++i) {
      double a = std::sin(double(i)), b = std::cos(3.0 * double(i));
      numeric.insert(numeric.end(), {a, b});
      category.push_back(i % 3);
      target.push_back(3 * a - 2 * b + (i % 3 == 0 ? 0 : i % 3 == 1 ? 1 : 7));
    }
  }
  Batch batch() const {
    return {TensorView::matrix(numeric, n, 2), TensorView::matrix(category, n, 1),
            TensorView::vector(target), std::nullopt};
  }
  int64_t n;
};

const format::Value kOptions = format::parse_json(
    R"({"task":"regression","optimizer":{"name":"adam"},"threads":1,"seed":1})", "test");

}  // namespace

TEST_CASE("the toy runtime learns a line, saves it, opens it and gives the same bytes") {
  Runtime runtime = load("toy");
  CHECK(runtime.info().family == "toy");
  CHECK(runtime.digest() == sha256_of(open_read(runtime.info().path).get(), "toy"));
  CHECK(runtime.describe()["library"].as_string() == "least squares");
  Rows rows(200);
  Trainer trainer = runtime.build(line_architecture(), {}, 7).trainer(kOptions);
  double before = trainer.step(rows.batch(), 0.1);
  double after = trainer.step(rows.batch(), 0.1);
  CHECK(before > 0.1);
  CHECK(after < 1e-6);
  Model model = trainer.model();
  CHECK(model.signature().outputs == 1);
  CHECK(model.signature().cardinalities == std::vector<int64_t>{3});
  std::string bytes = model.save();
  Model opened = runtime.open(bytes);
  CHECK(opened.save() == bytes);

  Session session = opened.session();
  Batch batch = rows.batch();
  auto out = session.run(batch.numeric, batch.category).floats();
  REQUIRE(out.size() == 200);
  for (size_t i = 0; i < out.size(); ++i) CHECK(out[i] == Approx(rows.target[i]).margin(1e-3));
  auto expected = trainer.eval(batch.numeric, batch.category).floats();
  CHECK(std::equal(out.begin(), out.end(), expected.begin()));
  auto gradient = session.gradients(batch.numeric, batch.category, 0).doubles();
  CHECK(gradient[0] == Approx(3).margin(1e-3));
  CHECK(gradient[1] == Approx(-2).margin(1e-3));
}

TEST_CASE("a trainer goes on from its saved state") {
  Runtime runtime = load("toy");
  Rows rows(50);
  Model start = runtime.build(line_architecture(), {}, 7);
  Trainer whole = start.trainer(kOptions), first = start.trainer(kOptions),
          second = start.trainer(kOptions);
  whole.step(rows.batch(), 0.1);
  whole.step(rows.batch(), 0.1);
  first.step(rows.batch(), 0.1);
  second.state_load(first.state_save());
  second.step(rows.batch(), 0.1);
  CHECK(second.model().save() == whole.model().save());
  CHECK_THROWS_WITH(second.state_load("x"), Catch::Contains("not a state"));
}

TEST_CASE("errors of a plugin name the plugin and what it was asked") {
  Runtime runtime = load("toy");
  CHECK_THROWS_WITH(runtime.open("PK\x03\x04", "model.pt"),
                    Catch::Contains("while opening 'model.pt'") &&
                        Catch::Contains("could not open the model: this is not a toy model"));
  format::Value mlp = line_architecture();
  mlp.set("model", format::Value::object().set("builtin", "mlp"));
  CHECK_THROWS_WITH(runtime.build(mlp, {}, 1), Catch::Contains("one built-in model, 'linear'"));
  CHECK_THROWS_WITH(runtime.build(line_architecture(), "module", 1), Catch::Contains("no module"));
  Session session = runtime.build(line_architecture(), {}, 1).session();
  Rows rows(4);
  CHECK_THROWS_WITH(session.run(TensorView::matrix(std::span<const double>(rows.numeric), 2, 4),
                                TensorView::matrix(std::span<const int64_t>(rows.category), 2, 1)),
                    Catch::Contains("takes 2 numeric columns, got 4"));
  rows.category[2] = 3;
  Batch batch = rows.batch();
  CHECK_THROWS_WITH(session.run(batch.numeric, batch.category), Catch::Contains("out of range"));
}

TEST_CASE("a plugin with an older, shorter struct loads, runs and cannot train") {
  Runtime runtime = load("old");
  Model model = runtime.open("K7");
  CHECK(model.save() == "K7");
  Session session = model.session();
  std::vector<double> numeric{1, 2, 3};
  TensorView none = TensorView::matrix(std::span<const int64_t>(), 3, 0);
  TensorView rows = TensorView::matrix(std::span<const double>(numeric), 3, 1);
  auto out = session.run(rows, none).floats();
  CHECK(std::vector<float>(out.begin(), out.end()) == std::vector<float>{7, 7, 7});
  CHECK_THROWS_WITH(session.gradients(rows, none, 0),
                    Catch::Contains("plugin 'old' cannot compute gradients"));
  CHECK_THROWS_WITH(model.trainer(kOptions),
                    Catch::Contains("plugin 'old' cannot train the model"));
  CHECK(runtime.describe().size() == 0);
}

TEST_CASE("one family in one process, and only real plugins") {
  test::TempDir temp;
  load("toy");
  PluginInfo copy = choose_runtime(test_plugins(), "toy", "");
  std::string object = read_file(copy.path);
  copy.path = temp / "toy.so";
  std::ofstream(copy.path, std::ios::binary) << object;
  CHECK_THROWS_WITH(Runtime::load(copy), Catch::Contains("both are of the family 'toy'"));
  copy.family = "other";
  CHECK_THROWS_WITH(Runtime::load(copy), Catch::Contains("calls its family 'toy'"));
  copy.family = "not code";
  copy.path = temp / "text.so";
  std::ofstream(copy.path) << "hello";
  CHECK_THROWS_WITH(Runtime::load(copy), Catch::Contains("cannot load plugin 'toy'"));
}
