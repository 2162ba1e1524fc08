// Golden texts come from ruamel.yaml as DVC 3 uses it.
#include "data/python_yaml.hpp"

#include <catch2/catch.hpp>

#include "format/yaml.hpp"

using mlo::data::python_yaml;
using mlo::format::Value;

namespace {

std::string scalar(const std::string& text) {
  std::string yaml = python_yaml(Value::object().set("k", text));
  CHECK((mlo::format::parse_yaml(yaml, "x")["k"] == Value(text)));
  return yaml.substr(3, yaml.size() - 4);
}

}  // namespace

TEST_CASE("scalars are quoted as DVC quotes them") {
  CHECK(scalar("data.xml") == "data.xml");
  CHECK(scalar("it's") == "it's");
  CHECK(scalar("a: b # c") == "'a: b # c'");
  CHECK(scalar("a:b#c") == "a:b#c");
  CHECK(scalar("") == "''");
  CHECK(scalar("'x") == "\"'x\"");
  CHECK(scalar(" x") == "' x'");
  CHECK(scalar("é😀") == "é😀");
  CHECK(scalar("a\tb") == "\"a\\tb\"");
  CHECK(scalar("a\nb") == "\"a\\nb\"");
  CHECK(scalar("x\x7f") == "\"x\\x7F\"");
  CHECK(scalar("-") == "'-'");
  CHECK(scalar("-x") == "-x");
  CHECK(scalar("[a") == "'[a'");
  CHECK(scalar("a]") == "a]");
  for (const char* text :
       {"true", "null", "~", "12", "0x1f", "1e5", "1_000", ".5", "1.", "2020-01-02", "=", "<<",
        "10345678901234567890123456789012", "0o17", "+.inf"}) {
    CHECK(scalar(text) == "'" + std::string(text) + "'");
  }
  for (const char* text : {"yes", "no", "1.2.3", "1e", "0xg", "2020-1-2x", "a=b", "y"}) {
    CHECK(scalar(text) == text);
  }
}

TEST_CASE("documents have the shape of DVC's") {
  Value entry = Value::object().set("md5", "6d7fce9fee471194aa8b5b6e47267f03").set("size", 2);
  entry.set("isexec", true).set("hash", "md5");
  std::string words = "word";
  for (int i = 0; i < 29; ++i) words += " word";
  entry.set("path", words + " x");
  entry.set("labels", Value(Value::Array{"a", "b"}));
  entry.set("meta", Value::object().set("deep", Value::object()).set("none", Value()));
  Value outs = Value::array();
  outs.push(entry);
  CHECK(python_yaml(
            Value::object().set("frozen", true).set("outs", outs).set("list", Value::array())) ==
        "frozen: true\nouts:\n- md5: 6d7fce9fee471194aa8b5b6e47267f03\n  size: 2\n  isexec: true\n"
        "  hash: md5\n"
        "  path: word word word word word word word word word word word word word word \n"
        "    word word word word word word word word word word word word word word word \n"
        "    word x\n"
        "  labels:\n  - a\n  - b\n  meta:\n    deep: {}\n    none:\nlist: []\n");
}
