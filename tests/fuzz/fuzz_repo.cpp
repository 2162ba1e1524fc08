// What people and git hand to mlo: pointers, references, ignore rules, configuration.
#include "fuzz/fuzz.hpp"
#include "repo/config.hpp"
#include "repo/ignore_rules.hpp"
#include "repo/pointer.hpp"
#include "repo/reference.hpp"

namespace {

using namespace mlo;

void pointer(std::string_view text) {
  repo::Pointer read = repo::parse_pointer(text, "input");
  fuzz::require(repo::parse_pointer(repo::format_pointer(read), "printed") == read,
                "a pointer reads back");
}

void reference(std::string_view text) {
  repo::parse_reference(text);
  repo::parse_model_reference(text);
}

void ignore(std::string_view text) {
  repo::IgnoreRules rules;
  rules.add(text, "data");
  for (const char* path : {"data/a.csv", "data/sub/b.txt", "data", "x/y/z"}) {
    rules.ignored(path, false);
    rules.ignored(path, true);
  }
  std::string name = "odd name*[!]";
  std::string with = repo::with_ignore_line(text, name);
  fuzz::require(repo::with_ignore_line(with, name) == with,
                "adding an ignore line twice adds it once");
  if (text.find('\0') != std::string_view::npos) throw failure("a NUL byte");
}

void config(std::string_view text) {
  repo::parse_config(text, "mlo.yaml");
  repo::parse_local_config(text, "config.yaml", "/");
}

}  // namespace

int main(int argc, char** argv) {
  std::string digest(64, 'a');
  return mlo::fuzz::run_targets(
      {{"pointer",
        {"mlo: 1\ntype: file\ndigest: sha256:" + digest + "\nsize: 12\n",
         "mlo: 1\ntype: tree\ndigest: sha256:" + digest + "\nsize: 12\nfiles: 3\n"},
        {"type: ", "size: ", "-1", "1e3", "18446744073709551616", "mlo: 2", "files: "},
        pointer},
       {"reference",
        {"model:vocabulary@production", "model:a:3", "run:latest", "run:0f", "sha256:" + digest,
         "git:HEAD:data/a.csv", "./path", "vocabulary:3"},
        {":", "@", "model:", "run:", "99999999999999999999"},
        reference},
       {"ignore",
        {"*.tmp\n!keep.tmp\n/build/\n**/x/**\n[a-z]?\n\\#a\n", "a/**/b\n[!x]\n[[]\n"},
        {"**", "[", "]", "!", "\\", "/", "*", std::string(1, '\0')},
        ignore},
       {"config",
        {"trainings:\n  a: {data: x.csv}\ndrift: {}\n", "", "deployments:\n  v:\n    port: 1\n"},
        {"store:\n", "plugin_path: ", "stages: ", ": ", "\n"},
        config}},
      argc, argv);
}
