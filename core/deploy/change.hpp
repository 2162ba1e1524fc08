// One change of a deployment, the same for apply and rollback:
//
//   1. desired.json gets the new target under a new generation
//   2. the running server switches to it, or a server is started, and says in server.json that it
//   did
//   3. the history gets its line: the change is committed
//
// A server that cannot follow (port in use, broken package) keeps serving what it served and says
// why; then, as after any failure before 3, desired.json gets its old target back and a server that
// was started is ended: the old state stays. The old target comes back under a generation of its
// own: no number is ever used twice, so that a server that still loads the refused one never passes
// for the next. Killed in between, the deployment serves the old version or the new one, `status`
// shows which, and repeating the command ends in the new state.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "deploy/history.hpp"

namespace mlo::deploy {

struct ChangeOptions {
  Processes& processes;
  std::vector<std::string> server_command;
  std::string working_directory;
  int64_t start_seconds = 60;
};

struct ChangeResult {
  enum class Kind { unchanged, started, switched };
  Kind kind = Kind::unchanged;
  ServerState server;
};

/// `entry`: action, target and restores; generation and time are filled in. The caller holds the
/// lock. Throws when the server did not get there, after noting the end of its log.
ChangeResult change(Env& env, const Directory& directory, HistoryEntry entry,
                    const ChangeOptions& options);

/// server.json. Where it is gone and a server still holds server.lock, that server is given a
/// moment to write it again; a failure if it does not. nullopt: there is no server.
std::optional<ServerState> find_server(Env& env, const Directory& directory);

/// SIGTERM, wait `seconds`, SIGKILL. False if there was nothing to end.
bool end_process(Processes& processes, const ProcessId& process, int64_t seconds);

}  // namespace mlo::deploy
