// `mlo serve MODEL`: one model in the foreground until SIGINT or SIGTERM, then the running requests
// are finished and it ends with success.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "serve/model_server.hpp"

namespace mlo::repo {
class Workspace;
}

namespace mlo::serve {

struct ServeOptions {
  std::string model;        ///< NAME, NAME:3, NAME@alias, model:..., run:..., sha256:...
  ServerSettings settings;  ///< an empty host: default_host()
  std::vector<std::string> plugin_path;
  std::string server_version;
  std::chrono::milliseconds drain_timeout{30'000};
};

struct ServeStart {
  std::string name, version, digest;
  std::string url;
  uint16_t port = 0;
};

struct ServeReport {
  bool drained = true;  ///< false: requests were cut off at the drain timeout
};

/// Calls `started` once it answers.
ServeReport serve(Env& env, repo::Workspace& workspace, const ServeOptions& options,
                  const std::function<void(const ServeStart&)>& started);

/// `bind` of .mlo/config.yaml, else 127.0.0.1: where a server listens that was not told.
std::string default_host(repo::Workspace& workspace);

/// Returns when a signal came.
void wait_until_cancelled(const Env& env);

}  // namespace mlo::serve
