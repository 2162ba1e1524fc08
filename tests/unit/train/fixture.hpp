// A workspace with one training on the toy runtime.
#pragma once

#include <cmath>
#include <string>

#include "repo/init.hpp"
#include "repo/workspace.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"
#include "train/train.hpp"

namespace mlo::test {

/// y = 2 a - b with a category, 60 rows; `cls` is whether y > 0, in words.
inline std::string line_csv(int rows = 60) {
  std::string out = "a,b,color,y,cls\n";
  for (int i = 0; i < rows; ++i) {
    double a = (i * 7 % 11) / 5.0 - 1, b = (i * 5 % 13) / 6.0 - 1;
    double y = 2 * a - b;
    out += (i % 17 == 3 ? "" : std::to_string(a)) + "," + std::to_string(b) + "," +
           (i % 3 == 0   ? "red"
            : i % 3 == 1 ? "green"
                         : "") +
           "," + std::to_string(y) + "," + (y > 0 ? "yes" : "no") + "\n";
  }
  return out;
}

inline std::string training(const std::string& more = "  columns: {y: ignore}\n",
                            const std::string& target = "cls") {
  std::string out = "trainings:\n  t:\n    data: train.csv\n    target: " + target +
                    "\n    runtime: toy\n    epochs: 3\n    batch_size: 16\n";
  for (size_t begin = 0; begin < more.size();) {
    size_t end = more.find('\n', begin) + 1;
    out += "  " + more.substr(begin, end - begin);
    begin = end;
  }
  if (more.find("model:") == std::string::npos) out += "    model: {builtin: linear}\n";
  return out;
}

struct TrainFixture {
  explicit TrainFixture(const std::string& yaml = training(), const std::string& csv = line_csv()) {
    repo::init(test.env, dir.path());
    dir.write("mlo.yaml", yaml);
    dir.write("train.csv", csv);
    options.plugin_path = {MLO_TEST_PLUGINS};
  }
  repo::Workspace workspace() { return repo::Workspace::open(test.env, dir.path()); }
  train::TrainReport run() {
    auto opened = workspace();
    return train::train(test.env, opened, options);
  }

  TempDir dir;
  TestEnv test;
  train::TrainOptions options;
};

}  // namespace mlo::test
