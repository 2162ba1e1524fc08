#include "deploy/server.hpp"

#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "deploy/names.hpp"
#include "repo/workspace.hpp"
#include "serve/package_servable.hpp"

namespace mlo::deploy {
namespace {

constexpr auto kHealthPoll = std::chrono::milliseconds(50);

/// Which file desired.json is: each change is a new inode.
struct FileIdentity {
  ino_t inode = 0;
  int64_t seconds = 0, nanoseconds = 0;
  bool operator==(const FileIdentity&) const = default;
};

FileIdentity identity_of(const std::string& file) {
  const auto stat = stat_of(file);
  if (!stat) return {};
  return {stat->st_ino, stat->st_mtim.tv_sec, stat->st_mtim.tv_nsec};
}

package::Resolved resolved_of(const Target& target) {
  return {target.model, target.version, *parse_digest(target.digest)};
}

class DeploymentServer {
 public:
  DeploymentServer(Env& env, std::string root, Directory directory, std::string version)
      : env_(env),
        root_(std::move(root)),
        directory_(std::move(directory)),
        server_(env, std::move(version)) {
    state_.process = own_process();
    state_.since = env.clock.now();
  }

  void run() {
    const std::string file = directory_.file("desired.json");
    FileIdentity seen = identity_of(file);
    directory_.write_server(env_, state_);
    first();
    while (!env_.cancelled) {
      std::this_thread::sleep_for(kHealthPoll);
      if (unreported_ || !told()) report();
      const FileIdentity now = identity_of(file);
      if (now == seen) continue;
      seen = now;
      follow();
    }
    stop();
  }

 private:
  void first() {
    // Not at the first try where another change comes while the version is loaded.
    while (state_.generation == 0 && !env_.cancelled) {
      const auto desired = directory_.read_desired();
      if (!desired) throw failure("there is no " + quoted(directory_.file("desired.json")));
      try {
        adopt(*desired);
      } catch (const Error& error) {
        refuse(desired->generation, error);
        throw;
      }
    }
  }

  void follow() {
    int64_t generation = 0;
    try {
      const auto desired = directory_.read_desired();
      if (!desired || reached(*desired)) return;
      generation = desired->generation;
      adopt(*desired);
    } catch (const Error& error) {
      stay(generation, error);
    } catch (const std::exception& error) {
      // Out of memory while loading the new version is no reason to stop serving the old one.
      stay(generation, failure(std::string("cannot load the new version: ") + error.what()));
    }
  }

  bool reached(const Desired& desired) const {
    return desired.generation == state_.generation && same_service(desired.target, state_.target);
  }

  void stay(int64_t generation, const Error& error) {
    server_.unbind();
    note("stays at " + state_.target.label() + ": " + error.message());
    refuse(generation, error);
  }

  /// All that can fail comes before the new version answers, so a failure leaves the old one. What
  /// was taken back while it was loaded is dropped; the loop follows what came instead.
  void adopt(const Desired& desired) {
    const Target& target = desired.target;
    const bool moved = state_.generation == 0 || target.settings != state_.target.settings;
    const bool changed = state_.generation == 0 || target.digest != state_.target.digest ||
                         target.model != state_.target.model ||
                         target.version != state_.target.version ||
                         target.plugin_path != state_.target.plugin_path;
    if (moved) server_.bind(target.settings);
    std::shared_ptr<const serve::Servable> servable;
    if (changed) servable = load(target);
    if (taken_back(desired)) {
      server_.unbind();
      return;
    }
    if (state_.generation == 0) server_.set(std::move(servable));  // nobody asks yet
    if (moved) server_.start(target.settings);
    if (servable) server_.set(std::move(servable));
    // An undone change comes back as what is served already: why it failed stays to be read.
    if (!same_service(target, state_.target)) forget_failure();
    state_.phase = ServerState::Phase::ready;
    state_.generation = desired.generation;
    state_.target = target;
    state_.port = server_.port();
    state_.since = env_.clock.now();
    report();
    note("serving " + target.label() + " at " + server_.url());
  }

  bool taken_back(const Desired& adopted) const {
    const auto now = directory_.read_desired();
    return !now || now->generation != adopted.generation;
  }

  void forget_failure() {
    state_.failed_generation = 0;
    state_.error.clear();
    state_.hint.clear();
  }

  /// Whether server.json is there: somebody may have deleted or emptied it.
  bool told() const {
    const auto stat = stat_of(directory_.file("server.json"));
    return stat && stat->st_size > 0;
  }

  std::shared_ptr<const serve::Servable> load(const Target& target) {
    // Opened anew: packs and configuration may have come since the last time.
    repo::Workspace workspace = repo::Workspace::open(env_, root_);
    const unsigned threads =
        target.settings.threads != 0 ? target.settings.threads : available_threads();
    return serve::load_servable(env_, workspace, resolved_of(target),
                                {target.served_name(), target.plugin_path, threads});
  }

  /// The log of a server is read long afterwards: each line has its time.
  void note(const std::string& line) {
    env_.reporter.note(format_time(env_.clock.now()) + " " + line);
  }

  void refuse(int64_t generation, const Error& error) {
    state_.failed_generation = generation;
    state_.error = error.message();
    state_.hint = error.hint();
    report();
  }

  /// A full disk must not end a server that serves: what cannot be said now is said at a later look.
  void report() {
    const bool again = unreported_;
    try {
      directory_.write_server(env_, state_);
      unreported_ = false;
    } catch (const Error& error) {
      unreported_ = true;
      if (!again) note("cannot say what is served: " + error.message());
    }
  }

  void stop() {
    state_.phase = ServerState::Phase::stopping;
    report();
    if (!server_.drain(std::chrono::seconds(state_.target.drain_seconds))) {
      note("requests were cut off at the end of the drain timeout");
    }
    state_.phase = ServerState::Phase::stopped;
    report();
    note("stopped");
  }

  Env& env_;
  std::string root_;
  Directory directory_;
  serve::ModelServer server_;
  ServerState state_;
  bool unreported_ = false;  ///< server.json does not say what state_ says
};

/// `status` holds server.lock for an instant to see whether a server does, so one try is not enough.
std::optional<store::FileLock> become_the_server(const Directory& directory) {
  for (int tries = 0;; ++tries) {
    auto lock =
        store::FileLock::try_acquire(directory.file("server.lock"), store::LockKind::exclusive);
    if (lock || tries == 10) return lock;
    std::this_thread::sleep_for(kHealthPoll);
  }
}

}  // namespace

void run_server(Env& env, repo::Workspace& workspace, const ServerOptions& options) {
  Directory directory = existing_directory(workspace, options.name);
  const auto alone = become_the_server(directory);
  if (!alone) {
    throw failure("deployment " + quoted(options.name) + " is already being served",
                  "mlo deploy status " + options.name);
  }
  DeploymentServer(env, workspace.root(), std::move(directory), options.server_version).run();
}

}  // namespace mlo::deploy
