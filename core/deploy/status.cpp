#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "deploy/deploy.hpp"
#include "deploy/names.hpp"
#include "http/router.hpp"
#include "repo/workspace.hpp"

namespace mlo::deploy {
namespace {

void look_at_server(const ServerState& server, Processes& processes, Status& status) {
  using Phase = ServerState::Phase;
  status.server = server;
  if (server.phase != Phase::ready) {
    status.state =
        server.phase == Phase::starting ? Status::State::starting : Status::State::stopping;
    return;
  }
  status.url = server_url(server);
  const bool answers = processes.answers(server.process, server.target.settings.host, server.port);
  status.state = answers ? Status::State::running : Status::State::unresponsive;
}

void look_at_files(Env& env, const Directory& directory, Processes& processes, Status& status) {
  const auto recorded = read_history(directory);
  if (!recorded.empty()) {
    status.target = recorded.back().target;
    const bool stopped = recorded.back().action == HistoryEntry::Action::stop;
    status.state = stopped ? Status::State::stopped : Status::State::died;
  }
  const auto server = find_server(env, directory);
  if (!server) return;
  status.pid = server->process.pid;
  if (processes.alive(server->process)) look_at_server(*server, processes, status);
}

/// One deployment whose files cannot be read must not hide the others.
void look_at_directory(Env& env, const Directory& directory, Processes& processes, Status& status) {
  try {
    look_at_files(env, directory, processes, status);
  } catch (const Error& error) {
    if (error.code() == Exit::interrupted) throw;
    if (directory.held_by_server()) status.state = Status::State::unresponsive;
    status.problem = error.message() + "; its files are in " + quoted(directory.path());
  }
}

void look_at_configuration(Env& env, repo::Workspace& workspace, Status& status) {
  status.configured = workspace.config().find("deployments", status.name) != nullptr;
  if (!status.configured) return;
  try {
    Target wanted = parse_spec(workspace, status.name).target;
    if (status.target) wanted.plugin_path = status.target->plugin_path;
    status.wanted = resolve_target(env, workspace, std::move(wanted));
  } catch (const Error& error) {
    // A status tells what is wrong; it does not fail because something is.
    if (error.code() == Exit::interrupted) throw;
    if (status.problem.empty()) status.problem = error.message();
  }
}

}  // namespace

bool Status::up_to_date() const {
  return state == State::running && server && wanted && same_service(server->target, *wanted);
}

bool Status::in_order() const {
  const bool retired = !configured && (state == State::stopped || state == State::absent);
  return up_to_date() || (retired && problem.empty());
}

std::string_view state_name(Status::State state) {
  static constexpr std::array<std::string_view, 7> kNames = {
      "running", "starting", "stopping", "stopped", "died", "unresponsive", "absent"};
  return kNames[static_cast<size_t>(state)];
}

Status status(Env& env, repo::Workspace& workspace, const std::string& name, Processes& processes) {
  Status status;
  status.name = name;
  const Directory directory(workspace.deployments_dir(), name);
  if (directory.exists()) look_at_directory(env, directory, processes, status);
  look_at_configuration(env, workspace, status);
  // A failure of long ago is no problem where everything is in order by now.
  if (status.server && status.problem.empty() && !status.up_to_date()) {
    status.problem = status.server->error;
  }
  return status;
}

std::vector<Status> list(Env& env, repo::Workspace& workspace, const std::string& name,
                         Processes& processes) {
  const auto known = known_names(workspace);
  std::vector<Status> all;
  for (const auto& each : known) {
    if (name.empty() || name == each) all.push_back(status(env, workspace, each, processes));
  }
  if (all.empty() && !name.empty()) {
    throw usage("there is no deployment " + quoted(name), suggestion(name, known));
  }
  return all;
}

std::string server_url(const ServerState& server) {
  const std::string& host = server.target.settings.host;
  const bool v6 = host.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(server.port);
}

std::string model_url(const ServerState& server) {
  return server_url(server) + "/v2/models/" + http::percent_encoded(server.target.served_name());
}

}  // namespace mlo::deploy
