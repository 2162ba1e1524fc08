#include "package/history.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "package/registry.hpp"
#include "repo/workspace.hpp"

namespace mlo::package {
namespace {

using Files = std::map<std::string, std::string>;  // name -> blob id

constexpr size_t kMostCommits = 100'000;

Files files_at(repo::Git& git, const std::string& commit, const std::string& directory) {
  Files files;
  for (const auto& entry : git.list_files(commit, directory)) {
    files[std::string(file_name(entry.path))] = entry.id;
  }
  return files;
}

std::vector<std::string> differing(const Files& before, const Files& after) {
  std::vector<std::string> names;
  for (const auto& [name, id] : after) {
    const auto found = before.find(name);
    if (found == before.end() || found->second != id) names.push_back(name);
  }
  for (const auto& [name, id] : before) {
    if (!after.contains(name)) names.push_back(name);
  }
  return names;
}

/// The model's files at each commit: a commit is asked for by all of its children.
class FilesByCommit {
 public:
  FilesByCommit(repo::Git& git, std::string directory)
      : git_(git), directory_(std::move(directory)) {}
  const Files& at(const std::string& commit) {
    const auto found = known_.find(commit);
    if (found != known_.end()) return found->second;
    return known_[commit] = files_at(git_, commit, directory_);
  }
  /// In the order of the log, no child comes after its parent.
  void forget(const std::string& commit) { known_.erase(commit); }

 private:
  repo::Git& git_;
  std::string directory_;
  std::map<std::string, Files> known_;
};

/// What the commit itself changed: the files that no parent has as they are. So a merge changes what
/// was settled in it, and nothing that one side brings along. A parent that a shallow clone lacks is
/// none.
std::vector<std::string> changed_by(repo::Git& git, FilesByCommit& files, const std::string& commit,
                                    const std::set<std::string>& known) {
  const Files after = files.at(commit);
  auto parents = git.commit_parents(commit);
  std::erase_if(parents, [&](const std::string& parent) { return !known.contains(parent); });
  auto changed = differing(parents.empty() ? Files() : files.at(parents.front()), after);
  for (size_t i = 1; i < parents.size() && !changed.empty(); ++i) {
    const auto here = differing(files.at(parents[i]), after);
    std::erase_if(changed, [&](const std::string& name) {
      return std::ranges::find(here, name) == here.end();
    });
  }
  files.forget(commit);
  return changed;
}

}  // namespace

HistoryReport history(Env& env, repo::Workspace& workspace, std::string_view name, size_t limit) {
  Registry(env, workspace).show(name);
  repo::Git* git = workspace.git();
  if (git == nullptr) {
    throw failure("there is no git repository here, so models have no history",
                  "git init, and commit models/");
  }
  HistoryReport report;
  report.name = name;
  const std::string directory = workspace.git_path("models/" + encode_name(name));
  const std::vector<std::string> paths = {directory};
  for (const auto& change : git->status(paths)) {
    report.uncommitted.emplace_back(file_name(change.path));
  }
  if (!git->head()) return report;
  FilesByCommit files(*git, directory);
  const auto commits = git->log("HEAD", kMostCommits);
  const std::set<std::string> known(commits.begin(), commits.end());
  for (const std::string& commit : commits) {
    env.check_cancelled();
    auto changed = changed_by(*git, files, commit, known);
    if (changed.empty()) continue;
    report.changes.push_back({commit, git->commit_time(commit) * 1'000'000'000,
                              git->commit_author(commit).name, git->commit_subject(commit),
                              std::move(changed)});
    if (limit > 0 && report.changes.size() == limit) break;
  }
  return report;
}

format::Value to_json(const HistoryReport& report) {
  using format::Value;
  Value changes = Value::array();
  for (const auto& change : report.changes) {
    Value files = Value::array();
    for (const auto& file : change.files) files.push(file);
    changes.push(Value::object()
                     .set("commit", change.commit)
                     .set("time", format_time(change.time))
                     .set("author", change.author)
                     .set("subject", change.subject)
                     .set("files", std::move(files)));
  }
  Value uncommitted = Value::array();
  for (const auto& file : report.uncommitted) uncommitted.push(file);
  return Value::object()
      .set("name", report.name)
      .set("changes", std::move(changes))
      .set("uncommitted", std::move(uncommitted));
}

}  // namespace mlo::package
