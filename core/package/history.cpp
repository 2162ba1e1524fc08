#include "package/history.hpp"

#include <map>

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
  const auto commits = git->log("HEAD", kMostCommits);
  Files now = files_at(*git, commits.front(), directory);
  for (size_t i = 0; i < commits.size(); ++i) {
    env.check_cancelled();
    const bool oldest = i + 1 == commits.size();
    Files before = oldest ? Files() : files_at(*git, commits[i + 1], directory);
    auto changed = differing(before, now);
    now = std::move(before);
    if (changed.empty()) continue;
    report.changes.push_back({commits[i], git->commit_time(commits[i]) * 1'000'000'000,
                              git->commit_subject(commits[i]), std::move(changed)});
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
