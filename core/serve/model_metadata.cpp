#include "serve/model_metadata.hpp"

#include "format/json.hpp"

namespace mlo::serve {
namespace {

using format::Value;

Value dimensions(size_t width) {
  Value shape = Value::array();
  shape.push(-1);
  if (width != 1) shape.push(static_cast<int64_t>(width));
  return shape;
}

Value tensor(const std::string& name, std::string_view datatype, size_t width) {
  Value out = Value::object();
  out.set("name", name).set("datatype", datatype).set("shape", dimensions(width));
  return out;
}

/// "FP64" -> "TYPE_FP64", but "BYTES" -> "TYPE_STRING".
std::string config_type(std::string_view datatype) {
  return "TYPE_" + std::string(datatype == "BYTES" ? "STRING" : datatype);
}

Value config_tensor(const std::string& name, std::string_view datatype, size_t width) {
  Value out = Value::object();
  out.set("name", name).set("data_type", config_type(datatype)).set("dims", dimensions(width));
  return out;
}

template <typename Each>
void add_tensors(const ServedModel& model, Value& inputs, Value& outputs, Each&& each) {
  for (const InputSpec& input : model.inputs) {
    inputs.push(each(input.name, datatype_name(datatype_of(input.type)), 1));
  }
  for (const auto& output : model.outputs) {
    outputs.push(each(output.name, output.datatype, output.width));
  }
}

}  // namespace

std::string server_metadata(std::string_view server_version) {
  Value out = Value::object(), extensions = Value::array();
  extensions.push("binary_tensor_data");
  extensions.push("model_configuration");
  out.set("name", "mlo").set("version", server_version).set("extensions", std::move(extensions));
  return format::compact_json(out);
}

std::string model_metadata(const ServedModel& model) {
  Value out = Value::object(), versions = Value::array();
  Value inputs = Value::array(), outputs = Value::array();
  versions.push(model.version);
  add_tensors(model, inputs, outputs, tensor);
  out.set("name", model.name).set("versions", std::move(versions)).set("platform", model.platform);
  out.set("inputs", std::move(inputs)).set("outputs", std::move(outputs));
  return format::compact_json(out);
}

std::string model_config(const ServedModel& model) {
  Value out = Value::object(), inputs = Value::array(), outputs = Value::array();
  add_tensors(model, inputs, outputs, config_tensor);
  out.set("name", model.name).set("platform", model.platform).set("backend", "mlo");
  out.set("max_batch_size", 0);
  out.set("input", std::move(inputs)).set("output", std::move(outputs));
  return format::compact_json(out);
}

std::string model_ready(const ServedModel& model) {
  Value out = Value::object();
  out.set("name", model.name).set("ready", true);
  return format::compact_json(out);
}

std::string repository_index(std::span<const std::shared_ptr<const Servable>> servables) {
  Value out = Value::array();
  for (const auto& servable : servables) {
    Value entry = Value::object();
    entry.set("name", servable->model().name).set("version", servable->model().version);
    entry.set("state", "READY").set("reason", "");
    out.push(std::move(entry));
  }
  return format::compact_json(out);
}

}  // namespace mlo::serve
