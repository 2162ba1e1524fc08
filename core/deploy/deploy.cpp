#include "deploy/deploy.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "deploy/names.hpp"
#include "repo/workspace.hpp"

namespace mlo::deploy {
namespace {

std::vector<std::string> server_command(const ChangeRequest& request, const std::string& root) {
  return {request.program, "-C", root, "serve", "--deployment", request.name};
}

/// Of mlo.yaml, where it still has the deployment: a rollback must not need it.
int64_t start_seconds_of(repo::Workspace& workspace, const std::string& name) {
  try {
    if (workspace.config().find("deployments", name) != nullptr) {
      return parse_spec(workspace, name).start_seconds;
    }
  } catch (const Error& error) {
    if (error.code() == Exit::interrupted) throw;
  }
  return DeploymentSpec{}.start_seconds;
}

ChangeReport run_change(Env& env, repo::Workspace& workspace, const Directory& directory,
                        const ChangeRequest& request, HistoryEntry entry, int64_t start_seconds,
                        Processes& processes) {
  const auto recorded = read_history(directory);
  const ChangeOptions options{processes, server_command(request, workspace.root()),
                              workspace.root(), start_seconds};
  ChangeReport report;
  report.name = request.name;
  report.target = entry.target;
  if (!recorded.empty()) report.before = recorded.back().target;
  auto result = change(env, directory, std::move(entry), options);
  report.kind = result.kind;
  report.server = std::move(result.server);
  return report;
}

}  // namespace

ChangeReport apply(Env& env, repo::Workspace& workspace, const ChangeRequest& request,
                   Processes& processes) {
  DeploymentSpec spec = parse_spec(workspace, request.name);
  spec.target.plugin_path = request.plugin_path;
  HistoryEntry entry;
  entry.target = resolve_target(env, workspace, std::move(spec.target));
  const Directory directory(workspace.deployments_dir(), request.name);
  directory.create(env);
  const auto lock = directory.lock(env, request.lock_timeout);
  return run_change(env, workspace, directory, request, std::move(entry), spec.start_seconds,
                    processes);
}

ChangeReport rollback(Env& env, repo::Workspace& workspace, const ChangeRequest& request,
                      Processes& processes) {
  const Directory directory = existing_directory(workspace, request.name);
  const auto lock = directory.lock(env, request.lock_timeout);
  const auto recorded = read_history(directory);
  const HistoryEntry* before = entry_before(recorded);
  if (before == nullptr) {
    throw failure("deployment " + quoted(request.name) + " has no version before this one",
                  "mlo deploy history " + request.name + " shows what there was");
  }
  HistoryEntry entry;
  entry.action = HistoryEntry::Action::rollback;
  entry.restores = before->generation;
  entry.target = before->target;
  // The address is not what went wrong: clients keep using it.
  entry.target.settings = recorded.back().target.settings;
  entry.target.drain_seconds = recorded.back().target.drain_seconds;
  if (!request.plugin_path.empty()) entry.target.plugin_path = request.plugin_path;
  return run_change(env, workspace, directory, request, std::move(entry),
                    start_seconds_of(workspace, request.name), processes);
}

StopReport stop(Env& env, repo::Workspace& workspace, const std::string& name, int64_t lock_timeout,
                Processes& processes) {
  const Directory directory = existing_directory(workspace, name);
  const auto lock = directory.lock(env, lock_timeout);
  const auto server = find_server(env, directory);
  StopReport report;
  report.name = name;
  if (server) {
    report.pid = server->process.pid;
    report.was_running = end_process(processes, server->process, server->target.drain_seconds + 5);
  }
  const auto recorded = read_history(directory);
  const bool stopped = recorded.empty() || recorded.back().action == HistoryEntry::Action::stop;
  if (stopped) return report;
  HistoryEntry entry;
  entry.action = HistoryEntry::Action::stop;
  entry.target = recorded.back().target;
  entry.restores = recorded.back().restores;
  entry.generation = recorded.back().generation;
  entry.at = env.clock.now();
  append_history(env, directory, entry);
  return report;
}

std::vector<HistoryEntry> history(repo::Workspace& workspace, const std::string& name) {
  return read_history(existing_directory(workspace, name));
}

}  // namespace mlo::deploy
