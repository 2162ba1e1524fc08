// Processes of a test of deploy: a server is a file `alive-<pid>` beside the deployment's state, and does
// its work whenever somebody asks whether it lives. So a change runs without threads or real processes,
// survives a fork, and a fault test can stop it anywhere.
#pragma once

#include <functional>

#include "base/error.hpp"
#include "deploy/state.hpp"
#include "support/test_env.hpp"

namespace mlo::test {

class FakeServerProcesses final : public deploy::Processes {
 public:
  explicit FakeServerProcesses(deploy::Directory directory) : directory_(std::move(directory)) {}

  /// Throws for a target that the server cannot reach.
  std::function<void(const deploy::Target&)> obstacle = [](const deploy::Target&) {};

  deploy::ProcessId start(const std::vector<std::string>&, const std::string&, int) override {
    pid_t pid = 1000;
    while (exists(mark(pid))) ++pid;
    posix_files().create(mark(pid), Create::exclusive, 0666);
    return {pid, 1, "boot"};
  }
  bool alive(const deploy::ProcessId& process) override {
    if (process.boot_id != "boot" || !exists(mark(process.pid)) || !running(process)) return false;
    return work(process);
  }
  void signal(const deploy::ProcessId& process, int) override { end(process.pid); }
  /// The server of this deployment dies without a word.
  void crash() {
    if (auto server = directory_.read_server()) end(server->process.pid);
  }

 private:
  std::string mark(pid_t pid) const {
    return directory_.file(("alive-" + std::to_string(pid)).c_str());
  }
  bool running(const deploy::ProcessId& process) const {
    return stat_of(mark(process.pid))->st_size == 0;
  }
  void end(pid_t pid) {
    auto fd = posix_files().create(mark(pid), Create::append, 0666);
    posix_files().write(fd.get(), as_bytes("ended"), "mark");
  }
  bool work(const deploy::ProcessId& process) {
    deploy::ServerState state;
    const auto written = directory_.read_server();
    if (written && written->process == process) state = *written;
    const auto desired = directory_.read_desired();
    if (!desired || desired->generation == state.generation ||
        desired->generation == state.failed_generation) {
      return true;
    }
    state.process = process;
    try {
      obstacle(desired->target);
      state.phase = deploy::ServerState::Phase::ready;
      state.generation = desired->generation;
      state.target = desired->target;
    } catch (const Error& error) {
      state.failed_generation = desired->generation;
      state.error = error.message();
    }
    TestEnv own;
    directory_.write_server(own.env, state);
    if (state.generation == 0) end(process.pid);
    return state.generation != 0;
  }

  deploy::Directory directory_;
};

inline deploy::Target target_of(int64_t version, uint16_t port = 8080) {
  deploy::Target target;
  target.reference = "model:m@production";
  target.model = "m";
  target.version = version;
  target.digest = sha256("package " + std::to_string(version)).text();
  target.settings.port = port;
  return target;
}

}  // namespace mlo::test
