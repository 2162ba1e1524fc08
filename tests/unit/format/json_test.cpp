#include "format/json.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "base/error.hpp"

using namespace mlo;
using namespace mlo::format;

static std::string message_of(std::string_view text) {
  try {
    parse_json(text, "a.json");
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

TEST_CASE("JSON reads every kind of value and keeps the order of keys") {
  Value value = parse_json(R"({"b":[1,-2.5,true,null,"x\u00e9\n"],"a":{}})", "a.json");
  CHECK(compact_json(value) == "{\"b\":[1,-2.5,true,null,\"x\xC3\xA9\\n\"],\"a\":{}}");
  CHECK(value["b"].as_array()[0].is_int());
  CHECK(value["b"].as_array()[1].is_double());
}

TEST_CASE("canonical JSON sorts keys by bytes and writes numbers that read back") {
  Value value = Value::object();
  value.set("b", 0.1).set("a", std::numeric_limits<int64_t>::max());
  value.set("B", std::numeric_limits<double>::infinity()).set("n", std::nan(""));
  CHECK(canonical_json(value) == R"({"B":"Infinity","a":9223372036854775807,"b":0.1,"n":"NaN"})");
  CHECK(parse_json(canonical_json(value), "a.json")["a"].as_int() ==
        std::numeric_limits<int64_t>::max());
}

TEST_CASE("JSON errors name file, line and column") {
  CHECK(message_of("{\"a\": 1,\n  \"b\" 2}").starts_with("a.json:2:7: not valid JSON"));
  CHECK(message_of("").find("a.json:1:1") == 0);
  CHECK(message_of("{\"a\":1,\"a\":2}") == "a.json: duplicate key 'a'");
  CHECK(message_of("[1] x") != "");
  CHECK(message_of("{\n \"a\": \"x\xff yyy\"}").starts_with("a.json:2:9: not valid JSON"));
  CHECK(message_of(std::string(300, '[')).find("nested deeper than 256") != std::string::npos);
}

TEST_CASE("JSON strings with invalid UTF-8 are written as U+FFFD") {
  CHECK(compact_json(Value("a\xff\x01")) == "\"a\xEF\xBF\xBD\\u0001\"");
}
