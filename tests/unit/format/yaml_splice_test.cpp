#include "format/yaml_splice.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "format/yaml.hpp"

using namespace mlo;
using format::Value;

namespace {

std::string set(std::string_view text, const std::string& key, int value) {
  return format::set_at(text, "m.yaml", {"aliases", key}, value);
}
std::string removed(std::string_view text, const std::string& key) {
  return format::remove_at(text, "m.yaml", {"aliases", key});
}

}  // namespace

TEST_CASE("an alias is set in a new file, an empty section, a full one") {
  CHECK(set("", "production", 1) == "aliases:\n  production: 1\n");
  CHECK(set("mlo: 1\n", "production", 1) == "mlo: 1\naliases:\n  production: 1\n");
  CHECK(set("mlo: 1", "production", 1) == "mlo: 1\naliases:\n  production: 1\n");
  CHECK(set("aliases:\nmlo: 1\n", "a", 1) == "aliases:\n  a: 1\nmlo: 1\n");
  CHECK(set("aliases: {}\nmlo: 1\n", "a", 1) == "aliases: \n  a: 1\nmlo: 1\n");
  CHECK(set("aliases:\n  a: 1\nmlo: 1\n", "b", 2) == "aliases:\n  a: 1\n  b: 2\nmlo: 1\n");
  CHECK(set("aliases:\n  a: 1", "b", 2) == "aliases:\n  a: 1\n  b: 2\n");
}

TEST_CASE("every other byte stays: comments, spaces, quotes, line ends") {
  const std::string text =
      "# the vocabulary model\r\n"
      "description:   'ten  words'   # kept\r\n"
      "aliases:   # who points where\r\n"
      "    \"production\" :  1    # since May\r\n"
      "    staging: 2\r\n"
      "\r\n"
      "# the end\r\n";
  std::string expected = text;
  expected.replace(expected.find(":  1 "), 5, ":  3 ");
  CHECK(set(text, "production", 3) == expected);
  expected = text;
  expected.replace(expected.find("staging: 2"), 10, "staging: 12");
  CHECK(set(text, "staging", 12) == expected);
  expected = text;
  expected.insert(expected.find("\r\n\r\n") + 2, "    canary: 4\r\n");
  CHECK(set(text, "canary", 4) == expected);
  expected = text;
  expected.erase(expected.find("    staging"), 16);
  CHECK(removed(text, "staging") == expected);
  CHECK(removed(text, "nobody") == text);
}

TEST_CASE("flow style and odd keys") {
  CHECK(set("aliases: {a: 1, b: 2}\n", "a", 3) == "aliases: {a: 3, b: 2}\n");
  CHECK(set("aliases: {a: 1, b: 2}\n", "b", 3) == "aliases: {a: 1, b: 3}\n");
  CHECK(set("aliases: {a: 1}\n", "c", 3) == "aliases: {c: 3, a: 1}\n");
  CHECK(removed("aliases: {a: 1, b: 2}\n", "a") == "aliases: {b: 2}\n");
  CHECK(removed("aliases: {a: 1, b: 2}\n", "b") == "aliases: {a: 1}\n");
  CHECK(removed("aliases: {a: 1}\n", "a") == "aliases: {}\n");
  CHECK(set("größe: 1\naliases: {'ä ö': 1}\n", "ä ö", 2) == "größe: 1\naliases: {'ä ö': 2}\n");
  CHECK(set("", "on", 1) == "aliases:\n  \"on\": 1\n");
  CHECK(set("aliases:\n  'it''s': 1\n", "it's", 2) == "aliases:\n  'it''s': 2\n");
}

TEST_CASE("the last entry leaves an empty section") {
  CHECK(removed("aliases:\n  a: 1\nmlo: 1\n", "a") == "aliases: {}\nmlo: 1\n");
  CHECK(removed("mlo: 1\naliases:   # who\n  a: 1\n", "a") == "mlo: 1\naliases: {}   # who\n");
  CHECK(set(removed("aliases:\n  a: 1\n", "a"), "b", 1) == "aliases: \n  b: 1\n");
}

TEST_CASE("members of the document") {
  CHECK(format::set_at("mlo: 1\n", "m", {"stage"}, "production") == "mlo: 1\nstage: production\n");
  CHECK(format::set_at("stage: old # x\nmlo: 1\n", "m", {"stage"}, "new") ==
        "stage: new # x\nmlo: 1\n");
  CHECK(format::set_at("stage:\nmlo: 1\n", "m", {"stage"}, "new") == "stage: new\nmlo: 1\n");
  CHECK(format::set_at("", "m", {"stage"}, "a: b") == "stage: \"a: b\"\n");
}

TEST_CASE("mappings in flow style, and what lies three keys deep") {
  const Value origin = Value::object().set("url", "/mnt/data").set("default", true);
  auto add = [&](std::string_view text, const std::string& name, const Value& value) {
    return format::set_at(text, "m", {"remotes", name}, value);
  };
  CHECK(add("", "origin", origin) == "remotes:\n  origin: {url: /mnt/data, default: true}\n");
  CHECK(add("", "o", Value::object().set("url", "/a, b/{c}")) ==
        "remotes:\n  o: {url: \"/a, b/{c}\"}\n");
  const std::string block =
      "remotes:\n  a:\n    url: /a   # disk\n    # more\n    jobs: 3\n\n  # the other\n"
      "  b:\n    url: /b\n# end\nstages: {}\n";
  CHECK(add(block, "c", origin) ==
        "remotes:\n  a:\n    url: /a   # disk\n    # more\n    jobs: 3\n\n  # the other\n"
        "  b:\n    url: /b\n  c: {url: /mnt/data, default: true}\n# end\nstages: {}\n");
  CHECK(format::remove_at(block, "m", {"remotes", "a"}) ==
        "remotes:\n\n  # the other\n  b:\n    url: /b\n# end\nstages: {}\n");
  CHECK(format::set_at(block, "m", {"remotes", "a", "default"}, true) ==
        "remotes:\n  a:\n    url: /a   # disk\n    # more\n    jobs: 3\n    default: true\n\n"
        "  # the other\n  b:\n    url: /b\n# end\nstages: {}\n");
  CHECK(format::remove_at("remotes:\n  a: {url: x, default: true}\n", "m",
                          {"remotes", "a", "default"}) == "remotes:\n  a: {url: x}\n");
  CHECK(format::set_at("remotes:\n  a: {url: x}\n", "m", {"remotes", "a", "default"}, true) ==
        "remotes:\n  a: {default: true, url: x}\n");
  CHECK(format::remove_at("remotes:\n  a: {url: x}\n", "m", {"remotes", "a"}) == "remotes: {}\n");
}

TEST_CASE("what cannot be spliced is refused, not guessed") {
  for (const std::string text :
       {"{mlo: 1}\n", "mlo: 1\n...\n", "aliases:\n  a:\n    1\n", "aliases: [1]\n"}) {
    CAPTURE(text);
    std::string result;
    try {
      result = set(text, "a", 2);
    } catch (const Error& error) {
      CHECK(error.hint() != "");
      continue;
    }
    // Where it works it works: nothing else changed.
    auto expected = format::parse_yaml(text, "x");
    expected.set("aliases", format::Value::object().set("a", 2));
    CHECK(format::parse_yaml(result, "x") == expected);
  }
  CHECK_THROWS_AS(set("aliases:\n  a: 1\n  a: 2\n", "a", 2), Error);
}
