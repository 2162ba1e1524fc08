// Real predictors on the toy runtime, for the tests of serve.
#pragma once

#include "serve/package_servable.hpp"

namespace mlo::test {

inline infer::InputColumn input_column(std::string name, table::Type type,
                                       std::vector<std::string> vocabulary = {}) {
  infer::InputColumn column;
  column.name = std::move(name);
  column.type = type;
  if (type == table::Type::categorical)
    column.vocabulary = infer::Vocabulary(std::move(vocabulary));
  return column;
}

inline plugin::Model toy_model(const std::string& architecture, const std::string& weights) {
  auto plugins = plugin::discover(std::vector<std::string>{MLO_TEST_PLUGINS});
  auto runtime = plugin::Runtime::load(plugin::choose_runtime(plugins, "toy", ""));
  return runtime.open("mlo-toy 1\n" + architecture + "\n" + weights + "\n");
}

/// y = factor * x + 1, served as "line".
inline std::shared_ptr<const serve::Servable> line_model(int factor, std::string version) {
  serve::ServedModel model{"line", std::move(version), "sha256:11", "toy", {}, {}, {}};
  return serve::make_servable(
      std::move(model),
      infer::Predictor(
          infer::Encoder({input_column("x", table::Type::numeric)}),
          toy_model(
              R"({"task":"regression","numeric":1,"cardinalities":[],"outputs":1,"model":{"builtin":"linear"}})",
              "1 " + std::to_string(factor)),
          infer::Task::regression, {}),
      1);
}

/// x numeric, c in {a, b}; b and a large x make "yes".
inline std::shared_ptr<const serve::Servable> label_model() {
  serve::ServedModel model{"label", "1", "sha256:22", "toy", {}, {}, {}};
  return serve::make_servable(
      std::move(model),
      infer::Predictor(
          infer::Encoder({input_column("x", table::Type::numeric),
                          input_column("c", table::Type::categorical, {"a", "b"})}),
          toy_model(
              R"({"task":"classification","numeric":1,"cardinalities":[4],"outputs":1,"model":{"builtin":"linear"}})",
              "0 1 0 0 0 1"),
          infer::Task::classification, {"no", "yes"}),
      1);
}

}  // namespace mlo::test
