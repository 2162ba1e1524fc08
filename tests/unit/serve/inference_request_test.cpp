#include "serve/inference_request.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "base/error.hpp"
#include "serve/binary_tensor.hpp"

using namespace mlo;
using namespace mlo::serve;

namespace {

InferenceRequest parse(const std::string& text, std::optional<size_t> json_length = {}) {
  return parse_inference_request(text, text.size(), json_length);
}

std::string refusal(const std::string& text, std::optional<size_t> json_length = {}) {
  try {
    parse(text, json_length);
  } catch (const Error& error) {
    CHECK(error.code() == Exit::usage);
    CHECK(error.message().find('\n') == std::string::npos);
    return error.message();
  }
  return "";
}

const std::string kGood =
    R"({"id":"7","inputs":[{"name":"x","shape":[2,1],"datatype":"FP64","data":[[1.5],[null]]},)"
    R"({"data":["a","b\n"],"datatype":"BYTES","shape":[2],"name":"c"}],)"
    R"("outputs":[{"name":"prediction","parameters":{"binary_data":true}}]})";

}  // namespace

TEST_CASE("a request is read whatever the order of its keys") {
  const auto request = parse(kGood);
  CHECK(request.has_id);
  CHECK(request.id == "7");
  REQUIRE(request.inputs.size() == 2);
  CHECK(request.inputs[0].shape == std::vector<int64_t>{2, 1});
  CHECK(request.inputs[0].cells[0].as_number() == 1.5);
  CHECK(request.inputs[0].cells[1].kind() == table::Cell::Kind::missing);
  CHECK(request.inputs[1].cells[1].as_text() == "b\n");
  REQUIRE(request.outputs.size() == 1);
  CHECK(request.outputs[0].binary);
}

TEST_CASE("binary tensors follow the JSON in order") {
  std::string json =
      R"({"inputs":[{"name":"x","shape":[2],"datatype":"FP32","parameters":{"binary_data_size":8}},)"
      R"({"name":"c","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":11}},)"
      R"({"name":"b","shape":[2],"datatype":"BOOL","parameters":{"binary_data_size":2}}],)"
      R"("parameters":{"binary_data_output":true}})";
  const size_t length = json.size();
  const float numbers[2] = {0.5F, -2};
  json.append(reinterpret_cast<const char*>(numbers), sizeof numbers);
  append_binary(json, std::string_view("abc"));
  append_binary(json, std::string_view(""));
  json.append("\x01\x00", 2);
  const auto request = parse(json, length);
  CHECK(request.binary_output);
  CHECK(request.inputs[0].cells[1].as_number() == -2);
  CHECK(request.inputs[1].cells[0].as_text() == "abc");
  CHECK(request.inputs[1].cells[1].as_text().empty());
  CHECK(request.inputs[2].cells[0].as_boolean());
  CHECK_FALSE(request.inputs[2].cells[1].as_boolean());
  CHECK(refusal(json.substr(0, json.size() - 1), length).find("input 'b'") == 0);
  CHECK(refusal(json + "x", length).find("belong to no input") != std::string::npos);
}

TEST_CASE("integers and booleans of every width come back") {
  for (const char* type :
       {"UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32", "UINT64", "INT64", "FP32", "FP64"}) {
    INFO(type);
    const auto datatype = *parse_datatype(type);
    std::string raw(datatype_size(datatype), '\0');
    if (!is_float(datatype)) raw[0] = 7;
    std::vector<table::Cell> cells;
    decode_tensor(datatype, 1, raw, cells);
    CHECK(cells[0].as_number() == (is_float(datatype) ? 0 : 7));
    CHECK(fits(datatype, 1) != is_float(datatype));
  }
}

TEST_CASE("whether outputs are binary does not depend on the order of the members") {
  const std::string inputs = R"("inputs":[])", all = R"("parameters":{"binary_data_output":true})";
  const std::string outputs =
      R"("outputs":[{"name":"a"},{"name":"b","parameters":{"binary_data":false}}])";
  for (const std::string& text : {"{" + inputs + "," + all + "," + outputs + "}",
                                  "{" + outputs + "," + inputs + "," + all + "}"}) {
    INFO(text);
    const auto request = parse(text);
    CHECK(request.outputs[0].binary);
    CHECK_FALSE(request.outputs[1].binary);
  }
}

