#include "serve/serve.hpp"

#include <cerrno>
#include <optional>
#include <thread>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "repo/workspace.hpp"
#include "serve/package_servable.hpp"
#include "store/lease.hpp"

namespace mlo::serve {

void wait_until_cancelled(const Env& env) {
  // Polled: a signal handler may only set a flag, and 20 ms are nothing beside a drain.
  while (!env.cancelled) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

std::string default_host(repo::Workspace& workspace) {
  const std::string& bind = workspace.local().bind;
  return bind.empty() ? "127.0.0.1" : bind;
}

/// gc leaves a package alone that is served, whatever becomes of its name meanwhile. A store that this user
/// may only read takes no lease.
static std::optional<store::Lease> lease_of(repo::Workspace& workspace,
                                            const package::Resolved& model) {
  const std::string name = model.name.empty() ? model.digest.text() : model.name;
  try {
    return store::Lease(workspace.store(), std::span(&model.digest, 1), "server of " + name);
  } catch (const Error& error) {
    const int number = error.system_code();
    if (number != EROFS && number != EACCES && number != EPERM) throw;
    return std::nullopt;
  }
}

ServeReport serve(Env& env, repo::Workspace& workspace, const ServeOptions& options,
                  const std::function<void(const ServeStart&)>& started) {
  ServerSettings settings = options.settings;
  if (settings.host.empty()) settings.host = default_host(workspace);
  if (!http::is_loopback(settings.host)) {
    env.reporter.warn("anybody who reaches " + settings.host +
                      " can use this server: it asks for no password");
  }
  const auto resolved = package::resolve(env, workspace, options.model);
  const auto lease = lease_of(workspace, resolved);
  ModelServer server(env, options.server_version);
  server.bind(settings);
  const unsigned threads = settings.threads != 0 ? settings.threads : available_threads();
  const auto servable = load_servable(env, workspace, resolved, {"", options.plugin_path, threads});
  const ServedModel& model = servable->model();
  server.set(servable);
  server.start(settings);
  started({model.name, model.version, model.digest, server.url(), server.port()});
  wait_until_cancelled(env);
  return {server.drain(options.drain_timeout)};
}

}  // namespace mlo::serve
