#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "track/run.hpp"

namespace mlo::track {
namespace {

using format::Fields;
using format::Value;

Value text_or_null(const std::string& text) { return text.empty() ? Value() : Value(text); }

Value metrics_json(const Run& run) {
  Value all = Value::object();
  for (const auto& [key, metric] : run.metrics) {
    Value one = Value::object();
    one.set("last", metric.last).set("min", metric.min).set("max", metric.max);
    one.set("step", metric.step).set("count", metric.count);
    all.set(key, std::move(one));
  }
  return all;
}

Value files_json(const Run& run) {
  Value all = Value::array();
  for (const auto& output : run.outputs) {
    Value one = Value::object();
    one.set("path", output.path).set("digest", output.digest.text()).set("size", output.size);
    all.push(std::move(one));
  }
  return all;
}

Value inputs_json(const Run& run) {
  Value all = Value::array();
  for (const auto& input : run.inputs) {
    Value one = Value::object();
    one.set("name", input.name).set("digest", input.digest.text()).set("size", input.size);
    all.push(std::move(one));
  }
  return all;
}

// --- and back ------------------------------------------------------------------------------

Digest digest_field(Fields& fields, std::string_view key) {
  const auto digest = parse_digest(fields.string(key));
  if (!digest) throw fields.error("malformed digest", fields.any(key));
  return *digest;
}

Time time_field(Fields& fields, std::string_view key) {
  const auto time = parse_time(fields.string(key));
  if (!time) throw fields.error("malformed time", fields.any(key));
  return *time;
}

double number_field(Fields& fields, std::string_view key) {
  return fields.required(key).as_double();  // also "NaN" and the infinities
}

Status parse_status(Fields& fields) {
  const std::string name = fields.string("status");
  for (Status status :
       {Status::running, Status::finished, Status::failed, Status::interrupted, Status::died}) {
    if (name == status_name(status)) return status;
  }
  throw fields.error("unknown status", fields.any("status"));
}

const Value::Array& list_field(Fields& fields, std::string_view key) {
  const Value& value = fields.required(key);
  if (!value.is_array()) throw fields.error("expected a list", &value);
  return value.as_array();
}

const Value::Object& object_field(Fields& fields, std::string_view key) {
  const Value& value = fields.required(key);
  if (!value.is_object()) throw fields.error("expected a mapping", &value);
  return value.as_object();
}

void read_files(Fields& fields, const std::string& name, Run& run) {
  for (const auto& item : list_field(fields, "inputs")) {
    Fields one(item, name, "inputs", Exit::failure);
    const auto size = one.integer("size", std::nullopt, 0, INT64_MAX);
    run.inputs.push_back(
        {one.string("name"), digest_field(one, "digest"), static_cast<uint64_t>(size)});
    one.finish();
  }
  for (const auto& item : list_field(fields, "outputs")) {
    Fields one(item, name, "outputs", Exit::failure);
    const auto size = one.integer("size", std::nullopt, 0, INT64_MAX);
    run.outputs.push_back(
        {one.string("path"), digest_field(one, "digest"), static_cast<uint64_t>(size)});
    one.finish();
  }
}

void read_metrics(Fields& fields, const std::string& name, Run& run) {
  for (const auto& member : object_field(fields, "metrics")) {
    Fields one(member.value, name, "metrics." + member.key, Exit::failure);
    Metric metric;
    metric.last = number_field(one, "last");
    metric.min = number_field(one, "min");
    metric.max = number_field(one, "max");
    metric.step = one.integer("step", std::nullopt, INT64_MIN, INT64_MAX);
    metric.count = static_cast<uint64_t>(one.integer("count", std::nullopt, 0, INT64_MAX));
    one.finish();
    run.metrics.emplace_back(member.key, metric);
  }
}

void read_model(Fields& fields, const std::string& name, Run& run) {
  const Value* model = fields.any("model");
  if (model == nullptr) return;
  Fields one(*model, name, "model", Exit::failure);
  run.model = digest_field(one, "digest");
  one.finish();
}

}  // namespace

Value to_json(const Run& run) {
  Value out = Value::object();
  out.set("id", run.id).set("name", run.name).set("experiment", run.experiment);
  out.set("parent", text_or_null(run.parent)).set("status", status_name(run.status));
  out.set("message", text_or_null(run.message)).set("removed", run.removed);
  out.set("user", text_or_null(run.user)).set("host", text_or_null(run.host));
  Value command = Value::array();
  for (const auto& word : run.command) command.push(word);
  out.set("command", std::move(command)).set("started_at", format_time(run.started_at));
  out.set("ended_at", run.ended_at ? Value(format_time(*run.ended_at)) : Value());
  out.set("commit", text_or_null(run.commit)).set("dirty", run.dirty);
  out.set("snapshot", text_or_null(run.snapshot));
  Value tags = Value::object();
  for (const auto& [key, value] : run.tags) tags.set(key, value);
  Value params = Value::object();
  for (const auto& [key, value] : run.params) params.set(key, value);
  out.set("tags", std::move(tags)).set("params", std::move(params));
  out.set("inputs", inputs_json(run)).set("outputs", files_json(run));
  out.set("metrics", metrics_json(run));
  Value model;
  if (run.model) {
    model = Value::object();
    model.set("digest", run.model->text());
  }
  out.set("model", std::move(model)).set("environment", run.environment);
  return out;
}

Run run_from_json(const Value& value, const std::string& name) {
  Fields fields(value, name, "run", Exit::failure);
  Run run;
  run.id = fields.string("id");
  run.name = fields.string("name");
  run.experiment = fields.string("experiment");
  run.parent = fields.string("parent", "");
  run.status = parse_status(fields);
  run.message = fields.string("message", "");
  run.removed = fields.boolean("removed", false);
  run.user = fields.string("user", "");
  run.host = fields.string("host", "");
  run.command = fields.strings("command");
  run.started_at = time_field(fields, "started_at");
  if (fields.has("ended_at")) run.ended_at = time_field(fields, "ended_at");
  run.commit = fields.string("commit", "");
  run.dirty = fields.boolean("dirty", false);
  run.snapshot = fields.string("snapshot", "");
  for (const auto& tag : object_field(fields, "tags")) {
    run.tags.emplace_back(tag.key, tag.value.as_string());
  }
  for (const auto& param : object_field(fields, "params")) {
    run.params.emplace_back(param.key, param.value);
  }
  read_files(fields, name, run);
  read_metrics(fields, name, run);
  read_model(fields, name, run);
  run.environment = fields.required("environment");
  fields.finish();
  return run;
}

}  // namespace mlo::track
