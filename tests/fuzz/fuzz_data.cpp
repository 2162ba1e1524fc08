// What other tools left behind: DVC's files, directory objects and configuration, pointers of git-lfs.
#include "data/dvc_annotations.hpp"
#include "data/dvc_config.hpp"
#include "data/dvc_directory.hpp"
#include "data/dvc_file.hpp"
#include "data/lfs_pointer.hpp"
#include "format/yaml.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace mlo;

void dvc_file(std::string_view text) {
  for (const data::DvcOut& out : data::parse_dvc_file(text, "x.dvc")) {
    if (!out.problem.empty()) continue;
    fuzz::require(!out.path.empty() && out.path[0] != '/' &&
                      ("/" + out.path + "/").find("/../") == std::string::npos,
                  "an out lies inside of its repository");
    std::string printed =
        data::dvc_file_text({"x", out.md5.hex(), 1, {}, false}, data::dvc_annotations(out));
    auto again = data::parse_dvc_file(printed, "printed");
    fuzz::require(again.size() == 1 && again[0].md5 == out.md5 && again[0].path == "x",
                  "a .dvc file that was written says what it should");
  }
}

void dvc_lock(std::string_view text) {
  data::parse_dvc_lock(text, "dvc.lock", data::parse_dvc_yaml(text, "dvc.yaml"));
}

void dvc_directory(std::string_view text) {
  auto files = data::parse_dvc_directory(text, "x.dir");
  auto again = data::parse_dvc_directory(data::format_dvc_directory(files), "printed");
  fuzz::require(again == files, "a directory object reads back");
}

void ini(std::string_view text) { data::parse_ini(text, "config"); }

void lfs_pointer(std::string_view text) {
  auto pointer = data::parse_lfs_pointer(text);
  if (!pointer) throw failure("no pointer");
  fuzz::require(text.size() <= data::kLfsPointerLimit, "a pointer is small");
}

}  // namespace

int main(int argc, char** argv) {
  std::string md5 = "22a1a2931c8370d3aeedd7183606fd7f", sha(64, 'a');
  std::string out = "- md5: " + md5 + ".dir\n  size: 3\n  nfiles: 1\n  hash: md5\n  path: a/b\n";
  return mlo::fuzz::run_targets(
      {{"dvc_file",
        {"outs:\n" + out + "  desc: x\n  labels: [a]\nmeta: {a: 1.5, b: null}\nwdir: ..\n",
         "deps:\n- path: x\nfrozen: true\nouts:\n- md5: " + md5 + "\n  path: '../x: y'\n",
         "outs:\n- path: x\n  files:\n  - {relpath: a, version_id: b}\n"},
        {"outs:\n", "path: ", "../", "md5: ", ".dir", "hash: md5\n", "wdir: ", "'", "\"",
         "\\u2028"},
        dvc_file},
       {"dvc_lock",
        {"schema: '2.0'\nstages:\n  s@1:\n    cmd: x\n    outs:\n    - {path: o, md5: " + md5 +
             "}\n",
         "stages:\n  s:\n    do: {wdir: '${x}', outs: [{o: {cache: false}}]}\n"},
        {"stages:", "outs:", "schema: ", "wdir: ", "- ", "{", "}"},
        dvc_lock},
       {"dvc_directory",
        {"[{\"md5\": \"" + md5 + "\", \"relpath\": \"a/\\u00e9\"}, {\"md5\": \"" + md5 +
             "\", \"relpath\": \"b\\udcff\"}]",
         "[]"},
        {"relpath", "\"md5\"", "\\ud83d\\ude00", "\\udc80", "../", "//", "\\u0000", ", ", "[", "{"},
        dvc_directory},
       {"ini",
        {"[core]\nremote = x\n['remote \"x\"']\n    url = ../s # y\n", "\xef\xbb\xbf[a]\nb='c'\n"},
        {"[", "]", "'", "\"", "=", "#", "\n"},
        ini},
       {"lfs_pointer",
        {"version https://git-lfs.github.com/spec/v1\noid sha256:" + sha + "\nsize 3\n",
         "version http://git-media.io/v/2\next-0-a sha256:" + sha + "\noid sha256:" + sha +
             "\nsize 0\n"},
        {"version ", "oid sha256:", "size ", "ext-1-b ", "\n", " "},
        lfs_pointer}},
      argc, argv);
}
