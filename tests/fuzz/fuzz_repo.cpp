// What people and git hand to mlo: pointers, references, ignore rules, configuration; and the stat
// index, whose checksum does not keep out who can compute one.
#include <filesystem>
#include <fstream>

#include "fuzz/fuzz.hpp"
#include "repo/config.hpp"
#include "repo/ignore_rules.hpp"
#include "repo/pointer.hpp"
#include "repo/reference.hpp"
#include "repo/stat_index.hpp"

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

const std::string& directory() {
  static const std::string path = [] {
    char name[] = "/tmp/mlo-fuzz-XXXXXX";
    return std::string(::mkdtemp(name));
  }();
  return path;
}

constexpr repo::StatKey kKey{.size = 3, .mtime_ns = 1, .ctime_ns = 1, .inode = 7, .device = 1};
constexpr Time kLater = 1'000'000'000'000;
constexpr size_t kSum = 32;

/// The input: an index without its checksum.
void stat_index(std::string_view body) {
  const std::string path = directory() + "/stat-index";
  const Digest sum = sha256(body);
  std::ofstream(path, std::ios::binary)
      << body << std::string_view(reinterpret_cast<const char*>(sum.bytes.data()), kSum);
  repo::StatIndex index = repo::StatIndex::load(path);
  if (index.size() == 0) throw failure("not an index");
  repo::StatIndex::Cursor cursor(index);
  for (const char* name : {"", "a.csv", "data/a.csv", "data/b", "z"}) cursor.find(name, kKey);
  index.keep_only("data", [](std::string_view) { return false; });
  index.set("new.csv", kKey, sum, kLater);
  index.save(posix_files(), path);
  fuzz::require(index.size() > 0, "an index that was saved is an index");
}

std::string stat_index_seed() {
  const std::string path = directory() + "/seed";
  repo::StatIndex index;
  for (const char* name : {"a.csv", "data/a.csv", "data/b", "x y"}) {
    index.set(name, kKey, sha256(name), kLater);
  }
  index.save(posix_files(), path);
  const std::string bytes = read_file(path);
  return bytes.substr(0, bytes.size() - kSum);
}

}  // namespace

int main(int argc, char** argv) {
  std::string digest(64, 'a');
  int code = mlo::fuzz::run_targets(
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
        config},
       {"stat_index",
        {stat_index_seed()},
        {std::string(8, '\0'), std::string(8, '\xff')},
        stat_index}},
      argc, argv);
  std::error_code ignored;
  std::filesystem::remove_all(directory(), ignored);
  return code;
}
