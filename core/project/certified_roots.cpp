#include "project/certified_roots.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/pointers.hpp"
#include "data/roots.hpp"

namespace mlo::project {
namespace {

constexpr size_t kTextLimit = 64 << 20;

bool names_digests(std::string_view path) {
  return path == "mlo.lock" || (path.starts_with("models/") && path.ends_with(".yaml"));
}

void add_text(std::vector<store::Root>& roots, std::string_view text, const std::string& path) {
  for (const Digest& digest : store::digests_in(text)) {
    roots.push_back({digest, store::RootKind::any, path});
  }
}

store::Root root_of(const repo::Pointer& pointer, const std::string& file) {
  const bool tree = pointer.type == repo::Pointer::Type::tree;
  return {pointer.digest, tree ? store::RootKind::tree : store::RootKind::blob, file};
}

void add_pointer(std::vector<store::Root>& roots, const std::string& text,
                 const std::string& path) {
  try {
    roots.push_back(root_of(repo::parse_pointer(text, path), path));
  } catch (const Error&) {
    // Of a newer mlo, perhaps, or somebody else's file: what it names must not be lost.
    add_text(roots, text, path);
  }
}

/// Directories below the root that are workspaces of their own.
std::vector<std::string> inner_workspaces(const std::vector<std::string>& files) {
  std::vector<std::string> directories;
  for (const std::string& file : files) {
    if (file_name(file) == "mlo.yaml" && !parent_path(file).empty()) {
      directories.push_back(std::string(parent_path(file)) + "/");
    }
  }
  return directories;
}

bool inside(const std::vector<std::string>& directories, std::string_view path) {
  return std::any_of(directories.begin(), directories.end(),
                     [&](const std::string& directory) { return path.starts_with(directory); });
}

void add_registry(const repo::Workspace& workspace, std::vector<store::Root>& roots) {
  const std::string models = workspace.models_dir();
  for (const std::string& model : names_in(models)) {
    const std::string directory = join_path(models, model);
    if (!is_directory(directory)) continue;
    for (const std::string& name : names_in(directory)) {
      const std::string path = "models/" + model + "/" + name;
      if (!names_digests(path)) continue;
      if (auto text = read_file_if_exists(workspace.absolute(path), kTextLimit)) {
        add_text(roots, *text, path);
      }
    }
  }
}

}  // namespace

std::vector<store::Root> roots_of_commit(repo::Workspace& workspace, const std::string& commit) {
  repo::Git& git = *workspace.git();
  std::string prefix = workspace.git_path("");
  std::vector<std::string> files;
  for (const repo::GitEntry& entry : git.list_files(commit, prefix)) {
    files.push_back(prefix.empty() ? entry.path : entry.path.substr(prefix.size() + 1));
  }
  const std::vector<std::string> others = inner_workspaces(files);
  std::vector<store::Root> roots;
  for (const std::string& path : files) {
    const bool pointer = !repo::pointed_path(path).empty();
    if ((!pointer && !names_digests(path)) || inside(others, path)) continue;
    const auto text = git.read_file(commit, workspace.git_path(path));
    if (!text) continue;
    if (pointer) {
      add_pointer(roots, *text, path);
    } else {
      add_text(roots, *text, path);
    }
  }
  return unique_roots(std::move(roots));
}

std::vector<store::Root> roots_of_work_tree(Env& env, repo::Workspace& workspace) {
  std::vector<store::Root> roots;
  for (const data::Tracked& tracked : data::find_pointers(env, workspace)) {
    roots.push_back(root_of(tracked.pointer, repo::pointer_path(tracked.path)));
  }
  if (auto text = read_file_if_exists(workspace.absolute("mlo.lock"), kTextLimit)) {
    add_text(roots, *text, "mlo.lock");
  }
  add_registry(workspace, roots);
  return unique_roots(std::move(roots));
}

std::vector<store::Root> roots_of_history(Env& env, repo::Workspace& workspace) {
  std::vector<store::Root> roots;
  auto sink = [&](const store::Root& root) {
    env.check_cancelled();
    roots.push_back(root);
  };
  auto wanted = [](std::string_view path) {
    return path.ends_with(repo::kPointerSuffix) || names_digests(path);
  };
  data::roots_in_git(workspace, repo::Reach::history, wanted, sink);
  return unique_roots(std::move(roots));
}

std::vector<store::Root> unique_roots(std::vector<store::Root> roots) {
  std::unordered_set<Digest> seen;
  std::erase_if(roots, [&](const store::Root& root) { return !seen.insert(root.digest).second; });
  return roots;
}

std::vector<store::Root> roots_beyond(const std::vector<store::Root>& roots,
                                      const std::vector<store::Root>& known) {
  std::unordered_set<Digest> have;
  for (const store::Root& root : known) have.insert(root.digest);
  std::vector<store::Root> rest;
  for (const store::Root& root : roots) {
    if (!have.contains(root.digest)) rest.push_back(root);
  }
  return rest;
}

std::string certifies_commit(const std::string& commit) { return "commit " + commit; }

std::string certifies_roots(const std::vector<store::Root>& roots) {
  std::vector<std::string> lines;
  for (const store::Root& root : roots) lines.push_back(root.digest.text() + "\n");
  std::sort(lines.begin(), lines.end());
  return "roots " + sha256(join(lines, "")).text();
}

}  // namespace mlo::project
