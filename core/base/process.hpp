// Runs another program to its end: argv without a shell, its input fed, its output read with a bound.
// What the user's git is called through, and other programs that answer and exit; servers that stay
// are deploy's (deploy/processes.hpp).
//
// The child inherits nothing but its three standard streams and the environment, gets default signals,
// and stays in the caller's process group, so that git and ssh may ask on the terminal for a pass
// phrase. When the Env is cancelled, the bound is exceeded or `output` throws, it gets SIGTERM, two
// seconds later SIGKILL. It is always waited for. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"

namespace mlo {

struct ProcessOptions {
  /// argv[0] is looked for on PATH unless it has a slash.
  std::vector<std::string> argv;
  /// Where it runs; empty: the working directory.
  std::string directory;
  /// Changes to this process's environment; nullopt removes the variable.
  std::map<std::string, std::optional<std::string>> environment;
  /// Its standard input; empty: /dev/null.
  std::string input;
  /// Receives standard output as it arrives, unbounded; absent: it is collected.
  std::function<void(std::string_view bytes)> output;
  /// More collected output than this is an error.
  uint64_t most_output = uint64_t{64} << 20;
};

struct ProcessResult {
  /// Its exit code; 128 + n when signal n ended it.
  int code = 0;
  std::string output;
  /// Standard error: the last 64 KiB.
  std::string errors;
};

/// Throws failure "cannot run 'git': No such file or directory", interrupted() when cancelled, and what
/// `output` throws. An exit code other than 0 is the caller's to judge.
ProcessResult run_process(Env& env, const ProcessOptions& options);

}  // namespace mlo
