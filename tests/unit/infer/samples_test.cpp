#include "infer/samples.hpp"

#include <catch2/catch.hpp>

#include "support/error_of.hpp"

using namespace mlo;
using namespace mlo::infer;
using table::Cell;

namespace {

Predictor predictor(const std::string& weights) {
  auto plugins = plugin::discover(std::vector<std::string>{MLO_TEST_PLUGINS});
  auto runtime = plugin::Runtime::load(plugin::choose_runtime(plugins, "toy", ""));
  InputColumn x;
  x.name = "x";
  return Predictor(
      Encoder({x}),
      runtime.open(
          "mlo-toy 1\n"
          R"({"task":"classification","numeric":1,"cardinalities":[],"outputs":1,"model":{"builtin":"linear"}})"
          "\n" +
          weights + "\n"),
      Task::classification, {"no", "yes"});
}

table::RawRows rows() {
  table::RawRows rows;
  for (const Cell& cell :
       {Cell::number(0.1), Cell::number(3), Cell::missing(), Cell::text("0.25")}) {
    rows.column("x").push(cell);
    rows.column("extra").push(Cell::boolean(true));
  }
  return rows;
}

}  // namespace

TEST_CASE("samples hold raw rows and outputs, and verify bit for bit") {
  const auto model = predictor("0 1");
  const std::string text = make_samples(model, rows());
  CHECK(text.find(R"("columns":["x"])") != std::string::npos);
  CHECK(text.find(R"("rows":[[0.1],[3],[null],["0.25"]])") != std::string::npos);
  const auto good = check_samples(model, text, "samples.json");
  CHECK(good.rows == 4);
  CHECK(good.different == 0);
  CHECK(good.first.empty());
  CHECK(make_samples(model, rows()) == text);

  const auto other = check_samples(predictor("0 1.0000001"), text, "samples.json");
  CHECK(other.different >= 2);
  CHECK(other.first.find("row 1: probability is ") == 0);
}

TEST_CASE("malformed samples are errors with a position") {
  const auto model = predictor("0 1");
  const auto message = [&](const std::string& text) {
    return test::message_of([&] { check_samples(model, text, "samples.json"); });
  };
  CHECK(message("{") != "");
  CHECK(message(R"({"mlo_samples":2})").find("samples.json: ") == 0);
  CHECK(message(R"({"mlo_samples":1,"columns":["x"],"outputs":{},"rows":[[1,2]]})")
            .find("expected a row of 1 values") != std::string::npos);
  CHECK(message(R"({"mlo_samples":1,"columns":["x"],"outputs":{},"rows":[[1]]})")
            .find("output 'prediction' has no value for each row") != std::string::npos);
  CHECK(message(R"({"mlo_samples":1,"columns":["y"],"outputs":{},"rows":[[1]]})").find("'x'") !=
        std::string::npos);
}
