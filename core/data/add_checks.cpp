#include "data/add_checks.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "data/pointers.hpp"

namespace mlo::data {
namespace {

void check_name(const std::string& path) {
  if (path.empty()) {
    throw usage("cannot track the workspace itself", "name the data in it: mlo data add data/");
  }
  if (!is_utf8(path) || path.find_first_of("\n\r") != std::string::npos) {
    throw usage("cannot track " + quoted(path) + ": the name must be UTF-8 without line breaks",
                "names inside a tracked directory may be any bytes");
  }
  for (std::string_view part : split(path, '/')) {
    if (auto bad = store::bad_tree_name(part)) {
      throw usage("cannot track " + quoted(path) + ": " + quoted(part) + " " + *bad);
    }
  }
  constexpr size_t kLongestName = 255;
  if (file_name(path).size() + repo::kPointerSuffix.size() > kLongestName) {
    throw usage("the name " + quoted(file_name(path)) +
                    " is too long: its pointer, 4 bytes longer, would not fit",
                "shorten it to 251 bytes, or track the directory that holds it");
  }
  if (!repo::pointed_path(path).empty()) {
    throw usage(quoted(path) + " is a pointer",
                "mlo data add " + printable(repo::pointed_path(path)) + " updates it");
  }
  static constexpr std::array<std::string_view, 5> kOwn = {"mlo.yaml", "mlo.lock", ".mloignore",
                                                           ".gitignore", ".gitattributes"};
  if (std::find(kOwn.begin(), kOwn.end(), file_name(path)) != kOwn.end()) {
    throw usage(quoted(path) + " is configuration and belongs into git", "git add it instead");
  }
}

}  // namespace

/// A workspace below this one looks after its own data: here nobody would find the pointer again.
static void refuse_inner_workspace(repo::Workspace& workspace, const std::string& path) {
  for (std::string_view above = parent_path(path); !above.empty(); above = parent_path(above)) {
    const std::string inner(above);
    if (!exists(workspace.absolute(inner + "/mlo.yaml"))) continue;
    throw usage(quoted(path) + " belongs to the workspace " + quoted(inner),
                "mlo -C '" + printable(inner) + "' data add '" +
                    printable(path.substr(inner.size() + 1)) + "'");
  }
}

void check_trackable(repo::Workspace& workspace, const std::string& path) {
  check_name(path);
  refuse_inner_workspace(workspace, path);
  refuse_symlinked_parents(workspace, path);
}

void check_addable(repo::Workspace& workspace, const std::string& path) {
  check_trackable(workspace, path);
  auto status = stat_of(workspace.absolute(path));
  if (!status) throw usage("there is no file or directory " + quoted(path));
  // A link that checkout made stands for its content (store.link).
  bool own = S_ISLNK(status->st_mode) &&
             linked_object(link_target(workspace.absolute(path)), workspace.store_path());
  if (S_ISLNK(status->st_mode) && !own) {
    throw usage(quoted(path) + " is a symbolic link",
                "add the directory that contains it, or its target");
  }
  if (!own && !S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode)) {
    throw unsupported(path, "is neither a file nor a directory");
  }
  repo::Git* git = workspace.git();
  if (git && git->is_tracked(workspace.git_path(path))) {
    throw usage("git tracks " + quoted(path) + (S_ISDIR(status->st_mode) ? " or files in it" : ""),
                "hand it over: git rm -r --cached '" + printable(path) + "', then add it again");
  }
}

void check_contents(const Scan& scan) {
  for (const ScanDirectory& directory : scan.directories) {
    for (const ScanEntry& entry : directory.entries) {
      std::string_view name = directory.name(entry);
      std::string path = join_path(directory.path, name);
      if (!entry.usable()) throw unsupported(path, problem_text(entry.problem, name));
      std::string pointed = repo::pointed_path(name);
      if (pointed.empty() || entry.is_directory()) continue;
      throw usage(quoted(path) + " is a pointer inside " + quoted(scan.directories[0].path),
                  "track the directory or the files in it, not both");
    }
  }
}

}  // namespace mlo::data
