#include "infer/samples.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/json.hpp"

namespace mlo::infer {
namespace {

using format::Value;
using table::Cell;

Value cell_value(const Cell& cell) {
  switch (cell.kind()) {
    case Cell::Kind::absent:
    case Cell::Kind::missing:
      return Value();
    case Cell::Kind::number:
      return Value(cell.as_number());
    case Cell::Kind::boolean:
      return Value(cell.as_boolean());
    case Cell::Kind::text:
    case Cell::Kind::date:
    case Cell::Kind::nested:
      break;
  }
  return Value(table::cell_text(cell));
}

Cell value_cell(const Value& value, table::RawRows& rows) {
  if (value.is_null()) return Cell::missing();
  if (value.is_bool()) return Cell::boolean(value.as_bool());
  if (value.is_number()) return Cell::number(value.as_double());
  return Cell::text(rows.keep(value.as_string()));
}

/// {"prediction": [...], "probability": [[...]...]}
Value run(const Predictor& predictor, const table::RawRows& rows, int threads) {
  Predictions predictions;
  auto session = predictor.session(threads);
  session.predict(rows, predictions);
  Value labels = Value::array();
  Value probabilities = Value::array();
  const auto& classes = predictor.classes();
  for (size_t row = 0; row < predictions.rows; ++row) {
    if (predictor.task() == Task::regression) {
      labels.push(predictions.values[row]);
      continue;
    }
    labels.push(classes[predictions.labels[row]]);
    Value one = Value::array();
    for (size_t k = 0; k < classes.size(); ++k) {
      one.push(predictions.probabilities[row * classes.size() + k]);
    }
    probabilities.push(std::move(one));
  }
  Value outputs = Value::object();
  outputs.set("prediction", std::move(labels));
  if (predictor.task() == Task::classification)
    outputs.set("probability", std::move(probabilities));
  return outputs;
}

table::RawRows read_rows(const format::Fields& fields, const Value& columns, const Value& rows,
                         const std::string& name) {
  table::RawRows out;
  out.set_source(name);
  if (!columns.is_array()) throw fields.error("expected a list of names", &columns);
  for (const auto& column : columns.as_array()) {
    if (!column.is_string()) throw fields.error("expected a name", &column);
    out.column(column.as_string());
  }
  if (!rows.is_array()) throw fields.error("expected a list of rows", &rows);
  for (const auto& row : rows.as_array()) {
    if (!row.is_array() || row.size() != out.columns()) {
      throw fields.error(fmt::format("expected a row of {} values", out.columns()), &row);
    }
    for (size_t i = 0; i < out.columns(); ++i) {
      const Value& value = row.as_array()[i];
      if (value.is_array() || value.is_object()) throw fields.error("expected a value", &value);
      out.at(i).push(value_cell(value, out));
    }
  }
  out.seal(name);
  return out;
}

/// Compared as canonical JSON, so that 1 and 1.0, which are written alike, do not differ.
bool same(const Value& a, const Value& b) {
  return format::canonical_json(a) == format::canonical_json(b);
}

void compare(const Value& now, const Value& stored, SampleCheck& check, const std::string& name) {
  for (const auto& output : now.as_object()) {
    const Value& before = stored[output.key];
    if (!before.is_array() || before.size() != output.value.size()) {
      throw failure(fmt::format("{}: output '{}' has no value for each row", name, output.key));
    }
  }
  for (size_t row = 0; row < check.rows; ++row) {
    bool differs = false;
    for (const auto& output : now.as_object()) {
      const Value& new_value = output.value.as_array()[row];
      const Value& old_value = stored[output.key].as_array()[row];
      if (same(new_value, old_value)) continue;
      differs = true;
      if (check.first.empty()) {
        check.first =
            fmt::format("row {}: {} is {}, stored {}", row + 1, output.key,
                        format::canonical_json(new_value), format::canonical_json(old_value));
      }
    }
    check.different += differs ? 1 : 0;
  }
}

}  // namespace

std::string make_samples(const Predictor& predictor, const table::RawRows& rows, int threads) {
  const auto names = predictor.encoder().column_names();
  Value columns = Value::array();
  std::vector<const table::RawColumn*> sources;
  for (const auto& name : names) {
    const auto* column = rows.find(name);
    if (column == nullptr) throw failure(fmt::format("sample rows have no column '{}'", name));
    sources.push_back(column);
    columns.push(name);
  }
  Value list = Value::array();
  for (size_t row = 0; row < rows.rows(); ++row) {
    Value one = Value::array();
    for (const auto* column : sources) one.push(cell_value((*column)[row]));
    list.push(std::move(one));
  }
  Value document = Value::object();
  document.set("mlo_samples", 1);
  document.set("columns", std::move(columns));
  document.set("rows", std::move(list));
  document.set("outputs", run(predictor, rows, threads));
  return format::canonical_json(document);
}

SampleCheck check_samples(const Predictor& predictor, std::string_view text,
                          const std::string& name, int threads) {
  const Value document = format::parse_json(text, name);
  format::Fields fields(document, name, "", Exit::failure);
  fields.integer("mlo_samples", std::nullopt, 1, 1);
  const Value& columns = fields.required("columns");
  const Value& stored = fields.required("outputs");
  const auto rows = read_rows(fields, columns, fields.required("rows"), name);
  fields.finish();
  SampleCheck check;
  check.rows = rows.rows();
  compare(run(predictor, rows, threads), stored, check, name);
  return check;
}

}  // namespace mlo::infer
