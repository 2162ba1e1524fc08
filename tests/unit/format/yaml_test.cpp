#include "format/yaml.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/error.hpp"
#include "format/json.hpp"

using namespace mlo;
using namespace mlo::format;

static std::string message_of(std::string_view text) {
  try {
    parse_yaml(text, "a.yaml");
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

TEST_CASE("YAML scalars resolve by the core schema, quoted ones stay text") {
  Value value = parse_yaml(
      "a: 1\nb: 1.5\nc: true\nd: ~\ne: '1'\nf: 1978-1984\ng: .inf\nh: 1e3\ni: NO\n", "a.yaml");
  CHECK(
      compact_json(value) ==
      R"({"a":1,"b":1.5,"c":true,"d":null,"e":"1","f":"1978-1984","g":"Infinity","h":1000,"i":"NO"})");
  CHECK(value["h"].is_double());
}

TEST_CASE("YAML remembers where a value stood") {
  Value value = parse_yaml("a:\n  b: 1\n  list:\n    - x\n", "a.yaml");
  CHECK(value["a"]["b"].position().line == 2);
  CHECK(value["a"]["b"].position().column == 6);
  CHECK(value["a"].as_object()[1].position.line == 3);
}

TEST_CASE("YAML refuses what our own files must not contain") {
  CHECK(message_of("a: 1\na: 2\n") == "a.yaml:2:1: duplicate key 'a'");
  CHECK(message_of("a: &x 1\n").find("anchors are not supported") != std::string::npos);
  CHECK(message_of("a: !int 1\n").find("tags are not supported") != std::string::npos);
  CHECK(message_of("a: [1\n").starts_with("a.yaml:"));
  CHECK(message_of("a: 1\n---\nb: 2\n").find("more than one document") != std::string::npos);
  CHECK(message_of("? [a]\n: 1\n") != "");
  CHECK(message_of(std::string_view("a\0b", 3)) == "a.yaml: not a text file");
}

TEST_CASE("an empty YAML document is an empty mapping") {
  CHECK(parse_yaml("", "a.yaml").is_object());
  CHECK(parse_yaml("# only a comment\n", "a.yaml").size() == 0);
}

TEST_CASE("written YAML reads back as the same value") {
  Value value = Value::object();
  value.set("text", "plain").set("odd", ": x # y").set("yes", "yes").set("number", "12");
  value.set("version", "1.0").set("empty", "").set("real", 2.0).set("none", Value());
  Value list = Value::array();
  list.push(1);
  Value inner = Value::object();
  inner.set("k", Value::array()).set("digest", "sha256:ab");
  list.push(inner);
  value.set("list", list).set("multi", "a\nb");
  CHECK(parse_yaml(to_yaml(value), "a.yaml") == value);
}
