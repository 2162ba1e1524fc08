// The seam to the operating system's processes: starting a server in the background, telling
// whether it still is the one that was started, ending it. Tests of deploy run on a fake of it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlo::deploy {

/// A process for good: a pid alone is reused after a while and after every boot.
struct ProcessId {
  pid_t pid = 0;
  uint64_t start_ticks = 0;  ///< field 22 of /proc/PID/stat
  std::string boot_id;       ///< /proc/sys/kernel/random/boot_id
  bool operator==(const ProcessId&) const = default;
};

class Processes {
 public:
  virtual ~Processes() = default;
  /// Runs argv in a session of its own, in `directory`, stdin from /dev/null, stdout and stderr
  /// appended to the descriptor `log`. Throws when the program cannot be run.
  virtual ProcessId start(const std::vector<std::string>& argv, const std::string& directory,
                          int log) = 0;
  /// False too for a zombie, which nobody may ever wait for.
  virtual bool alive(const ProcessId& process) = 0;
  virtual void signal(const ProcessId& process, int number) = 0;
  /// Whether the server that `process` is answers /v2/health/live within 2 s. Without a network
  /// (tests) whoever lives answers.
  virtual bool answers(const ProcessId& process, const std::string& host, uint16_t port);
};

Processes& posix_processes();
/// The path of the program that runs.
std::string own_program();
/// This process.
ProcessId own_process();

}  // namespace mlo::deploy
