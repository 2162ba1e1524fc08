// The files of one deployment, `.mlo/deployments/<name>/`. Never committed.
//
//   desired.json  written by `deploy apply` and `rollback`: what the server is to do, with a
//                 generation that grows. The server looks at it twenty times a second and at start.
//   server.json   written by the server: who it is, what it does, which generation it has reached,
//                 and why it could not reach one. Process-safe: after a power loss there is no
//                 server. Written again by a server that finds it gone.
//   history       what was done (history.hpp)
//   log           stdout and stderr of the server, appended
//   lock          held by the command that changes the deployment
//   server.lock   held by the server while it lives: there are never two
//
// All JSON files are replaced atomically. A file that reads wrong is a failure that names it.
#pragma once

#include <optional>
#include <string>

#include "base/env.hpp"
#include "deploy/processes.hpp"
#include "deploy/target.hpp"
#include "store/file_lock.hpp"

namespace mlo::deploy {

struct Desired {
  int64_t generation = 0;
  Target target;
};

struct ServerState {
  enum class Phase { starting, ready, stopping, stopped };
  ProcessId process;
  Phase phase = Phase::starting;
  int64_t generation = 0;  ///< served now; 0 while starting
  Target target;           ///< of that generation
  uint16_t port = 0;       ///< the real one where 0 was asked for
  Time since = 0;          ///< when this generation was reached
  /// The last generation that could not be reached, and why; 0 and empty if none.
  int64_t failed_generation = 0;
  std::string error, hint;
};

class Directory {
 public:
  /// `root`: .mlo/deployments. Nothing is created.
  Directory(const std::string& root, std::string name);

  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }
  std::string file(const char* name) const { return path_ + "/" + name; }
  std::string log() const { return file("log"); }
  bool exists() const;

  /// mkdir -p and the lock files.
  void create(Env& env) const;
  /// Waits up to `timeout` ns for other commands on this deployment.
  store::FileLock lock(Env& env, int64_t timeout) const;

  std::optional<Desired> read_desired() const;
  void write_desired(Env& env, const Desired& desired) const;
  void remove_desired(Env& env) const;
  std::optional<ServerState> read_server() const;
  void write_server(Env& env, const ServerState& state) const;
  /// Whether a server lives, whatever server.json says.
  bool held_by_server() const;

 private:
  std::string name_, path_;
};

}  // namespace mlo::deploy
