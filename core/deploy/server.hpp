// The server process of a deployment: `mlo serve --deployment NAME`, started by `deploy apply`.
// Does what desired.json says and looks for a new generation 20 times a second (two stats); says in
// server.json what it reached, and again where that file is gone. A generation that it cannot
// reach, or that was taken back while it was loaded, changes nothing: it goes on serving. SIGTERM
// drains.
#pragma once

#include <string>

#include "base/env.hpp"

namespace mlo::repo {
class Workspace;
}

namespace mlo::deploy {

struct ServerOptions {
  std::string name;
  std::string server_version;
};

/// Returns after a drain. Throws when the first generation cannot be reached, or when another
/// server of this deployment runs.
void run_server(Env& env, repo::Workspace& workspace, const ServerOptions& options);

}  // namespace mlo::deploy
