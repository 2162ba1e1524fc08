// The file format of profiles; the layout is described in profile.hpp.
#include <algorithm>
#include <array>
#include <cmath>

#include "drift/profile.hpp"
#include "format/fields.hpp"
#include "format/json.hpp"

namespace mlo::drift {
namespace {

using format::Fields;
using format::Value;

constexpr int kVersion = 1;
constexpr int64_t kMost = INT64_MAX;

Value values_of(const ColumnProfile& column) {
  Value values = Value::array();
  if (column.has_labels())
    for (const std::string& label : column.labels().values) values.push(label);
  else
    for (double number : column.numbers().values) values.push(number);
  return values;
}

Value column_value(const ColumnProfile& column) {
  Value counts = Value::array();
  const auto& weights = column.has_labels() ? column.labels().counts : column.numbers().counts;
  for (uint64_t count : weights) counts.push(Value(count));
  Value value = Value::object();
  value.set("name", column.name)
      .set("type", type_name(column.type))
      .set("rows", column.rows)
      .set("missing", column.missing)
      .set("infinite", column.infinite)
      .set("distinct", column.distinct)
      .set("sampled", column.sampled)
      .set("values", values_of(column))
      .set("counts", std::move(counts));
  if (column.moments)
    value.set("min", column.moments->min)
        .set("max", column.moments->max)
        .set("mean", column.moments->mean)
        .set("variance", column.moments->variance);
  return value;
}

const Value& list(Fields& fields, std::string_view key) {
  const Value& value = fields.required(key);
  if (!value.is_array()) throw fields.error("'" + std::string(key) + "' is not a list", &value);
  return value;
}

template <typename T>
void read_values(const Value& values, const Value& counts, Fields& fields, Weighted<T>& out) {
  if (values.size() != counts.size())
    throw fields.error("as many counts as values are needed", &counts);
  out.values.reserve(values.size());
  out.counts.reserve(values.size());
  for (const Value& value : values.as_array()) {
    if constexpr (std::is_same_v<T, double>) {
      if (!value.is_number() || !std::isfinite(value.as_double()))
        throw fields.error("a value is not a finite number", &value);
      out.values.push_back(value.as_double());
    } else {
      if (!value.is_string()) throw fields.error("a value is not a string", &value);
      out.values.push_back(value.as_string());
    }
    if (out.size() > 1 && !(out.values[out.size() - 2] < out.values.back()))
      throw fields.error("the values do not ascend", &value);
  }
  for (const Value& count : counts.as_array()) {
    if (!count.is_int() || count.as_int() < 1)
      throw fields.error("a count is not a positive integer", &count);
    out.counts.push_back(static_cast<uint64_t>(count.as_int()));
  }
}

/// Labels unless the values are numbers; an empty list is labels where the column has no moments
/// and its type is not one of numbers.
bool holds_labels(const Value& values, ColumnType type) {
  if (values.size() > 0) return values.as_array().front().is_string();
  return type == ColumnType::categorical || type == ColumnType::text;
}

double moment(Fields& fields, std::string_view key) {
  const Value& value = fields.required(key);
  if (!value.is_number() && !(value.is_string() && value.as_string() == "Infinity"))
    throw fields.error("'" + std::string(key) + "' is not a number", &value);
  return value.as_double();
}

void read_moments(Fields& fields, ColumnProfile& column) {
  if (!fields.has("min")) return;
  column.moments = Moments{column.present(), moment(fields, "min"), moment(fields, "max"),
                           moment(fields, "mean"), moment(fields, "variance")};
}

/// The counts must tell the same story: rows of which `values` holds all, or a sample.
void check_counts(const Fields& fields, const ColumnProfile& column) {
  if (column.missing > column.rows || column.infinite > column.rows - column.missing)
    throw fields.error("more missing values than rows");
  if (column.type == ColumnType::text) return;
  uint64_t kept = column.has_labels() ? column.labels().total() : column.numbers().total();
  size_t size = column.has_labels() ? column.labels().size() : column.numbers().size();
  bool fits = column.sampled ? kept <= column.present() && size <= column.distinct
                             : kept == column.present() && size == column.distinct;
  if (!fits) throw fields.error("the counts do not add up to the rows");
  if (!column.has_labels() && column.moments.has_value() != (column.present() > 0))
    throw fields.error("the moments do not fit the values");
}

ColumnProfile read_column(const Value& value, const std::string& file) {
  Fields fields(value, file, "column", Exit::failure);
  ColumnProfile column;
  column.name = fields.string("name");
  static const std::array<std::string, 4> types = {"numeric", "categorical", "text", "date"};
  std::string type = fields.choice("type", std::nullopt, types);
  column.type =
      static_cast<ColumnType>(std::find(types.begin(), types.end(), type) - types.begin());
  auto count = [&](const char* key) {
    return static_cast<uint64_t>(fields.integer(key, std::nullopt, 0, kMost));
  };
  column.rows = count("rows");
  column.missing = count("missing");
  column.infinite = count("infinite");
  column.distinct = count("distinct");
  if (!fields.required("sampled").is_bool()) throw fields.error("'sampled' is not a boolean");
  column.sampled = fields.boolean("sampled", false);
  const Value& values = list(fields, "values");
  const Value& counts = list(fields, "counts");
  if (holds_labels(values, column.type))
    read_values(values, counts, fields, column.values.emplace<Labels>());
  else
    read_values(values, counts, fields, column.values.emplace<Numbers>());
  read_moments(fields, column);
  fields.finish();
  check_counts(fields, column);
  return column;
}

}  // namespace

std::string to_json(const Profile& profile) {
  Value columns = Value::array();
  for (const ColumnProfile& column : profile.columns) columns.push(column_value(column));
  Value document = Value::object();
  document.set("mlo_profile", kVersion).set("columns", std::move(columns));
  return format::canonical_json(document);
}

Profile profile_from_json(std::string_view json, const std::string& name) {
  Value document = format::parse_json(json, name);
  Fields fields(document, name, "profile", Exit::failure);
  int64_t version = fields.integer("mlo_profile", std::nullopt, 1, kMost);
  if (version > kVersion)
    throw failure("'" + name + "': profile version " + std::to_string(version) +
                      " is newer than this program",
                  "update mlo");
  Profile profile;
  for (const Value& value : list(fields, "columns").as_array()) {
    ColumnProfile column = read_column(value, name);
    if (profile.find(column.name) != nullptr)
      throw fields.error("column '" + column.name + "' is listed twice", &value);
    profile.columns.push_back(std::move(column));
  }
  fields.finish();
  return profile;
}

}  // namespace mlo::drift
