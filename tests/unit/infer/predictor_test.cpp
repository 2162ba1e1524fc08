#include "infer/predictor.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

#include "infer/probability.hpp"
#include "support/error_of.hpp"

using namespace mlo;
using namespace mlo::infer;
using table::Cell;
using table::RawRows;
using table::Type;

namespace {

plugin::Model toy_model(const std::string& architecture, const std::string& weights) {
  auto plugins = plugin::discover(std::vector<std::string>{MLO_TEST_PLUGINS});
  auto runtime = plugin::Runtime::load(plugin::choose_runtime(plugins, "toy", ""));
  return runtime.open("mlo-toy 1\n" + architecture + "\n" + weights + "\n");
}

InputColumn numeric_column(std::string name) {
  InputColumn column;
  column.name = std::move(name);
  return column;
}

InputColumn category_column(std::string name, std::vector<std::string> values) {
  InputColumn column;
  column.name = std::move(name);
  column.type = Type::categorical;
  column.vocabulary = Vocabulary(std::move(values));
  return column;
}

/// x (numeric), c (a or b); logit of the second class: 4 (x + [0, 0, 0, 1][c]) - 2.
Predictor binary() {
  return Predictor(
      Encoder({numeric_column("x"), category_column("c", {"a", "b"})}),
      toy_model(
          R"({"task":"classification","numeric":1,"cardinalities":[4],"outputs":1,"model":{"builtin":"linear"}})",
          "0 1 0 0 0 1"),
      Task::classification, {"no", "yes"});
}

/// Three classes; logits 4 x, 0, -4 x.
Predictor three() {
  return Predictor(
      Encoder({numeric_column("x")}),
      toy_model(
          R"({"task":"classification","numeric":1,"cardinalities":[],"outputs":3,"model":{"builtin":"linear"}})",
          "0 0 0 1 0 -1"),
      Task::classification, {"p", "q", "r"});
}

/// y = 10 x + 1
Predictor regression() {
  return Predictor(
      Encoder({numeric_column("x")}),
      toy_model(
          R"({"task":"regression","numeric":1,"cardinalities":[],"outputs":1,"model":{"builtin":"linear"}})",
          "1 10"),
      Task::regression, {});
}

RawRows rows_of(std::vector<double> x, std::vector<std::string_view> c = {}) {
  RawRows rows;
  for (double value : x) rows.column("x").push(Cell::number(value));
  for (std::string_view text : c) rows.column("c").push(Cell::text(text));
  return rows;
}

}  // namespace

TEST_CASE("a binary classification gives labels and both probabilities") {
  Predictor predictor = binary();
  CHECK(predictor.column_names() ==
        std::vector<std::string>{"prediction", "probability_no", "probability_yes"});
  CHECK(predictor.outputs()[1].width == 2);
  PredictSession session = predictor.session();
  Predictions out;
  session.predict(rows_of({0, 1, 0.5, 0}, {"a", "a", "a", "b"}), out);
  REQUIRE(out.rows == 4);
  CHECK(out.labels == std::vector<uint32_t>{0, 1, 0, 1});
  CHECK(out.probabilities[0] == 1 / (1 + std::exp(-2.0)));
  CHECK(out.probabilities[1] == Approx(1 - out.probabilities[0]).epsilon(1e-14));
  CHECK(out.probabilities[3] == out.probabilities[0]);
  CHECK(out.probabilities[4] == 0.5);  // a tie goes to the first class
  RawRows none;
  none.column("x");
  none.column("c");
  session.predict(none, out);
  CHECK(out.rows == 0);
  CHECK(out.labels.empty());
}

