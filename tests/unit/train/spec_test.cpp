#include "train/spec.hpp"

#include <catch2/catch.hpp>

#include "support/error_of.hpp"

using namespace mlo;
using namespace mlo::train;
using mlo::test::error_of;
using mlo::test::message_of;

namespace {

const std::string kTraining =
    "trainings:\n"
    "  t:\n"
    "    data: d.csv\n"
    "    target: y\n"
    "    model: {builtin: linear}\n";

TrainingSpec parse(const std::string& yaml, std::vector<std::string> changes = {}) {
  repo::Config config = repo::parse_config(yaml, "mlo.yaml");
  std::vector<Override> overrides;
  for (const std::string& change : changes) overrides.push_back(parse_override(change));
  return parse_training(config, choose_training(config, ""), overrides,
                        plugin::discover(std::vector<std::string>{MLO_TEST_PLUGINS}));
}

}  // namespace

TEST_CASE("a short training gets its defaults") {
  TrainingSpec spec = parse(kTraining);
  CHECK(spec.name == "t");
  CHECK(spec.builtin == "linear");
  CHECK(spec.runtime.name == "toy");
  CHECK(spec.learning_rate == 0.001);
  CHECK(spec.epochs == 20);
  CHECK(spec.batch_size == 256);
  CHECK(spec.split.validation == 0.2);
  CHECK(!spec.split_by_given);
  CHECK(spec.threads >= 1);
  CHECK(!spec.task);
}

TEST_CASE("every key is read") {
  TrainingSpec spec = parse(kTraining +
                            "    task: regression\n"
                            "    columns: {a: numeric, b: ignore, c: categorical}\n"
                            "    split: {train: 7, validation: 2, test: 1, by: random, seed: 4}\n"
                            "    optimizer: {name: sgd, lr: 0.5, momentum: 0.9}\n"
                            "    epochs: 3\n"
                            "    batch_size: 10\n"
                            "    metric: mae\n"
                            "    seed: 9\n"
                            "    threads: 2\n"
                            "    runtime: toy@1.0.0\n");
  CHECK(spec.task == infer::Task::regression);
  CHECK(spec.csv.types.at("a") == table::Type::numeric);
  CHECK(spec.csv.ignore == std::vector<std::string>{"b"});
  CHECK(spec.split.test == 1);
  CHECK(spec.split.seed == 4);
  CHECK(spec.split_by_given);
  CHECK(spec.optimizer["momentum"].as_double() == 0.9);
  CHECK(spec.learning_rate == 0.5);
  CHECK(spec.seed == 9);
  CHECK(to_json(spec)["optimizer"]["lr"].as_double() == 0.5);
}

TEST_CASE("overrides replace values by dotted key") {
  TrainingSpec spec = parse(kTraining, {"epochs=7", "optimizer.lr=0.25", "split.by=stratified"});
  CHECK(spec.epochs == 7);
  CHECK(spec.learning_rate == 0.25);
  CHECK(spec.split.by == table::SplitBy::stratified);
  CHECK(spec.split.column == "y");
  TrainingSpec seeded = parse(kTraining, {"split.seed=5"});
  CHECK(seeded.split.seed == 5);
  CHECK(!seeded.split_by_given);
  CHECK_THAT(message_of([] { parse(kTraining + "    split: random\n", {"split.seed=5"}); }),
             Catch::Contains("mlo.yaml:6:") && Catch::Contains("expected a mapping"));
  CHECK_THAT(message_of([] { parse(kTraining, {"epohcs=7"}); }), Catch::Contains("epohcs"));
  CHECK_THAT(message_of([] { parse_override("=3"); }), Catch::Contains("KEY=VALUE"));
}

TEST_CASE("errors have a place and the nearest right name") {
  struct Case {
    std::string yaml, message, hint;
  };
  const std::string head = "trainings:\n  t:\n    data: d.csv\n    target: y\n";
  for (const Case& bad : {
           Case{kTraining + "    epohs: 3\n", "mlo.yaml:6:", "epochs"},
           {head + "    model: {bultin: linear}\n", "mlo.yaml:5:", ""},
           {head + "    model: {builtin: liner}\n", "mlo.yaml:5:", "linear"},
           {head + "    model: {builtin: linear, depth: 3}\n", "mlo.yaml:5:", ""},
           {head + "    model: {torchscript: m.pt}\n    runtime: toy\n",
            "the runtime 'toy' has no model 'torchscript'", ""},
           {kTraining + "    optimizer: {name: adm}\n", "mlo.yaml:6:", "adam"},
           {kTraining + "    optimizer: {name: sgd, momentun: 1}\n", "momentun", "momentum"},
           {kTraining + "    optimizer: {name: sgd, momentum: many}\n", "mlo.yaml:6:", ""},
           {kTraining + "    optimizer: {lr: 0}\n", "'lr' must be positive", ""},
           {kTraining + "    optimizer: {lr: -1}\n", "mlo.yaml:6:", ""},
           {kTraining + "    epochs: 0\n", "mlo.yaml:6:", ""},
           {kTraining + "    split: {by: colum}\n", "mlo.yaml:6:", "column"},
           {kTraining + "    split: {by: column}\n", "needs the key 'column'", ""},
           {kTraining + "    split: {train: 0}\n", "'train' must be a positive share", ""},
           {kTraining + "    columns: {a: numerc}\n", "mlo.yaml:6:", "numeric"},
           {kTraining + "    columns: {y: ignore}\n", "the target cannot be ignored", ""},
           {kTraining + "    metric: acuracy\n", "mlo.yaml:6:", "accuracy"},
           {kTraining + "    runtime: tory\n", "no runtime plugin 'tory'", ""},
           {"trainings:\n  t: 3\n", "mlo.yaml:2:", ""},
           {"trainings:\n  t: {}\n", "needs the key 'data'", ""},
       }) {
    CAPTURE(bad.yaml);
    Error error = error_of([&] { parse(bad.yaml); });
    CHECK_THAT(error.message(), Catch::Contains(bad.message));
    CHECK_THAT(error.message() + error.hint(), Catch::Contains(bad.hint));
  }
}

TEST_CASE("several trainings need a name") {
  repo::Config config = repo::parse_config("trainings:\n  a: {}\n  b: {}\n", "mlo.yaml");
  CHECK_THAT(error_of([&] { choose_training(config, ""); }).hint(), Catch::Contains("a, b"));
  CHECK(choose_training(config, "b") == "b");
}
