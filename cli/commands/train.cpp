#include "train/train.hpp"

#include <memory>
#include <optional>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/runs.hpp"
#include "cli/option_parser.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {
namespace {

struct Options : train::TrainOptions {
  std::optional<int64_t> seed, epochs, threads;
  bool forget_inputs = false;

  void add_shorthands() {
    auto add = [&](const char* key, const std::optional<int64_t>& value) {
      if (value) overrides.push_back(std::string(key) + "=" + std::to_string(*value));
    };
    add("seed", seed);
    // A split.seed of the file would keep the split; one of --set comes later and wins.
    if (seed) overrides.insert(overrides.begin(), "split.seed=" + std::to_string(*seed));
    add("epochs", epochs);
    add("threads", threads);
  }

  /// What to type to do it again.
  void record_command() {
    command = {"mlo", "train"};
    if (!training.empty()) command.push_back(training);
    const auto add = [this](const char* option, const std::string& value) {
      if (!value.empty()) command.insert(command.end(), {option, value});
    };
    for (const std::string& text : overrides) add("--set", text);
    for (const std::string& text : tags) add("--tag", text);
    for (const std::string& text : plugin_path) add("--plugin-path", text);
    add("--experiment", experiment);
    add("--name", run_name);
    if (!store_inputs) command.emplace_back("--no-store-inputs");
    version = MLO_VERSION;
  }
};

void print(Output& out, const train::TrainReport& report) {
  out.line("run " + out.paint(Color::bold, report.name) + " (" + report.run.substr(0, 8) + "), " +
           counted(report.epochs, "epoch") + " in " + human_duration(report.nanoseconds));
  out.line(report.task + " of '" + printable(report.target) + "' from " +
           std::to_string(report.columns.size()) + " columns; rows: " +
           std::to_string(report.train_rows) + " train, " + std::to_string(report.validation_rows) +
           " validation, " + std::to_string(report.test_rows) + " test");
  out.line("epoch " + std::to_string(report.best_epoch) + " was the best by " + report.metric);
  TextTable table({"metric", "value"}, {TextTable::Align::left, TextTable::Align::right});
  for (const train::Metric& metric : report.metrics) table.row({metric.name, shown(metric.value)});
  table.print(out);
}

}  // namespace

Action declare_train(OptionParser& parser) {
  auto options = std::make_shared<Options>();
  parser.add_option("NAME", options->training,
                    "key of 'trainings' in mlo.yaml (default: the only one)");
  parser.add_option("--name", options->run_name, "name of the run (default: a generated one)");
  parser.add_option("--experiment", options->experiment,
                    "experiment of the run (default: the training's name)");
  parser.add_option("--seed", options->seed, "seed of weights, order and split");
  parser.add_option("--epochs", options->epochs, "number of epochs");
  parser.add_option("--threads", options->threads, "threads of the runtime");
  parser
      .add_option("--set", options->overrides,
                  "KEY=VALUE: another value for a key of the training, such as optimizer.lr=0.01")
      .one_each();
  parser.add_option("--tag", options->tags, "KEY=VALUE: a tag of the run").one_each();
  parser.add_flag("--no-store-inputs", options->forget_inputs,
                  "do not keep the inputs in the store; the run cannot then be reproduced");
  parser
      .add_option("--plugin-path", options->plugin_path, "directories to search for runtimes first")
      .one_each();
  return [options](Context& context) {
    options->add_shorthands();
    options->store_inputs = !options->forget_inputs;
    options->record_command();
    auto workspace = repo::Workspace::open(context.env, context.directory);
    train::TrainReport report = train::train(context.env, workspace, *options);
    if (context.json)
      context.out.document(train::to_json(report));
    else
      print(context.out, report);
    return Exit::done;
  };
}

}  // namespace mlo::cli
