#include "train/spec.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/yaml.hpp"
#include "train/runtime_options.hpp"

namespace mlo::train {

namespace {

using format::Fields;
using format::Value;

const std::vector<std::string> kTasks{"classification", "regression"};
const std::vector<std::string> kColumnTypes{"numeric", "categorical", "boolean", "date", "ignore"};
const std::vector<std::string> kSplits{"random", "stratified", "column"};
const std::vector<std::string> kOptimizers{"adam", "sgd"};
const std::vector<std::string> kMetrics{"accuracy", "f1",  "log_loss", "roc_auc",
                                        "loss",     "mae", "r2",       "rmse"};

uint64_t seed_of(Fields& fields, uint64_t fallback) {
  return static_cast<uint64_t>(
      fields.integer("seed", static_cast<int64_t>(fallback), 0, int64_t{1} << 53));
}

void read_columns(const Value& value, const std::string& file, const std::string& where,
                  TrainingSpec& spec) {
  Fields fields(value, file, where);
  for (const Value::Member& member : value.as_object()) {
    std::string type = fields.choice(member.key, {}, kColumnTypes);
    if (type == "ignore")
      spec.csv.ignore.push_back(member.key);
    else
      spec.csv.types[member.key] = *table::parse_type(type);
  }
  if (std::find(spec.csv.ignore.begin(), spec.csv.ignore.end(), spec.target) !=
      spec.csv.ignore.end())
    throw fields.error("the target cannot be ignored", value.find(spec.target));
}

void read_split(const Value* value, const std::string& file, const std::string& where,
                TrainingSpec& spec) {
  spec.split.seed = spec.seed;
  if (!value) return;
  Fields fields(*value, file, where);
  spec.split.train = fields.number("train", 0.8, 0, 1e9);
  spec.split.validation = fields.number("validation", 0.2, 0, 1e9);
  spec.split.test = fields.number("test", 0.0, 0, 1e9);
  if (!(spec.split.train > 0))
    throw fields.error("'train' must be a positive share", value->find("train"));
  spec.split_by_given = fields.has("by");
  std::string by = fields.choice("by", "random", kSplits);
  spec.split.by = by == "column"       ? table::SplitBy::column
                  : by == "stratified" ? table::SplitBy::stratified
                                       : table::SplitBy::random;
  spec.split.column = fields.string("column", "");
  if ((by == "column") != !spec.split.column.empty())
    throw fields.error(by == "column" ? "'by: column' needs the key 'column'"
                                      : "'column' is used only with 'by: column'",
                       value);
  if (spec.split.column == spec.target && by == "column")
    throw fields.error("the target cannot decide the split", value->find("column"));
  if (by == "stratified") spec.split.column = spec.target;
  spec.split.seed = seed_of(fields, spec.seed);
  fields.finish();
}

void read_model(const Value& value, const std::string& file, const std::string& where,
                TrainingSpec& spec) {
  Fields fields(value, file, where);
  spec.builtin = fields.string("builtin", "");
  spec.module = fields.string("torchscript", "");
  if (spec.builtin.empty() == spec.module.empty())
    throw fields.error("say either 'builtin: linear', 'builtin: mlp' or 'torchscript: FILE'",
                       &value);
  spec.scale = fields.boolean("scale", true);
}

void read_optimizer(const Value* value, const std::string& file, const std::string& where,
                    TrainingSpec& spec) {
  static const Value kNone = Value::object();
  Fields fields(value ? *value : kNone, file, where);
  std::string name = fields.choice("name", "adam", kOptimizers);
  spec.learning_rate = fields.number("lr", name == "adam" ? 1e-3 : 1e-2, 0, 1e6);
  if (!(spec.learning_rate > 0)) throw fields.error("'lr' must be positive", value->find("lr"));
  spec.optimizer = Value::object().set("name", name);
}

/// Positions in the text of --set would be taken for positions in mlo.yaml.
Value without_positions(Value value) {
  value.set_position({});
  if (value.is_array())
    for (Value& item : value.as_array()) item = without_positions(std::move(item));
  if (value.is_object())
    for (Value::Member& member : value.as_object())
      member.value = without_positions(std::move(member.value));
  return value;
}

void apply_override(Value& entry, const Override& change) {
  Value* at = &entry;
  std::vector<std::string_view> keys = split(change.key, '.');
  for (size_t i = 0; i + 1 < keys.size(); ++i) {
    const Value* there = at->find(keys[i]);
    if (!there || there->is_null()) at->set(std::string(keys[i]), Value::object());
    at = at->find(keys[i]);
    if (!at->is_object()) return;  // whoever reads it names its place in the file
  }
  at->set(std::string(keys.back()), change.value);
}

void read_loop(Fields& fields, TrainingSpec& spec) {
  spec.epochs = fields.integer("epochs", 20, 1, 1'000'000);
  spec.batch_size = fields.integer("batch_size", 256, 1, 1 << 24);
  if (fields.has("metric")) spec.metric = fields.choice("metric", {}, kMetrics);
  auto available = static_cast<int64_t>(available_threads());
  spec.threads = static_cast<int>(fields.integer("threads", available, 1, 1024));
}

}  // namespace

Override parse_override(const std::string& text) {
  size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos)
    throw usage("'" + text + "' is not KEY=VALUE", "for example: --set optimizer.lr=0.01");
  Value document = format::parse_yaml("value: " + text.substr(equals + 1) + "\n", "--set " + text);
  return {text.substr(0, equals), without_positions(document["value"])};
}

