// A finished run as train leaves it, made by hand: two columns, a toy model (least squares in C, no
// LibTorch), samples, profile. What the tests of package, score, serve and deploy start from.
//
//   logit of "yes": 4 (x + [0, 0, 0, 1][c]) - 2     x numeric, c categorical (a, b)
#pragma once

#include <string>
#include <vector>

#include "format/json.hpp"
#include "infer/predictor.hpp"
#include "infer/samples.hpp"
#include "plugin/discovery.hpp"
#include "plugin/runtime.hpp"
#include "repo/workspace.hpp"
#include "store/batch.hpp"
#include "track/run_writer.hpp"

namespace mlo::test {

inline std::vector<std::string> toy_plugins() { return {MLO_TEST_PLUGINS}; }

/// `bias` makes different models.
inline std::string toy_model_bytes(int bias = 0) {
  return "mlo-toy 1\n"
         R"({"task":"classification","numeric":1,"cardinalities":[4],"outputs":1,"model":{"builtin":"linear"}})"
         "\n" +
         std::to_string(bias) + " 1 0 0 0 1\n";
}

inline infer::Encoder toy_encoder() {
  infer::InputColumn x, c;
  x.name = "x";
  c.name = "c";
  c.type = table::Type::categorical;
  c.vocabulary = infer::Vocabulary({"a", "b"});
  return infer::Encoder({x, c});
}

inline infer::Predictor toy_predictor(int bias = 0) {
  const auto plugins = plugin::discover(toy_plugins());
  const auto runtime = plugin::Runtime::load(plugin::choose_runtime(plugins, "toy", ""));
  return infer::Predictor(toy_encoder(), runtime.open(toy_model_bytes(bias)),
                          infer::Task::classification, {"no", "yes"});
}

inline table::RawRows toy_rows(size_t count = 16) {
  table::RawRows rows;
  for (size_t i = 0; i < count; ++i) {
    rows.column("x").push(i % 5 == 4 ? table::Cell::missing()
                                     : table::Cell::number(0.1 * static_cast<double>(i)));
    rows.column("c").push(table::Cell::text(i % 3 == 0 ? "b" : "a"));
  }
  return rows;
}

inline constexpr std::string_view kToyTraining =
    R"({"classes":["no","yes"],"runtime":{"library_version":"1.0","name":"toy","version":"0.1.0"},)"
    R"("target":"high","task":"classification"})";
inline constexpr std::string_view kToyProfile = R"({"columns":[],"mlo_profile":1})";

/// The id of a finished run whose outputs are in the store.
inline std::string toy_run(Env& env, repo::Workspace& workspace, int bias = 0) {
  track::RunStart start;
  start.name = "toy";
  auto writer = track::RunWriter::start(env, workspace, start);
  writer.metric("val/auc", 1, 0.75);
  writer.metric("val/auc", 2, 0.875);
  store::Batch batch(workspace.store());
  std::vector<track::Output> outputs;
  const auto output = [&](std::string_view path, std::string_view bytes) {
    outputs.push_back({std::string(path), batch.add(bytes), bytes.size()});
  };
  output("model.pt", toy_model_bytes(bias));
  output("encoder.json", toy_encoder().to_json());
  output("profile.json", kToyProfile);
  output("samples.json", infer::make_samples(toy_predictor(bias), toy_rows()));
  output("training.json", kToyTraining);
  writer.input("data/train.csv", sha256("data"), 4);
  // Objects before the record that names them.
  batch.commit();
  for (const auto& [path, digest, size] : outputs) writer.output(path, digest, size);
  writer.finish(track::Status::finished);
  return writer.id();
}

}  // namespace mlo::test
