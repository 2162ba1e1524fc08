#include "data/commit_check.hpp"

#include <map>
#include <set>

#include "base/text.hpp"
#include "data/diff.hpp"
#include "data/pointers.hpp"
#include "data/status.hpp"

namespace mlo::data {
namespace {

/// The commits whose data a work tree may still hold after git moved on: before a merge or pull (git
/// keeps it in ORIG_HEAD), and both sides of one that is not finished.
constexpr const char* kEarlier[] = {"HEAD", "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD"};

using Paths = std::set<std::string, std::less<>>;

/// "data" for "data/a.csv", if that is what is tracked; "" if nothing is.
std::string tracked_of(const Paths& tracked, std::string_view path) {
  while (!path.empty() && !tracked.contains(path)) path = parent_path(path);
  return std::string(path);
}

/// Those of `paths` whose data differs from what `commit` says.
Paths differing_from(Env& env, repo::Workspace& workspace, const char* commit, const Paths& paths) {
  DiffOptions options;
  try {
    options.arguments.push_back(workspace.git()->resolve(commit));
    for (const std::string& path : paths) options.arguments.push_back(repo::pointer_path(path));
    Paths differing;
    for (const FileState& file : diff(env, workspace, options).files) {
      differing.insert(tracked_of(paths, file.path));
      differing.insert(tracked_of(paths, file.from));
    }
    differing.erase("");
    return differing;
  } catch (const Error& error) {
    if (error.code() == Exit::interrupted) throw;
    return paths;  // no such commit, or its trees are not here
  }
}

std::vector<std::string> unstaged_pointers(repo::Workspace& workspace,
                                           const std::vector<Tracked>& pointers) {
  std::map<std::string, std::string> staged;
  std::string root = workspace.git_path("");
  for (repo::GitEntry& entry : workspace.git()->list_index(root, repo::kPointerSuffix)) {
    staged[std::move(entry.path)] = std::move(entry.id);
  }
  std::vector<std::string> unstaged;
  for (const Tracked& tracked : pointers) {
    std::string file = repo::pointer_path(tracked.path);
    auto found = staged.find(workspace.git_path(file));
    std::string text = read_file(workspace.absolute(file), 65536);
    if (found == staged.end() || found->second != repo::git_blob_id(text)) unstaged.push_back(file);
  }
  return unstaged;
}

}  // namespace

CommitCheck check_commit(Env& env, repo::Workspace& workspace) {
  CommitCheck check;
  std::vector<Tracked> pointers = find_pointers(env, workspace);
  check.unstaged = unstaged_pointers(workspace, pointers);
  StatusReport report = status(env, workspace, {});
  if (report.clean()) return check;
  Paths tracked, differing;
  for (const Tracked& each : pointers) tracked.insert(each.path);
  std::map<std::string, std::vector<FileState>> changes;
  for (FileState& file : report.files) {
    std::string path = tracked_of(tracked, file.path);
    bool nothing_there =
        file.path == path && (file.state == State::deleted || file.state == State::missing);
    // What .mloignore hides stays as it is until somebody adds its directory: no change of a user's.
    if (nothing_there || file.state == State::ignored) continue;
    differing.insert(path);
    changes[path].push_back(std::move(file));
  }
  for (const char* commit : kEarlier) {
    if (differing.empty()) break;
    Paths still = differing_from(env, workspace, commit, differing);
    for (const std::string& path : differing) {
      if (!still.contains(path)) check.behind.push_back(path);
    }
    differing = std::move(still);
  }
  for (const std::string& path : differing) {
    std::vector<FileState>& files = changes[path];
    std::move(files.begin(), files.end(), std::back_inserter(check.changed));
  }
  return check;
}

}  // namespace mlo::data