TEST_CASE("more classes use the softmax, a regression the value") {
  Predictor predictor = three();
  Predictions out;
  predictor.session().predict(rows_of({1, -1, 0}), out);
  CHECK(out.labels == std::vector<uint32_t>{0, 2, 0});
  double e = std::exp(-4.0), sum = 1 + e + std::exp(-8.0);
  CHECK(out.probabilities[0] == 1 / sum);
  CHECK(out.probabilities[1] == e / sum);
  Predictor line = regression();
  CHECK(line.column_names() == std::vector<std::string>{"prediction"});
  CHECK(line.outputs()[0].datatype == "FP64");
  line.session(2).predict(rows_of({1, 2}), out);
  CHECK(out.values == std::vector<double>{11, 21});
  CHECK(out.labels.empty());
  CHECK(out.probabilities.empty());
}

TEST_CASE("batches do not change a row's bytes, threads share a predictor") {
  Predictor predictor = binary();
  std::vector<double> x;
  std::vector<std::string_view> c;
  for (int i = 0; i < 300; ++i) {
    x.push_back(std::sin(i));
    c.push_back(i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "z");
  }
  Predictions whole;
  predictor.session().predict(rows_of(x, c), whole);
  auto one_by_one = [&] {
    PredictSession session = predictor.session();
    Predictions out;
    size_t different = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      session.predict(rows_of({x[i]}, {c[i]}), out);
      bool same = out.probabilities[0] == whole.probabilities[2 * i] &&
                  out.probabilities[1] == whole.probabilities[2 * i + 1];
      different += same ? 0 : 1;
    }
    return different;
  };
  std::vector<size_t> different(4, 1);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 4; ++i) threads.emplace_back([&, i] { different[i] = one_by_one(); });
  for (std::thread& thread : threads) thread.join();
  CHECK(different == std::vector<size_t>(4, 0));
}

TEST_CASE("an output that is not finite names its row") {
  Predictor predictor = regression();
  PredictSession session = predictor.session();
  Predictions out;
  CHECK(test::message_of([&] {
          session.predict(rows_of({1, 3e38}), out);
        }) == "row 2: the model's output is Infinity");
  CHECK_THROWS_WITH(session.predict(rows_of({1, -INFINITY}), out),
                    "row 2: column 'x': an infinite number");
}

TEST_CASE("a model that does not fit is refused at once") {
  std::string one =
      R"({"task":"regression","numeric":1,"cardinalities":[],"outputs":1,"model":{"builtin":"linear"}})";
  auto make = [&](Encoder encoder, Task task, std::vector<std::string> classes) {
    return test::message_of(
        [&] { Predictor(std::move(encoder), toy_model(one, "1 1"), task, std::move(classes)); });
  };
  Encoder x({numeric_column("x")});
  CHECK(make(Encoder({numeric_column("x"), numeric_column("y")}), Task::regression, {}) ==
        "the model takes 1 numeric and 0 category columns, the encoder gives 2 and 0");
  CHECK(make(Encoder({numeric_column("x"), category_column("c", {"a"})}), Task::regression, {}) ==
        "the model takes 1 numeric and 0 category columns, the encoder gives 1 and 1");
  CHECK(make(x, Task::classification, {"a", "b", "c"}) ==
        "the model gives 1 outputs per row, not what 3 classes need");
  CHECK(make(x, Task::classification, {"a"}) == "a classification needs at least two classes");
}

TEST_CASE("probabilities are stable and add up") {
  std::vector<float> logits = {1000, 0, -1000, 0.5f, 0.25f, -3};
  std::vector<double> out(6);
  softmax(logits, 3, out);
  CHECK(out[0] == 1);
  CHECK(out[2] == 0);
  CHECK(out[3] + out[4] + out[5] == Approx(1).epsilon(1e-15));
  std::vector<float> far = {-800, 800, 30};
  sigmoid_pairs(far, out);
  CHECK(out[0] == 1);
  CHECK(out[1] == std::exp(-800.0));
  CHECK(out[2] == std::exp(-800.0));
  CHECK(out[4] == Approx(9.357622968839299e-14).epsilon(1e-12));
  CHECK_THROWS_WITH(probabilities(logits, 3, 2, out),
                    "the model gives 3 outputs per row for 2 classes");
  logits[4] = NAN;
  CHECK_THROWS_WITH(probabilities(logits, 3, 3, out), "row 2: the model's output is NaN");
}