TEST_CASE("64-bit integers are taken up to their ends") {
  const auto with = [](const std::string& type, const std::string& value) {
    return R"({"inputs":[{"name":"x","shape":[1],"datatype":")" + type + R"(","data":[)" + value +
           "]}]}";
  };
  CHECK(refusal(with("INT64", "9223372036854775807")).empty());
  CHECK(refusal(with("INT64", "-9223372036854775808")).empty());
  CHECK(refusal(with("UINT64", "9223372036854775807")).empty());
  CHECK(refusal(with("UINT64", "18446744073709551615")).empty());
  CHECK_FALSE(refusal(with("INT64", "9223372036854775808")).empty());
  CHECK_FALSE(refusal(with("UINT64", "-9223372036854775808")).empty());
  CHECK_FALSE(refusal(with("INT32", "9223372036854775807")).empty());
}

TEST_CASE("what is wrong is named in one line") {
  const auto input = [](const std::string& members) {
    return R"({"inputs":[{"name":"x",)" + members + "}]}";
  };
  const auto check = [](const std::string& text, const std::string& wanted) {
    INFO(text);
    CHECK(refusal(text).find(wanted) != std::string::npos);
  };
  check("", "request:1:1: the document is empty");
  check("[]", "expected an object");
  check("{}", "the request has no 'inputs'");
  check(R"({"inputs":{}})", "expected a list");
  check(R"({"inputs":[{"shape":[1]}]})", "input 1: 'name' is missing");
  check(input(R"("datatype":"FP64","data":[1])"), "input 'x': 'shape' is missing");
  check(input(R"("shape":[1],"data":[1])"), "'datatype' is missing");
  check(input(R"("shape":[1],"datatype":"FP64")"), "'data' is missing");
  check(input(R"("shape":[2],"datatype":"FP64","data":[1])"),
        "the shape [2] asks for 2 values, the data holds 1");
  check(input(R"("shape":[-1],"datatype":"FP64","data":[1])"), "negative size -1");
  check(input(R"("shape":[4294967296,4294967296,8],"datatype":"FP64","data":[1])"), "too large");
  check(input(R"("shape":[1],"datatype":"FP65","data":[1])"), "unknown datatype 'FP65'");
  check(input(R"("shape":[1],"datatype":"FP16","data":[1])"), "FP16 is not supported");
  check(input(R"("shape":[1],"datatype":"FP64","data":["1"])"), "the data holds a string");
  check(input(R"("shape":[1],"datatype":"BYTES","data":[1])"), "the data holds a number");
  check(input(R"("shape":[1],"datatype":"FP64","data":[true])"), "the data holds a boolean");
  check(input(R"("shape":[1],"datatype":"INT8","data":[128])"), "128 is not of datatype INT8");
  check(input(R"("shape":[1],"datatype":"INT64","data":[0.5])"), "0.5 is not of datatype INT64");
  check(input(R"("shape":[1],"shape":[1])"), "'shape' is given twice");
  check(input(R"("shape":[1],"datatype":"FP64","data":[{}])"), "input 'x': request:1:");
  check(input(R"("shape":[1],"datatype":"FP64","data":[1],"parameters":{"a":null})"), "is null");
  check(R"({"inputs":[],"outputs":[{}]})", "an output has no 'name'");
  check(kGood.substr(0, kGood.size() / 2), "request:1:");
  CHECK(refusal("{}", 3).find("Inference-Header-Content-Length is 3") == 0);
}

TEST_CASE("ten thousand mutations of a request are read or refused, never more") {
  std::mt19937 random(7);
  size_t refused = 0;
  for (int round = 0; round < 10000; ++round) {
    std::string text = kGood;
    for (unsigned edits = random() % 4 + 1; edits > 0 && !text.empty(); --edits) {
      const size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 8);
          break;
        case 2:
          text.insert(at, text.substr(random() % text.size(), random() % 16));
          break;
        default:
          text.resize(at);
          break;
      }
    }
    const std::optional<size_t> length =
        random() % 4 == 0 ? std::optional<size_t>(random() % (text.size() + 4)) : std::nullopt;
    refused += refusal(text, length).empty() ? 0 : 1;
  }
  CHECK(refused > 5000);
}
