// What clients send to `mlo serve`: the body of an inference request, as JSON and with raw tensors
// behind it, up to the rows that a model would get.
#include <cstring>

#include "fuzz/fuzz.hpp"
#include "serve/binary_tensor.hpp"
#include "serve/inference_request.hpp"
#include "serve/input_rows.hpp"

namespace {

using namespace mlo;

/// Columns x (a number) and c (a category).
const serve::ServedModel& model() {
  static const serve::ServedModel model = [] {
    serve::ServedModel made;
    made.name = "m";
    made.inputs = {{"x", serve::ColumnType::numeric}, {"c", serve::ColumnType::categorical}};
    return made;
  }();
  return model;
}

void answer(std::string_view body, std::optional<size_t> json_length) {
  serve::InferenceRequest request = serve::parse_inference_request(body, body.size(), json_length);
  for (const serve::InputTensor& input : request.inputs) {
    size_t count = 1;
    for (int64_t size : input.shape) count *= static_cast<size_t>(size);
    fuzz::require(count == input.cells.size(), "a tensor holds what its shape asks for");
  }
  table::RawRows rows;
  serve::fill_rows(request, model(), rows);
  fuzz::require(rows.rows() > 0, "a request that is accepted has rows");
}

void json_request(std::string_view body) { answer(body, std::nullopt); }

/// The input: 16 bits of Inference-Header-Content-Length, then the body.
void binary_request(std::string_view input) {
  uint16_t length = 0;
  if (input.size() < sizeof length) throw failure("no header");
  std::memcpy(&length, input.data(), sizeof length);
  answer(input.substr(sizeof length), length);
}

std::string with_length(const std::string& json, const std::string& tensors) {
  const auto length = static_cast<uint16_t>(json.size());
  std::string input(reinterpret_cast<const char*>(&length), sizeof length);
  return input + json + tensors;
}

std::string binary_seed() {
  std::string tensors;
  serve::append_binary(tensors, 0.5);
  serve::append_binary(tensors, -2.0);
  serve::append_binary(tensors, std::string_view("abc"));
  serve::append_binary(tensors, std::string_view(""));
  return with_length(
      R"({"inputs":[{"name":"x","shape":[2,1],"datatype":"FP64","parameters":{"binary_data_size":16}},)"
      R"({"name":"c","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":11}}],)"
      R"("parameters":{"binary_data_output":true}})",
      tensors);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string json =
      R"({"id":"7","inputs":[{"name":"x","shape":[2,1],"datatype":"FP64","data":[[1.5],[null]]},)"
      R"({"data":["a","b\n"],"datatype":"BYTES","shape":[2],"name":"c"}],)"
      R"("outputs":[{"name":"prediction","parameters":{"binary_data":true}}]})";
  const std::string integer =
      R"({"inputs":[{"name":"c","shape":[1],"datatype":"BYTES","data":["\u00e9"]},)"
      R"({"name":"x","shape":[1],"datatype":"INT64","data":[-9007199254740993]}]})";
  const std::vector<std::string> words = {"\"INT8\"",
                                          "\"UINT64\"",
                                          "\"BOOL\"",
                                          "\"FP32\"",
                                          "\"BYTES\"",
                                          "[",
                                          "]",
                                          "-1",
                                          "1e309",
                                          "null",
                                          "true",
                                          "4294967296",
                                          "\\ud800",
                                          "\"a\"",
                                          ",",
                                          "{",
                                          "\"binary_data_size\":",
                                          "\"shape\":",
                                          "\"data\":"};
  return mlo::fuzz::run_targets({{"json_request", {json, integer}, words, json_request},
                                 {"binary_request", {binary_seed()}, words, binary_request}},
                                argc, argv);
}