std::string choose_training(const repo::Config& config, const std::string& name) {
  if (!name.empty()) {
    config.required("trainings", name);
    return name;
  }
  std::vector<std::string> names = config.names("trainings");
  if (names.empty())
    throw usage("'" + config.file + "' has no trainings",
                "add a section 'trainings' with the data, the target and the model");
  if (names.size() > 1)
    throw usage("'" + config.file + "' has several trainings", "name one: " + join(names, ", "));
  return names.front();
}

TrainingSpec parse_training(const repo::Config& config, const std::string& name,
                            std::span<const Override> overrides,
                            std::span<const plugin::PluginInfo> plugins) {
  Value entry = config.required("trainings", name);
  std::string where = "trainings." + name;
  if (entry.is_object())
    for (const Override& change : overrides) apply_override(entry, change);
  Fields fields(entry, config.file, where);
  TrainingSpec spec;
  spec.name = name;
  spec.data = fields.string("data");
  spec.target = fields.string("target");
  if (fields.has("task"))
    spec.task = fields.choice("task", {}, kTasks) == "regression" ? infer::Task::regression
                                                                  : infer::Task::classification;
  spec.seed = seed_of(fields, 0);
  if (const Value* columns = fields.any("columns"))
    read_columns(*columns, config.file, where + ".columns", spec);
  read_split(fields.any("split"), config.file, where + ".split", spec);
  const Value& model = fields.required("model");
  read_model(model, config.file, where + ".model", spec);
  const Value* optimizer = fields.any("optimizer");
  read_optimizer(optimizer, config.file, where + ".optimizer", spec);
  read_loop(fields, spec);
  std::string wanted = fields.string("runtime", "");
  fields.finish();
  std::string kind = spec.builtin.empty() ? "torchscript" : spec.builtin;
  spec.runtime = choose_runtime_for(plugins, wanted, kind, model, config.file, where + ".model");
  spec.model = model_options(model, kind, spec.runtime, config.file, where + ".model");
  merge_optimizer_options(optimizer, spec.runtime, config.file, where + ".optimizer",
                          spec.optimizer);
  return spec;
}

Value to_json(const TrainingSpec& spec) {
  Value columns = Value::object();
  for (const auto& [name, type] : spec.csv.types) columns.set(name, table::type_name(type));
  for (const std::string& name : spec.csv.ignore) columns.set(name, "ignore");
  Value split = Value::object()
                    .set("by", kSplits[static_cast<size_t>(spec.split.by)])
                    .set("seed", static_cast<int64_t>(spec.split.seed))
                    .set("train", spec.split.train)
                    .set("validation", spec.split.validation)
                    .set("test", spec.split.test);
  if (spec.split.by == table::SplitBy::column) split.set("column", spec.split.column);
  Value model = spec.model;
  if (!spec.module.empty()) model = Value::object().set("torchscript", spec.module);
  if (!spec.scale) model.set("scale", false);
  Value optimizer = spec.optimizer;
  optimizer.set("lr", spec.learning_rate);
  return Value::object()
      .set("data", spec.data)
      .set("target", spec.target)
      .set("columns", std::move(columns))
      .set("split", std::move(split))
      .set("model", std::move(model))
      .set("optimizer", std::move(optimizer))
      .set("epochs", spec.epochs)
      .set("batch_size", spec.batch_size)
      .set("metric", spec.metric)
      .set("seed", static_cast<int64_t>(spec.seed))
      .set("threads", spec.threads);
}

}  // namespace mlo::train
