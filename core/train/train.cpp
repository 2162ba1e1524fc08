#include "train/train.hpp"

#include <memory>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/ingest.hpp"
#include "plugin/discovery.hpp"
#include "store/batch.hpp"
#include "track/run_writer.hpp"
#include "train/environment.hpp"
#include "train/inputs.hpp"
#include "train/loop.hpp"
#include "train/outputs.hpp"
#include "train/spec.hpp"
#include "train/task_data.hpp"

namespace mlo::train {

namespace {

using format::Value;

/// Nested objects as dotted keys: "optimizer.lr".
void flatten(const Value& value, const std::string& prefix,
             std::vector<std::pair<std::string, Value>>& out) {
  for (const Value::Member& member : value.as_object()) {
    std::string key = prefix.empty() ? member.key : prefix + "." + member.key;
    if (member.value.is_object())
      flatten(member.value, key, out);
    else
      out.emplace_back(key, member.value);
  }
}

track::RunStart run_start(const TrainOptions& options, const TaskData& data,
                          const TrainingSpec& spec) {
  track::RunStart start;
  start.name = options.run_name;
  start.experiment = options.experiment.empty() ? spec.name : options.experiment;
  start.command = options.command;
  Value resolved = to_json(spec);
  resolved.set("training", spec.name)
      .set("task", infer::task_name(data.task))
      .set("metric", deciding_metric(data, spec))
      .set("runtime", spec.runtime.name)
      .set("store_inputs", options.store_inputs);
  flatten(resolved, "", start.params);
  for (const std::string& tag : options.tags) {
    size_t equals = tag.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw usage("'" + tag + "' is not KEY=VALUE", "for example: --tag owner=me");
    start.tags.emplace_back(tag.substr(0, equals), tag.substr(equals + 1));
  }
  return start;
}

TrainingSpec read_spec(Env& env, repo::Workspace& workspace, const TrainOptions& options) {
  const repo::Config& config = workspace.config();
  std::string name = choose_training(config, options.training);
  std::vector<Override> overrides;
  for (const std::string& text : options.overrides) overrides.push_back(parse_override(text));
  std::vector<std::string> flags = options.plugin_path;
  const auto& configured = workspace.local().plugin_path;
  flags.insert(flags.end(), configured.begin(), configured.end());
  return parse_training(config, name, overrides, plugin::discover(plugin::search_path(env, flags)));
}

/// Everything that was checked before the run starts.
struct Prepared {
  TrainingSpec spec;
  Inputs inputs;
  TaskData data;
  plugin::Runtime runtime;
  plugin::Model model;
};

Prepared prepare_run(Env& env, repo::Workspace& workspace, const TrainOptions& options) {
  TrainingSpec spec = read_spec(env, workspace, options);
  Inputs inputs = open_inputs(env, workspace, spec);
  TaskData data = prepare(inputs.data.bytes, inputs.data.name, spec);
  spec.split = data.split_options;  // for the record: also what was left open
  inputs.data.bytes = {};
  deciding_metric(data, spec);
  for (const std::string& line : describe_columns(data)) env.reporter.note(line);
  env.check_cancelled();
  plugin::Runtime runtime = plugin::Runtime::load(spec.runtime);
  std::optional<std::string_view> module;
  if (inputs.module) module = inputs.module->bytes;
  plugin::Model model = in_context(module ? "while wrapping " + quoted(spec.module) : "", [&] {
    plugin::Model built = runtime.build(architecture(data, spec), module, spec.seed);
    new_trainer(data, spec, built);  // dropped: a model that cannot be trained leaves no run
    return built;
  });
  return {std::move(spec), std::move(inputs), std::move(data), runtime, std::move(model)};
}

void store_outputs(repo::Workspace& workspace, track::RunWriter& writer,
                   const std::vector<OutputFile>& files, TrainReport& report) {
  store::Batch batch(workspace.store_for_writing());
  std::vector<Digest> digests;
  for (const OutputFile& file : files) digests.push_back(batch.add(file.bytes));
  const auto hold = batch.commit();  // until the run's record names them
  for (size_t i = 0; i < files.size(); ++i)
    writer.output(files[i].path, digests[i], files[i].bytes.size());
  report.model = digests.front();
  writer.model(report.model);
}

void train_run(Env& env, repo::Workspace& workspace, const Prepared& run, track::RunWriter& writer,
               TrainReport& report) {
  writer.environment(environment(run.runtime, run.spec.threads, report.version));
  LoopResult result = run_epochs(env, run.data, run.spec, run.model, [&](const EpochReport& epoch) {
    for (const Metric& metric : epoch.metrics)
      writer.metric(metric.name, epoch.epoch, metric.value);
  });
  report.epochs = result.epochs;
  report.best_epoch = result.best_epoch.epoch;
  report.metrics = result.best_epoch.metrics;
  for (Metric& metric :
       evaluate_part(*result.best, run.spec.threads, run.data, run.data.test, "test")) {
    writer.metric(metric.name, result.best_epoch.epoch, metric.value);
    report.metrics.push_back(std::move(metric));
  }
  store_outputs(workspace, writer,
                make_outputs(run.data, run.spec, run.runtime, result, report.metrics), report);
  check_inputs(env, workspace, run.inputs);
}

TrainReport new_report(const Prepared& run, const TrainOptions& options) {
  TrainReport report;
  report.version = options.version;
  report.training = run.spec.name;
  report.task = infer::task_name(run.data.task);
  report.target = run.spec.target;
  report.classes = run.data.classes;
  report.metric = deciding_metric(run.data, run.spec);
  for (const auto& column : run.data.encoder.columns())
    report.columns.emplace_back(column.name, table::type_name(column.type));
  report.train_rows = run.data.train.rows();
  report.validation_rows = run.data.validation.rows();
  report.test_rows = run.data.test.rows();
  return report;
}

/// The run's end on the way out of an error; what stopped the training is what the user hears.
void finish_quietly(track::RunWriter& writer, track::Status status, const std::string& message) {
  try {
    writer.finish(status, message);
  } catch (const Error&) {
    // The segment stays without an end: the run shows as died, which is what happened to it.
  }
}

}  // namespace

TrainReport train(Env& env, repo::Workspace& workspace, const TrainOptions& options) {
  int64_t began = env.clock.ticks();
  Prepared run = prepare_run(env, workspace, options);
  track::RunStart start = run_start(options, run.data, run.spec);
  std::optional<store::FileLock> hold;  // until the run names its inputs
  if (options.store_inputs) hold = store_inputs(env, workspace, run.inputs);
  TrainReport report = new_report(run, options);
  track::RunWriter writer = track::RunWriter::start(env, workspace, start);
  report.run = writer.id();
  report.name = writer.name();
  try {
    for (const StoredInput& input : run.inputs.stored)
      writer.input(input.name, input.digest, input.size);
    hold.reset();
    train_run(env, workspace, run, writer, report);
    writer.finish(track::Status::finished);
  } catch (const Error& error) {
    bool stopped = error.code() == Exit::interrupted;
    finish_quietly(writer, stopped ? track::Status::interrupted : track::Status::failed,
                   error.message());
    throw;
  } catch (const std::exception& error) {
    finish_quietly(writer, track::Status::failed, error.what());
    throw;
  }
  report.nanoseconds = env.clock.ticks() - began;
  return report;
}

Value to_json(const TrainReport& report) {
  Value columns = Value::array(), classes = Value::array(), metrics = Value::object();
  for (const auto& [name, type] : report.columns)
    columns.push(Value::object().set("name", name).set("type", type));
  for (const std::string& name : report.classes) classes.push(name);
  for (const Metric& metric : report.metrics) metrics.set(metric.name, metric.value);
  return Value::object()
      .set("run", report.run)
      .set("name", report.name)
      .set("training", report.training)
      .set("task", report.task)
      .set("target", report.target)
      .set("classes", std::move(classes))
      .set("columns", std::move(columns))
      .set("rows", Value::object()
                       .set("train", report.train_rows)
                       .set("validation", report.validation_rows)
                       .set("test", report.test_rows))
      .set("epochs", report.epochs)
      .set("best_epoch", report.best_epoch)
      .set("metric", report.metric)
      .set("metrics", std::move(metrics))
      .set("model", Value::object().set("digest", report.model.text()))
      .set("seconds", static_cast<double>(report.nanoseconds) * 1e-9);
}

}  // namespace mlo::train
