// encoder.json, canonical JSON:
//
//   {"columns":[{"mean":46.2,"missing_flag":false,"name":"age","std":17.1,"type":"numeric"},
//               {"name":"gender","type":"categorical","values":["female","male"]}],"mlo_encoder":1}
//
// `columns` stand in the order of the training file, which is the order of the tensors' columns.
// boolean and date look like numeric. A model that takes numbers unscaled has `"scale":false` beside
// `columns`. `values` are distinct and sorted by bytes; value i has code i+2.
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/json.hpp"
#include "infer/encoder.hpp"
#include "table/value_text.hpp"

namespace mlo::infer {
namespace {

using format::Fields;
using format::Value;
using table::Type;

constexpr double kLargest = 1.7976931348623157e308;

Value to_value(const InputColumn& column) {
  Value value = Value::object();
  value.set("name", column.name).set("type", table::type_name(column.type));
  if (column.type == Type::categorical) {
    Value values = Value::array();
    for (const std::string& text : column.vocabulary.values()) values.push(text);
    return value.set("values", std::move(values));
  }
  return value.set("mean", column.mean)
      .set("std", column.std)
      .set("missing_flag", column.missing_flag);
}

Vocabulary read_vocabulary(Fields& fields) {
  const Value& list = fields.required("values");
  if (!list.is_array()) throw fields.error("expected a list of strings", &list);
  std::vector<std::string> values;
  for (const Value& value : list.as_array()) {
    if (!value.is_string()) throw fields.error("expected a string", &value);
    if (table::is_missing(value.as_string())) {
      throw fields.error(quoted(value.as_string()) + " stands for a missing value", &value);
    }
    values.push_back(value.as_string());
  }
  Vocabulary vocabulary(values);
  if (vocabulary.values() != values) {
    throw fields.error("the values are not distinct and sorted", &list);
  }
  return vocabulary;
}

InputColumn read_column(const Value& value, const std::string& file, size_t index) {
  static const std::vector<std::string> kTypes = {"numeric", "categorical", "boolean", "date"};
  Fields fields(value, file, "columns[" + std::to_string(index) + "]", Exit::failure);
  InputColumn column;
  column.name = fields.string("name");
  column.type = *table::parse_type(fields.choice("type", std::nullopt, kTypes));
  if (column.type == Type::categorical) {
    column.vocabulary = read_vocabulary(fields);
  } else {
    column.mean = fields.number("mean", std::nullopt, -kLargest, kLargest);
    column.std = fields.number("std", std::nullopt, 0, kLargest);
    if (!(column.std > 0)) throw fields.error("'std' must be above 0", fields.any("std"));
    fields.required("missing_flag");
    column.missing_flag = fields.boolean("missing_flag", false);
  }
  fields.finish();
  return column;
}

}  // namespace

std::string Encoder::to_json() const {
  Value columns = Value::array();
  for (const InputColumn& column : columns_) columns.push(to_value(column));
  Value document = Value::object();
  document.set("mlo_encoder", 1).set("columns", std::move(columns));
  if (scaling_ == Scaling::none) document.set("scale", false);
  return format::canonical_json(document);
}

Encoder Encoder::from_json(std::string_view text, const std::string& name) {
  Value document = format::parse_json(text, name);
  Fields fields(document, name, "", Exit::failure);
  fields.integer("mlo_encoder", std::nullopt, 1, 1);
  const Value& list = fields.required("columns");
  if (!list.is_array() || list.size() == 0) throw fields.error("expected a list of columns", &list);
  std::vector<InputColumn> columns;
  for (const Value& value : list.as_array()) {
    columns.push_back(read_column(value, name, columns.size()));
    for (size_t i = 0; i + 1 < columns.size(); ++i) {
      if (columns[i].name != columns.back().name) continue;
      throw fields.error("column " + quoted(columns[i].name) + " is there twice", &value);
    }
  }
  bool scale = fields.boolean("scale", true);
  fields.finish();
  return Encoder(std::move(columns), scale ? Scaling::standard : Scaling::none);
}

Value Encoder::description() const {
  Value mean = Value::array(), std = Value::array(), cardinalities = Value::array();
  for (double value : mean_) mean.push(value);
  for (double value : std_) std.push(value);
  for (int64_t size : cardinalities_) cardinalities.push(size);
  Value value = Value::object();
  value.set("numeric", static_cast<int64_t>(numeric_count()))
      .set("cardinalities", std::move(cardinalities));
  if (scaling_ == Scaling::standard) value.set("mean", std::move(mean)).set("std", std::move(std));
  return value;
}

}  // namespace mlo::infer
