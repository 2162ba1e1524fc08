#include "serve/inference_response.hpp"

#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/json.hpp"
#include "serve/binary_tensor.hpp"

namespace mlo::serve {
namespace {

template <typename Number>
void append_number(std::string& out, Number value) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

/// The values of one output, row-major, to text or bytes.
struct Values {
  const ServedModel& model;
  const infer::Predictions& predictions;
  const infer::OutputSpec& spec;

  bool labels() const { return spec.datatype == "BYTES"; }
  const std::vector<double>& numbers() const {
    return model.classes.empty() ? predictions.values : predictions.probabilities;
  }
  void append_json(std::string& out) const {
    const char* separator = "";
    if (labels()) {
      for (const uint32_t label : predictions.labels) {
        out.append(separator);
        format::append_json_string(out, model.classes[label]);
        separator = ",";
      }
      return;
    }
    for (const double value : numbers()) {
      out.append(separator);
      append_number(out, value);
      separator = ",";
    }
  }
  void append_raw(std::string& out) const {
    if (labels()) {
      for (const uint32_t label : predictions.labels) append_binary(out, model.classes[label]);
    } else {
      for (const double value : numbers()) append_binary(out, value);
    }
  }
};

void append_output(std::string& json, std::string& raw, const Values& values, bool binary) {
  json += "{\"name\":\"" + values.spec.name + "\",\"datatype\":\"" + values.spec.datatype +
          "\",\"shape\":[";
  append_number(json, values.predictions.rows);
  if (values.spec.width != 1) {
    json += ",";
    append_number(json, values.spec.width);
  }
  if (!binary) {
    json += "],\"data\":[";
    values.append_json(json);
    json += "]}";
    return;
  }
  const size_t before = raw.size();
  values.append_raw(raw);
  json += "],\"parameters\":{\"binary_data_size\":";
  append_number(json, raw.size() - before);
  json += "}}";
}

}  // namespace

void check_outputs(const InferenceRequest& request, const ServedModel& model) {
  for (const RequestedOutput& wanted : request.outputs) {
    std::vector<std::string> names;
    for (const auto& output : model.outputs) names.push_back(output.name);
    bool known = false;
    for (const auto& name : names) known = known || name == wanted.name;
    if (!known) {
      throw usage("unknown output " + quoted(wanted.name) + ": " + suggestion(wanted.name, names));
    }
  }
}

http::Response inference_response(const InferenceRequest& request, const ServedModel& model,
                                  const infer::Predictions& predictions) {
  http::Response response;
  std::string& json = response.body;
  std::string raw;
  json.reserve(256 + predictions.rows * 16);
  json += "{\"model_name\":";
  format::append_json_string(json, model.name);
  json += ",\"model_version\":";
  format::append_json_string(json, model.version);
  if (request.has_id) {
    json += ",\"id\":";
    format::append_json_string(json, request.id);
  }
  json += ",\"outputs\":[";
  const char* separator = "";
  const auto add = [&](const infer::OutputSpec& spec, bool binary) {
    json += separator;
    append_output(json, raw, Values{model, predictions, spec}, binary);
    separator = ",";
  };
  if (request.outputs.empty()) {
    for (const auto& output : model.outputs) add(output, request.binary_output);
  }
  for (const RequestedOutput& wanted : request.outputs) {
    for (const auto& output : model.outputs) {
      if (output.name == wanted.name) add(output, wanted.binary);
    }
  }
  json += "]}";
  if (raw.empty()) return response;
  response.content_type = "application/octet-stream";
  response.headers.emplace_back("Inference-Header-Content-Length", std::to_string(json.size()));
  json += raw;
  return response;
}

}  // namespace mlo::serve
