#include "serve/serve.hpp"

#include <thread>

#include "base/parallel.hpp"
#include "serve/package_servable.hpp"

namespace mlo::serve {

void wait_until_cancelled(const Env& env) {
  // Polled: a signal handler may only set a flag, and 20 ms are nothing beside a drain.
  while (!env.cancelled) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

ServeReport serve(Env& env, repo::Workspace& workspace, const ServeOptions& options,
                  const std::function<void(const ServeStart&)>& started) {
  if (!http::is_loopback(options.settings.host)) {
    env.reporter.warn("anybody who reaches " + options.settings.host +
                      " can use this server: it asks for no password");
  }
  const auto resolved = package::resolve(env, workspace, options.model);
  ModelServer server(env, options.server_version);
  server.bind(options.settings);
  const unsigned threads =
      options.settings.threads != 0 ? options.settings.threads : available_threads();
  const auto servable = load_servable(env, workspace, resolved, {"", options.plugin_path, threads});
  const ServedModel& model = servable->model();
  server.set(servable);
  server.start(options.settings);
  started({model.name, model.version, model.digest, server.url(), server.port()});
  wait_until_cancelled(env);
  return {server.drain(options.drain_timeout)};
}

}  // namespace mlo::serve
