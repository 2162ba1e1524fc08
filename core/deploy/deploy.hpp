// The commands of `mlo deploy`. Each change holds the deployment's lock; see change.hpp for what a
// crash leaves behind. Reports are values; nothing here prints.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deploy/change.hpp"

namespace mlo::deploy {

struct ChangeRequest {
  std::string name;
  /// The program that becomes the server: `mlo` itself.
  std::string program;
  std::vector<std::string> plugin_path;
  int64_t lock_timeout = store::kDefaultLockTimeout;
};

struct ChangeReport {
  std::string name;
  ChangeResult::Kind kind = ChangeResult::Kind::unchanged;
  Target target;
  /// What the record said before; nullopt for the first change.
  std::optional<Target> before;
  ServerState server;
};

/// Makes the deployment what mlo.yaml says. Idempotent: nothing happens when it already is.
ChangeReport apply(Env& env, repo::Workspace& workspace, const ChangeRequest& request,
                   Processes& processes = posix_processes());
/// Returns to the version before the present one, with the address it has now. Repeated, it goes
/// further back. A failure when there is none.
ChangeReport rollback(Env& env, repo::Workspace& workspace, const ChangeRequest& request,
                      Processes& processes = posix_processes());

struct StopReport {
  std::string name;
  bool was_running = false;
  pid_t pid = 0;
};
/// SIGTERM, waits for the drain, then SIGKILL; recorded in the history.
StopReport stop(Env& env, repo::Workspace& workspace, const std::string& name,
                int64_t lock_timeout = store::kDefaultLockTimeout,
                Processes& processes = posix_processes());

/// Oldest first. Usage error for an unknown name.
std::vector<HistoryEntry> history(repo::Workspace& workspace, const std::string& name);

struct Status {
  enum class State { running, starting, stopping, stopped, died, unresponsive, absent };
  std::string name;
  State state = State::absent;        ///< absent: configured, never applied
  std::optional<Target> target;       ///< on record
  std::optional<ServerState> server;  ///< of the server that lives
  std::string url;                    ///< empty unless it lives
  pid_t pid = 0;                      ///< of the server that died, too
  /// What mlo.yaml asks for now; nullopt where it no longer names the deployment or cannot be
  /// resolved.
  std::optional<Target> wanted;
  bool configured = false;  ///< mlo.yaml names it
  /// Why `wanted` cannot be resolved, or why its files cannot be read, or why the server
  /// could not follow.
  std::string problem;

  bool up_to_date() const;
  /// up_to_date, or without a server and no longer in mlo.yaml.
  bool in_order() const;
};
std::string_view state_name(Status::State state);

Status status(Env& env, repo::Workspace& workspace, const std::string& name,
              Processes& processes = posix_processes());
/// The one of that name (usage error if there is none), or with an empty name all that mlo.yaml names
/// or that were applied, by name.
std::vector<Status> list(Env& env, repo::Workspace& workspace, const std::string& name = "",
                         Processes& processes = posix_processes());
/// "http://127.0.0.1:8080".
std::string server_url(const ServerState& server);
/// "http://127.0.0.1:8080/v2/models/vocabulary".
std::string model_url(const ServerState& server);

format::Value to_json(const Target& target);
format::Value to_json(const ChangeReport& report);
format::Value to_json(const StopReport& report);
format::Value to_json(const Status& status);
format::Value to_json(const HistoryEntry& entry);

}  // namespace mlo::deploy
