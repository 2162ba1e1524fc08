#include "format/fast_json.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "base/error.hpp"

using namespace mlo;
using format::JsonNode;
using format::JsonScalar;

namespace {

/// Visits nothing: whatever is wrong must be found all the same.
std::string refusal(const std::string& text) {
  try {
    format::read_json(text, text.size(), "request", [](JsonNode) {});
  } catch (const Error& error) {
    CHECK(error.code() == Exit::usage);
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("members, leaves and scalars are read in one pass") {
  const std::string text =
      R"({"id":"a\"\u00e9","n":[[1,2.5],[null,true]],"big":9007199254740993,"skip":{"x":[1,{}]}})";
  std::string id;
  std::vector<JsonScalar> leaves;
  int64_t big = 0;
  format::read_json(text, text.size(), "request", [&](JsonNode root) {
    root.members([&](std::string_view key, JsonNode value) {
      if (key == "id") id = value.string();
      if (key == "n") value.leaves([&](const JsonScalar& leaf) { leaves.push_back(leaf); });
      if (key == "big") big = value.integer();
    });
  });
  CHECK(id == "a\"\xc3\xa9");
  REQUIRE(leaves.size() == 4);
  CHECK(leaves[0].kind == JsonScalar::Kind::integer);
  CHECK(leaves[0].integer == 1);
  CHECK(leaves[0].number == 1.0);
  CHECK(leaves[1].number == 2.5);
  CHECK(leaves[2].kind == JsonScalar::Kind::null);
  CHECK(leaves[3].boolean);
  CHECK(big == 9007199254740993);
}

TEST_CASE("numbers round correctly and may exceed 64 bits") {
  std::vector<double> numbers;
  const std::string text = "[0.1, 1e308, 123456789012345678901234567890, -0.0, 5e-324]";
  format::read_json(text, text.size(), "request", [&](JsonNode root) {
    root.items([&](JsonNode item) { numbers.push_back(item.number()); });
  });
  CHECK(numbers == std::vector<double>{0.1, 1e308, 123456789012345678901234567890., -0.0, 5e-324});
}

TEST_CASE("a broken document is refused wherever it is broken") {
  CHECK(refusal("{\"a\":1}").empty());
  CHECK(refusal(" [1, \"x\", {\"y\":[null]}] \n").empty());
  CHECK(refusal("").find("empty") != std::string::npos);
  for (const char* text :
       {"{",           "{\"a\"",     "{\"a\":",     "{\"a\":1",
        "{\"a\":1,}",  "{\"a\":1}}", "{\"a\":1} x", "[1,2",
        "[1 2]",       "[1,]",       "[tru]",       "[nul]",
        "[nullx]",     "[01]",       "[1.]",        "[.5]",
        "[+1]",        "[1e999]",    "[\"a]",       "[\"\\q\"]",
        "[\"\\u12\"]", "{a:1}",      "{\"a\" 1}",   "3",
        "\"x\"",       "[\"\x01\"]", "[\"\xff\"]",  "{\"a\":{\"b\":[1,{\"c\":]}}",
        "[1}",         "{\"a\":1]",  "[]]",         "[NaN]"}) {
    INFO(text);
    CHECK_FALSE(refusal(text).empty());
  }
  CHECK(refusal("{\n \"a\": [1, tru]}") == "request:2:11: not valid JSON");
  CHECK(refusal("{\n \"\u00e9\": \"x\xff yyy\", \"z\": 1}") ==
        "request:2:10: the text is not valid UTF-8");
  CHECK(refusal(std::string(100000, '[')).find("nested deeper") != std::string::npos);
}

TEST_CASE("a wrong type names the place") {
  const std::string text = "{\"a\": 1}";
  const auto read = [&] {
    format::read_json(text, text.size(), "request", [](JsonNode root) {
      root.members([](std::string_view, JsonNode value) { value.string(); });
    });
  };
  CHECK_THROWS_WITH(read(), "request:1:7: expected a string");
}

TEST_CASE("every prefix of a document is refused") {
  const std::string text = R"({"a":[1,2.5,"x\n",null,true],"b":{"c":-3e2}})";
  for (size_t size = 0; size < text.size(); ++size) {
    INFO(text.substr(0, size));
    CHECK_FALSE(refusal(text.substr(0, size)).empty());
  }
}
