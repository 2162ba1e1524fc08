#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "deploy/deploy.hpp"
#include "deploy/names.hpp"
#include "http/client.hpp"
#include "repo/workspace.hpp"

namespace mlo::deploy {
namespace {

constexpr std::chrono::seconds kHealthTimeout{2};

void look_at_server(const ServerState& server, Status& status) {
  using Phase = ServerState::Phase;
  status.server = server;
  if (server.phase != Phase::ready) {
    status.state =
        server.phase == Phase::starting ? Status::State::starting : Status::State::stopping;
    return;
  }
  status.url = server_url(server);
  const auto answer =
      http::fetch(server.target.settings.host, server.port, "/v2/health/live", kHealthTimeout);
  status.state =
      answer && answer->status == 200 ? Status::State::running : Status::State::unresponsive;
  if (server.failed_generation > server.generation) status.problem = server.error;
}

void look_at_configuration(Env& env, repo::Workspace& workspace, Status& status) {
  if (workspace.config().find("deployments", status.name) == nullptr) return;
  try {
    Target wanted = parse_spec(workspace, status.name).target;
    if (status.target) wanted.plugin_path = status.target->plugin_path;
    status.wanted = resolve_target(env, workspace, std::move(wanted));
  } catch (const Error& error) {
    // A status tells what is wrong; it does not fail because something is.
    if (error.code() == Exit::interrupted) throw;
    status.problem = error.message();
  }
}

}  // namespace

bool Status::up_to_date() const {
  return state == State::running && server && wanted && same_service(server->target, *wanted);
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
  if (directory.exists()) {
    const auto recorded = read_history(directory);
    const auto server = directory.read_server();
    if (!recorded.empty()) {
      status.target = recorded.back().target;
      const bool stopped = recorded.back().action == HistoryEntry::Action::stop;
      status.state = stopped ? Status::State::stopped : Status::State::died;
    }
    if (server) status.pid = server->process.pid;
    if (server && processes.alive(server->process)) look_at_server(*server, status);
  }
  look_at_configuration(env, workspace, status);
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

}  // namespace mlo::deploy
