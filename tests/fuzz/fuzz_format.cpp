// JSON and YAML: what is read is printed and read back as the same value.
#include "format/fast_json.hpp"
#include "format/json.hpp"
#include "format/yaml.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace mlo;

void json(std::string_view text) {
  format::Value value = format::parse_json(text, "input");
  std::string canonical = format::canonical_json(value);
  fuzz::require(format::canonical_json(format::parse_json(canonical, "canonical")) == canonical,
                "canonical JSON does not read back");
  fuzz::require(
      format::canonical_json(format::parse_json(format::pretty_json(value), "pretty")) == canonical,
      "pretty JSON does not read back");
}

void yaml(std::string_view text) {
  format::Value value = format::parse_yaml(text, "input");
  format::Value again = format::parse_yaml(format::to_yaml(value), "printed");
  fuzz::require(format::canonical_json(again) == format::canonical_json(value),
                "YAML does not read back");
}

void visit(format::JsonNode node) {
  switch (node.kind()) {
    case format::JsonNode::Kind::object:
      node.members([](std::string_view, format::JsonNode member) { visit(member); });
      break;
    case format::JsonNode::Kind::array:
      node.items([](format::JsonNode item) { visit(item); });
      break;
    default:
      node.scalar();
  }
}

void fast_json(std::string_view text) {
  format::read_json(text, text.size(), "input", [](format::JsonNode root) { visit(root); });
  // What the fast reader takes the strict one takes too, but for repeated keys and deep nesting.
  try {
    format::parse_json(text, "input");
  } catch (const Error& error) {
    bool known = error.message().find("duplicate") != std::string::npos ||
                 error.message().find("twice") != std::string::npos ||
                 error.message().find("again") != std::string::npos;
    if (!known) throw std::logic_error("only the fast reader accepts this: " + error.message());
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> json_seeds = {
      R"({"a":1,"b":[true,false,null,-0.5e-3,"x\u00e9\n"],"c":{"d":{}}})",
      R"([1,2.5,-9223372036854775808,18446744073709551616,1e308,"\ud83d\ude00"])", R"("text")",
      "[[[[[[[[1]]]]]]]]", " {\"k\" : [ ] }\n"};
  std::vector<std::string> json_words = {"null",  "true", "\\u0000", "\\ud800",
                                         "1e999", "-0",   "{}",      "[]",
                                         "\"\"",  ":",    ",",       "\xef\xbb\xbf"};
  std::vector<std::string> yaml_seeds = {
      "trainings:\n  vocabulary:\n    data: data/train.csv\n    model: {builtin: mlp, hidden: [32, "
      "16]}\n"
      "    epochs: 12 # twelve\n",
      "a: 'x'\nb: \"y\\n\"\nc: |\n  text\n  more\nd: >-\n  folded\n",
      "- 1\n- [a, b]\n- {k: v}\n- ~\n- .nan\n", "? complex\n: value\n", "---\nx: 1\n"};
  std::vector<std::string> yaml_words = {"&a ", "*a", "!!str ", "<<: ", "\t",    "- ",
                                         ": ",  "| ", "> ",     "'",    "\"",    "{",
                                         "}",   "[",  "]",      "#",    "---\n", "...\n"};
  return mlo::fuzz::run_targets({{"json", json_seeds, json_words, json},
                                 {"yaml", yaml_seeds, yaml_words, yaml},
                                 {"fast_json", json_seeds, json_words, fast_json}},
                                argc, argv);
}
