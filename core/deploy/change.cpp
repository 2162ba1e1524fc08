#include "deploy/change.hpp"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::deploy {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kLockPoll = std::chrono::milliseconds(10);
/// A server looks twenty times a second whether its server.json is there.
constexpr auto kRewrite = std::chrono::seconds(2);
/// What a server that does not answer gets between SIGTERM and SIGKILL.
constexpr int64_t kSilentSeconds = 5;
constexpr size_t kLogTail = 10;

/// The lines that the server wrote since `from`, the last few.
void note_log_tail(Env& env, const Directory& directory, size_t from) {
  const auto log = read_file_if_exists(directory.log());
  if (!log || log->size() <= from) return;
  auto lines = split(trimmed(std::string_view(*log).substr(from)), '\n');
  const size_t skip = lines.size() > kLogTail ? lines.size() - kLogTail : 0;
  for (size_t i = skip; i < lines.size(); ++i) env.reporter.note("log: " + printable(lines[i]));
}

size_t log_size(const Directory& directory) {
  const auto stat = stat_of(directory.log());
  return stat ? static_cast<size_t>(stat->st_size) : 0;
}

class Change {
 public:
  Change(Env& env, const Directory& directory, const ChangeOptions& options)
      : env_(env),
        directory_(directory),
        options_(options),
        before_(directory.read_desired()),
        server_(find_server(env, directory)),
        history_(read_history(directory)),
        log_from_(log_size(directory)) {}

  ChangeResult run(HistoryEntry entry) {
    wait_for_stopping();
    bool running = server_ && options_.processes.alive(server_->process);
    if (running && in_place(entry.target)) {
      if (answers()) return {ChangeResult::Kind::unchanged, *server_};
      end_process(options_.processes, server_->process, kSilentSeconds);
      running = false;
    }
    entry.generation = next_generation();
    try {
      directory_.write_desired(env_, {entry.generation, entry.target});
      if (!running) start();
      ServerState reached = wait_until_reached(running ? server_->process : *started_, entry);
      entry.at = env_.clock.now();
      append_history(env_, directory_, entry);
      return {running ? ChangeResult::Kind::switched : ChangeResult::Kind::started,
              std::move(reached)};
    } catch (const Error&) {
      undo();
      throw;
    }
  }

 private:
  /// Served, asked for and on record already. The generation does not count: the server may not yet
  /// have noticed that an undone change asks for the same under a new one.
  bool in_place(const Target& target) const {
    return server_->phase == ServerState::Phase::ready && before_ &&
           same_service(before_->target, target) && same_service(server_->target, target) &&
           !history_.empty() && history_.back().action != HistoryEntry::Action::stop &&
           same_service(history_.back().target, target);
  }

  /// Asks for ten seconds: a busy server must not be taken for a hung one.
  bool answers() const {
    for (int asked = 0; asked < 5; ++asked) {
      env_.check_cancelled();
      if (options_.processes.answers(server_->process, server_->target.settings.host,
                                     server_->port)) {
        return true;
      }
    }
    return false;
  }

  /// Above all that was seen: a number that is used twice would pass for the one before.
  int64_t next_generation() {
    int64_t last = std::max(used_, before_ ? before_->generation : 0);
    if (server_) last = std::max({last, server_->generation, server_->failed_generation});
    if (!history_.empty()) last = std::max(last, history_.back().generation);
    used_ = last + 1;
    return used_;
  }

  /// A server that drains cannot be turned back: its end is awaited, then another is started.
  void wait_for_stopping() {
    if (!server_ || server_->phase != ServerState::Phase::stopping) return;
    const auto deadline =
        SteadyClock::now() + std::chrono::seconds(server_->target.drain_seconds + 5);
    while (options_.processes.alive(server_->process) && SteadyClock::now() < deadline) {
      env_.check_cancelled();
      std::this_thread::sleep_for(kLockPoll);
    }
  }

  void start() {
    const Descriptor log = env_.files.create(directory_.log(), Create::append, 0666);
    started_ =
        options_.processes.start(options_.server_command, options_.working_directory, log.get());
  }

  ServerState wait_until_reached(const ProcessId& process, const HistoryEntry& entry) {
    const auto deadline = SteadyClock::now() + std::chrono::seconds(options_.start_seconds);
    for (;;) {
      const bool alive = options_.processes.alive(process);  // before reading: its last word counts
      const auto state = directory_.read_server();
      if (state && state->process == process) {
        const bool ready = state->phase == ServerState::Phase::ready;
        if (ready && state->generation == entry.generation &&
            same_service(state->target, entry.target)) {
          return *state;
        }
        if (state->failed_generation == entry.generation) fail(state->error, state->hint);
      }
      if (!alive) fail("its server ended", "the log is " + directory_.log());
      if (SteadyClock::now() > deadline) {
        fail("its server was not ready within " + std::to_string(options_.start_seconds) + " s",
             "the log is " + directory_.log() + "; start_timeout in mlo.yaml gives it more time");
      }
      env_.check_cancelled();
      std::this_thread::sleep_for(kLockPoll);
    }
  }

  [[noreturn]] void fail(const std::string& why, const std::string& hint) {
    if (started_) note_log_tail(env_, directory_, log_from_);
    throw failure("deployment " + quoted(directory_.name()) + " did not change: " + why, hint);
  }

  void undo() {
    try {
      if (started_) end_process(options_.processes, *started_, 2);
      if (before_) {
        directory_.write_desired(env_, {next_generation(), before_->target});
      } else {
        directory_.remove_desired(env_);
      }
    } catch (const Error& error) {
      env_.reporter.warn("the change could not be taken back: " + error.message());
    }
  }

  Env& env_;
  const Directory& directory_;
  const ChangeOptions& options_;
  std::optional<Desired> before_;
  std::optional<ServerState> server_;
  std::vector<HistoryEntry> history_;
  size_t log_from_;
  int64_t used_ = 0;  ///< the last generation that this change handed out
  std::optional<ProcessId> started_;
};

}  // namespace

ChangeResult change(Env& env, const Directory& directory, HistoryEntry entry,
                    const ChangeOptions& options) {
  return Change(env, directory, options).run(std::move(entry));
}

std::optional<ServerState> find_server(Env& env, const Directory& directory) {
  const auto deadline = SteadyClock::now() + kRewrite;
  for (;;) {
    const bool held = directory.held_by_server();  // first: a server writes, then lets go
    auto state = directory.read_server();
    if (state || !held) return state;
    if (SteadyClock::now() > deadline) {
      throw failure("a server still holds " + quoted(directory.file("server.lock")) +
                        " but does not say what it does",
                    "find it with fuser or lsof and end it");
    }
    env.check_cancelled();
    std::this_thread::sleep_for(kLockPoll);
  }
}

bool end_process(Processes& processes, const ProcessId& process, int64_t seconds) {
  if (!processes.alive(process)) return false;
  processes.signal(process, SIGTERM);
  const auto deadline = SteadyClock::now() + std::chrono::seconds(seconds);
  while (processes.alive(process)) {
    if (SteadyClock::now() > deadline) {
      processes.signal(process, SIGKILL);
      while (processes.alive(process)) std::this_thread::sleep_for(kLockPoll);
      return true;
    }
    std::this_thread::sleep_for(kLockPoll);
  }
  return true;
}

}  // namespace mlo::deploy
