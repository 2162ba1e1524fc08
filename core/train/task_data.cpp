#include "train/task_data.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "table/value_text.hpp"

namespace mlo::train {

namespace {

using infer::Task;
using table::Column;

// Integers with more values than this are counts or measures rather than classes.
constexpr size_t kMostInferredClasses = 10;
constexpr size_t kMostClasses = 1000;
// A model's outputs are float32, which end at 3.4e38; a prediction may well exceed what was seen.
constexpr double kLargestTarget = 1e37;

std::string place(const table::Table& table, size_t row) {
  return table.name() + ":" + std::to_string(table.line(row));
}

void check_target(const table::Table& table, const Column& target) {
  if (target.type == table::Type::text)
    throw failure(table::looks_like_text(table, target, "the target"),
                  "columns: {" + target.name + ": categorical} to predict it all the same");
  for (size_t row = 0; row < target.size(); ++row)
    if (target.is_missing(row))
      throw failure(place(table, row) + ": the target " + quoted(target.name) + " is missing",
                    "remove the rows whose target is not known");
}

Task infer_task(const Column& target) {
  if (target.type != table::Type::numeric) return Task::classification;
  std::set<double> distinct;
  for (double value : target.values) {
    if (value != std::floor(value)) return Task::regression;
    distinct.insert(value);
    if (distinct.size() > kMostInferredClasses) return Task::regression;
  }
  return Task::classification;
}

void check_task(const table::Table& table, const Column& target, Task task) {
  if (task == Task::regression && target.type != table::Type::numeric)
    throw failure(table.name() + ": the target " + quoted(target.name) + " is " +
                      table::type_name(target.type) + ", a regression needs numbers",
                  "set 'task: classification'");
}

/// classes_of() may have merged spellings of one number ("3", "3.0").
int64_t class_index(const std::vector<std::string>& classes, const std::string& text) {
  auto at = std::find(classes.begin(), classes.end(), text);
  if (at == classes.end())
    at = std::find_if(classes.begin(), classes.end(), [&](const std::string& name) {
      return table::parse_number(name) == table::parse_number(text);
    });
  return at - classes.begin();
}

/// The label of each row, and the classes.
std::vector<int64_t> classify(const table::Table& table, const Column& target,
                              std::vector<std::string>& classes) {
  std::vector<std::string> texts;
  std::map<std::string, int64_t, std::less<>> index;
  std::vector<int64_t> first(target.size());
  for (size_t row = 0; row < target.size(); ++row) {
    auto [at, added] = index.emplace(target.text(row), texts.size());
    if (added) texts.push_back(at->first);
    first[row] = at->second;
    if (texts.size() > kMostClasses)
      throw failure(table.name() + ": the target " + quoted(target.name) + " has more than " +
                        std::to_string(kMostClasses) + " classes",
                    "set 'task: regression' if it is a number, or choose another target");
  }
  if (texts.size() < 2)
    throw failure(table.name() + ": the target " + quoted(target.name) + " has only one class, " +
                      quoted(texts.front()),
                  "a classification needs rows of at least two classes");
  classes = infer::classes_of(texts);
  std::vector<int64_t> place_of(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) place_of[i] = class_index(classes, texts[i]);
  for (int64_t& label : first) label = place_of[static_cast<size_t>(label)];
  return first;
}

/// Of all rows: what is too large to learn from would also spoil a metric of the other parts.
void check_magnitude(const table::Table& table, const Column& target) {
  for (size_t row = 0; row < target.size(); ++row)
    if (std::abs(target.values[row]) > kLargestTarget)
      throw failure(place(table, row) + ": the target " + quoted(target.name) + ": " +
                        number_text(target.values[row]) + " is too large to learn from",
                    "scale it, or predict its logarithm");
}

void scale_target(TaskData& data, const Column& target) {
  double sum = 0, squares = 0;
  auto n = static_cast<double>(data.split.train.size());
  for (uint32_t row : data.split.train) sum += target.values[row];
  data.target_mean = sum / n;
  for (uint32_t row : data.split.train)
    squares += (target.values[row] - data.target_mean) * (target.values[row] - data.target_mean);
  double std = std::sqrt(squares / n);
  data.target_std = std > 1e-14 * std::abs(data.target_mean) ? std : 1;
}

void check_training_classes(const TaskData& data, const std::vector<int64_t>& labels) {
  for (uint32_t row : data.split.train)
    if (labels[row] != labels[data.split.train.front()]) return;
  throw failure(data.table.name() + ": the training rows have only one class",
                "set 'split: {by: stratified}', or give more rows");
}

Part make_part(const TaskData& data, std::span<const uint32_t> rows,
               const std::vector<int64_t>& labels, const Column& target) {
  Part part;
  table::RawRows raw;
  data.table.fill(raw, rows);
  part.inputs = data.encoder.encode(raw);
  for (uint32_t row : rows)
    if (data.task == Task::classification)
      part.labels.push_back(labels[row]);
    else
      part.values.push_back(target.values[row]);
  return part;
}

/// The column that decides the split is not an input.
table::Table without(const table::Table& table, const std::string& name) {
  std::vector<Column> columns;
  for (const Column& column : table.columns())
    if (column.name != name) columns.push_back(column);
  std::vector<uint64_t> lines(table.rows());
  for (size_t row = 0; row < lines.size(); ++row) lines[row] = table.line(row);
  return table::Table(table.name(), std::move(columns), std::move(lines));
}

/// Classes keep the words of the file: a target of "yes" and "no" predicts these, not true and false.
table::Table read_table(std::string_view csv, const std::string& name, const TrainingSpec& spec) {
  table::Table table = table::read_csv(csv, name, spec.csv);
  const Column& target = table.column(spec.target);
  if (target.type != table::Type::boolean || spec.csv.types.contains(spec.target)) return table;
  table::CsvOptions options = spec.csv;
  options.types[spec.target] = table::Type::categorical;
  table::Table words = table::read_csv(csv, name, options);
  return words.column(spec.target).dictionary.size() == 2 ? words : table;
}

infer::Encoder fit(const TaskData& data, const TrainingSpec& spec) {
  infer::Encoder encoder =
      infer::Encoder::fit(data.table, data.split.train, spec.target,
                          spec.scale ? infer::Scaling::standard : infer::Scaling::none);
  if (encoder.columns().empty())
    throw failure(data.table.name() + ": there is no column besides the target");
  return encoder;
}

}  // namespace

TaskData prepare(std::string_view csv, const std::string& name, const TrainingSpec& spec) {
  TaskData data;
  data.table = read_table(csv, name, spec);
  const Column& target = data.table.column(spec.target);
  check_target(data.table, target);
  data.task = spec.task ? *spec.task : infer_task(target);
  check_task(data.table, target, data.task);
  if (data.task == Task::regression) check_magnitude(data.table, target);
  std::vector<int64_t> labels;
  if (data.task == Task::classification) labels = classify(data.table, target, data.classes);
  data.split_options = spec.split;
  if (!spec.split_by_given && data.task == Task::classification) {
    data.split_options.by = table::SplitBy::stratified;
    data.split_options.column = spec.target;
  }
  data.split = table::split_rows(data.table, data.split_options);
  if (spec.split.by == table::SplitBy::column) data.table = without(data.table, spec.split.column);
  const Column& kept = data.table.column(spec.target);
  if (data.task == Task::classification)
    check_training_classes(data, labels);
  else
    scale_target(data, kept);
  data.encoder = fit(data, spec);
  data.train = make_part(data, data.split.train, labels, kept);
  data.validation = make_part(data, data.split.validation, labels, kept);
  data.test = make_part(data, data.split.test, labels, kept);
  return data;
}

format::Value architecture(const TaskData& data, const TrainingSpec& spec) {
  format::Value out = data.encoder.description();
  out.set("task", infer::task_name(data.task));
  out.set("outputs", data.task == Task::classification ? data.classes.size() : size_t{1});
  if (data.task == Task::regression)
    out.set("target_mean", data.target_mean).set("target_std", data.target_std);
  out.set("model", spec.model);
  return out;
}

std::vector<std::string> describe_columns(const TaskData& data) {
  std::vector<std::string> out;
  size_t width = 0;
  for (const auto& column : data.encoder.columns())
    width = std::max(width, display_width(printable(column.name)));
  for (const auto& input : data.encoder.columns()) {
    const Column& column = data.table.column(input.name);
    std::string line = "  " + printable(input.name);
    line.append(width + 2 - display_width(printable(input.name)), ' ');
    line += table::type_name(column.type);
    if (column.is_string()) line += ", " + std::to_string(column.dictionary.size()) + " values";
    if (column.missing) line += ", " + std::to_string(column.missing) + " missing";
    out.push_back(line);
  }
  return out;
}

}  // namespace mlo::train
