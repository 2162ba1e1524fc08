#include "train/metrics.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/descriptor.hpp"
#include "format/json.hpp"

using namespace mlo;
using namespace mlo::train;

namespace {

std::vector<double> numbers(const format::Value& list) {
  std::vector<double> out;
  for (const format::Value& value : list.as_array()) out.push_back(value.as_double());
  return out;
}

std::vector<uint32_t> labels(const format::Value& list) {
  std::vector<uint32_t> out;
  for (const format::Value& value : list.as_array()) {
    out.push_back(static_cast<uint32_t>(value.as_int()));
  }
  return out;
}

}  // namespace

TEST_CASE("metrics equal scikit-learn's, also where the input is degenerate") {
  std::string file = MLO_TEST_DATA "/metrics.json";
  format::Value document = format::parse_json(read_file(file), file);
  size_t compared = 0;
  for (const format::Value& golden : document["cases"].as_array()) {
    bool regression = golden.find("predicted") != nullptr;
    auto ours =
        regression
            ? regression_metrics(numbers(golden["truth"]), numbers(golden["predicted"]))
            : classification_metrics(labels(golden["truth"]), numbers(golden["probabilities"]),
                                     static_cast<size_t>(golden["classes"].as_int()));
    for (const Metric& metric : ours) {
      double expected = golden[metric.name].as_double();
      CAPTURE(golden["name"].as_string(), metric.name, metric.value, expected);
      bool same = std::isnan(expected) ? std::isnan(metric.value)
                                       : std::abs(metric.value - expected) <=
                                             1e-9 * std::max(1.0, std::abs(expected));
      CHECK(same);
      ++compared;
    }
  }
  CHECK(compared == 15 * 4 + 7 * 3);
}

TEST_CASE("metrics of nothing are undefined") {
  CHECK(std::isnan(accuracy({}, {})));
  CHECK(std::isnan(f1({}, {}, 2)));
  CHECK(std::isnan(log_loss({}, {}, 2)));
  CHECK(std::isnan(roc_auc({}, {}, 2)));
  CHECK(std::isnan(rmse({}, {})));
  CHECK(std::isnan(r2({}, {})));
}

TEST_CASE("losses and errors are better when lower") {
  CHECK(higher_is_better("accuracy"));
  CHECK(higher_is_better("r2"));
  CHECK_FALSE(higher_is_better("log_loss"));
  CHECK_FALSE(higher_is_better("rmse"));
}
