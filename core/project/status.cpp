#include "project/status.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "track/list.hpp"

namespace mlo::project {
namespace {

using data::State;
using repo::GitChange;

/// Whether git's `path` is one of the files that mlo asks people to commit.
/// `models`: the registry, relative to git's work tree.
bool is_ours(const std::string& path, const std::string& models) {
  std::string_view name = file_name(path);
  return name.ends_with(".mlo") || name == "mlo.yaml" || name == "mlo.lock" ||
         name == ".mloignore" || name == ".gitignore" || path.starts_with(models + "/");
}

void add_git(StatusReport& report, repo::Workspace& workspace) {
  repo::Git* git = workspace.git();
  report.git = git != nullptr;
  if (git == nullptr) return;
  report.branch = git->branch();
  report.commit = git->head();
  std::vector<std::string> below;
  std::string root = workspace.git_path("");
  if (!root.empty()) below.push_back(root);
  const std::string models = workspace.git_path("models");
  for (GitChange& change : git->status(below)) {
    if (is_ours(change.path, models)) report.committed.push_back(std::move(change));
  }
}

void add_runs(Env& env, StatusReport& report, repo::Workspace& workspace) {
  Time since = 0;
  if (report.commit) since = workspace.git()->commit_time(*report.commit) * 1'000'000'000;
  for (track::Run& run : track::list_runs(env, workspace)) {
    if (run.started_at < since) break;  // latest start first
    if (report.run_count++ < kRunsInStatus) report.runs.push_back(std::move(run));
  }
}

/// Running what mlo.yaml asks for, or left off on purpose.
bool in_order(const deploy::Status& status) {
  using State = deploy::Status::State;
  if (status.state == State::absent || status.state == State::stopped) return true;
  return status.state == State::running && status.up_to_date() && status.problem.empty();
}

bool has_state(const StatusReport& report, std::initializer_list<State> states) {
  return std::ranges::any_of(report.data.files, [&](const data::FileState& file) {
    return std::ranges::find(states, file.state) != states.end();
  });
}

void advise(StatusReport& report) {
  auto& next = report.next;
  if (report.data.pointers == 0) next.push_back("'mlo data add PATH' to keep the first data");
  if (has_state(report, {State::modified, State::added, State::renamed})) {
    next.push_back("'mlo data add PATH' to record changed data");
  }
  if (has_state(report, {State::deleted, State::missing})) {
    next.push_back("'mlo data checkout' to bring data back");
  }
  if (has_state(report, {State::damaged})) next.push_back("'mlo fsck' to see what is damaged");
  if (!report.committed.empty()) next.push_back("'git add' and 'git commit' to record these files");
  bool trained = std::ranges::any_of(report.runs, [](const track::Run& run) {
    return run.status == track::Status::finished && run.model;
  });
  if (trained)
    next.push_back("'mlo package build run:latest --name NAME' to make a model of a run");
  for (const auto& deployment : report.deployments) {
    if (!in_order(deployment)) {
      next.push_back("'mlo deploy apply " + deployment.name + "' to bring the deployment in order");
    }
  }
}

}  // namespace

bool StatusReport::clean() const {
  return data.clean() && committed.empty() && std::ranges::all_of(deployments, in_order);
}

StatusReport status(Env& env, repo::Workspace& workspace) {
  StatusReport report;
  report.root = workspace.root();
  workspace.config();  // a broken mlo.yaml is the first thing to know
  report.data = data::status(env, workspace, {});
  add_git(report, workspace);
  add_runs(env, report, workspace);
  report.deployments = deploy::list(env, workspace);
  advise(report);
  return report;
}

}  // namespace mlo::project
