#include "format/fields.hpp"

#include <catch2/catch.hpp>

#include "format/yaml.hpp"

using namespace mlo;
using namespace mlo::format;

template <typename Read>
static Error error_of(std::string_view yaml, Read read) {
  Value value = parse_yaml(yaml, "mlo.yaml");
  try {
    Fields fields(value, "mlo.yaml", "trainings.x");
    read(fields);
    fields.finish();
  } catch (const Error& error) {
    return error;
  }
  return failure("no error");
}

TEST_CASE("fields are read with their types and defaults") {
  Value value = parse_yaml("name: a\nrate: 3\nflags: [x, y]\nnothing: ~\n", "mlo.yaml");
  Fields fields(value, "mlo.yaml", "");
  CHECK(fields.string("name") == "a");
  CHECK(fields.number("rate", std::nullopt, 0, 10) == 3.0);
  CHECK(fields.strings("flags") == std::vector<std::string>{"x", "y"});
  CHECK(fields.string("nothing", "fallback") == "fallback");
  fields.finish();
}

TEST_CASE("an unknown key names its place and the nearest known one") {
  Error error = error_of("epochs: 3\ntarger: y\n", [](Fields& fields) {
    fields.integer("epochs", 1, 1, 10);
    fields.string("target", "");
  });
  CHECK(error.message() == "mlo.yaml:2:1: 'trainings.x': unknown key 'targer'");
  CHECK(error.hint() == "did you mean 'target'?");
  CHECK(error.code() == Exit::usage);
}

TEST_CASE("wrong types and values out of range are errors with a position") {
  CHECK(error_of("epochs: many\n", [](Fields& f) { f.integer("epochs", 1, 1, 10); }).message() ==
        "mlo.yaml:1:9: 'trainings.x': 'epochs' must be an integer, found string");
  CHECK(error_of("epochs: 99\n", [](Fields& f) { f.integer("epochs", 1, 1, 10); }).message() ==
        "mlo.yaml:1:9: 'trainings.x': 'epochs' must lie between 1 and 10, found 99");
  CHECK(error_of("rate: .nan\n", [](Fields& f) { f.number("rate", 1, 0, 1); }).message() !=
        "no error");
  CHECK(error_of("x: 1\n", [](Fields& f) { f.string("target"); }).message() ==
        "mlo.yaml:1:1: 'trainings.x': needs the key 'target'");
  std::vector<std::string> choices = {"adam", "sgd"};
  CHECK(error_of("name: adm\n", [&](Fields& f) { f.choice("name", "sgd", choices); }).hint() ==
        "did you mean 'adam'?");
}

TEST_CASE("a key without a value is not taken for a misspelt one") {
  Error error = error_of("target:\n", [](Fields& f) { f.string("target"); });
  CHECK(error.message().ends_with("'trainings.x': 'target' has no value"));
  CHECK(error.hint().empty());
}

TEST_CASE("a hint names each known key once") {
  Error error = error_of("zzzzzz: 1\n", [](Fields& f) {
    if (!f.has("epochs")) f.integer("epochs", 1, 1, 10);
    f.string("target", "");
  });
  CHECK(error.hint() == "known: epochs, target");
}

TEST_CASE("a later version of a format was written by a newer mlo") {
  Error newer = error_of("mlo: 2\n", [](Fields& f) { f.version("mlo", 1); });
  CHECK(newer.message() == "mlo.yaml:1:6: 'trainings.x': written by a newer mlo");
  CHECK(newer.hint() == "update mlo");
  CHECK(error_of("mlo: 0\n", [](Fields& f) { f.version("mlo", 1); }).message() != "no error");
  CHECK(error_of("mlo: 1\n", [](Fields& f) { f.version("mlo", 1); }).message() == "no error");
}
