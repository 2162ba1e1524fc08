#include "base/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo {
namespace {

using namespace std::chrono_literals;
constexpr auto kGrace = 2s;           // from SIGTERM to SIGKILL
constexpr int kLook = 50;             // ms between looks at the cancel flag
constexpr size_t kErrors = 64 << 10;  // of standard error that is kept

struct Pipe {
  Descriptor read, write;
};

/// Where this process has a closed standard stream, a new descriptor may have its number, and the
/// child's streams would overwrite one another.
Descriptor above_streams(Descriptor fd) {
  if (fd.get() > 2) return fd;
  Descriptor moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
  if (!moved) throw system_error("cannot make a pipe", errno);
  return moved;
}

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw system_error("cannot make a pipe", errno);
  Descriptor read(ends[0]), write(ends[1]);
  return {above_streams(std::move(read)), above_streams(std::move(write))};
}

void set_nonblocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    throw system_error("cannot set up a pipe", errno);
  }
}

std::vector<std::string> child_environment(const ProcessOptions& options) {
  std::vector<std::string> variables;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view variable(*each);
    const std::string name(variable.substr(0, variable.find('=')));
    if (!options.environment.contains(name)) variables.emplace_back(variable);
  }
  for (const auto& [name, value] : options.environment) {
    if (value) variables.push_back(name + "=" + *value);
  }
  return variables;
}

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// posix_spawn's two objects, destroyed whatever happens. It is preferred to fork, which copies the
/// page tables of a process that may have mapped gigabytes.
class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  void stream(int fd, int number) {
    check(::posix_spawn_file_actions_adddup2(&actions_, fd, number));
  }
  void finish(const std::string& directory) {
    check(::posix_spawn_file_actions_addclosefrom_np(&actions_, 3));
    if (directory.empty()) return;
    check(::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str()));
  }
  pid_t run(const ProcessOptions& options) {
    const auto variables = child_environment(options);
    const auto words = pointers_to(options.argv), settings = pointers_to(variables);
    pid_t pid = -1;
    const int number =
        ::posix_spawnp(&pid, words[0], &actions_, &attributes_, words.data(), settings.data());
    if (number != 0) throw system_error("cannot run " + quoted(options.argv[0]), number);
    return pid;
  }

 private:
  static void check(int number) {
    if (number != 0) throw system_error("cannot set up a process", number);
  }
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

/// Writes to a pipe whose reader may be gone without the SIGPIPE that would end this process.
ssize_t write_quietly(int fd, std::string_view bytes) {
  sigset_t pipe, before, pending;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::sigpending(&pending);
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
  const ssize_t count = ::write(fd, bytes.data(), bytes.size());
  const int number = errno;
  if (count < 0 && number == EPIPE && ::sigismember(&pending, SIGPIPE) == 0) {
    const timespec now{};
    while (::sigtimedwait(&pipe, nullptr, &now) < 0 && errno == EINTR) {
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = number;
  return count;
}

class Child {
 public:
  Child(Env& env, const ProcessOptions& options) : env_(env), options_(options) {
    Pipe input, output = make_pipe(), errors = make_pipe();
    if (options.input.empty()) {
      input.read = above_streams(open_read("/dev/null"));
    } else {
      input = make_pipe();
      set_nonblocking(input.write.get());
    }
    set_nonblocking(output.read.get());
    set_nonblocking(errors.read.get());
    SpawnPlan plan;
    plan.stream(input.read.get(), 0);
    plan.stream(output.write.get(), 1);
    plan.stream(errors.write.get(), 2);
    plan.finish(options.directory);
    pid_ = plan.run(options);
    exited_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (exited_) ::fcntl(exited_.get(), F_SETFD, FD_CLOEXEC);
    input_ = std::move(input.write);
    output_ = std::move(output.read);
    errors_ = std::move(errors.read);
  }
  Child(const Child&) = delete;
  ~Child() {
    if (!ended_) end();
  }

  ProcessResult run() {
    while (!reap(WNOHANG)) {
      env_.check_cancelled();
      wait_for_something();
      feed();
      drain();
    }
    // What it wrote is in the pipes by now. They need not come to an end: an ssh that stays as
    // master connection, say, holds them open.
    drain();
    return std::move(result_);
  }

 private:
  void wait_for_something() {
    std::array<pollfd, 4> places = {{{exited_.get(), POLLIN, 0},
                                     {output_.get(), POLLIN, 0},
                                     {errors_.get(), POLLIN, 0},
                                     {input_.get(), POLLOUT, 0}}};
    // Negative descriptors are ignored. Without a pidfd (old kernels) the end is seen at a look.
    if (::poll(places.data(), places.size(), kLook) < 0 && errno != EINTR) {
      throw system_error("cannot wait for " + quoted(options_.argv[0]), errno);
    }
  }

  void feed() {
    while (input_) {
      const auto rest = std::string_view(options_.input).substr(fed_);
      const ssize_t count = rest.empty() ? 0 : write_quietly(input_.get(), rest);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      // A child that does not read all of its input has its reasons (EPIPE).
      if (count <= 0) return input_.close();
      fed_ += static_cast<size_t>(count);
    }
  }

  void drain() {
    drain_from(output_, [this](std::string_view bytes) { take_output(bytes); });
    drain_from(errors_, [this](std::string_view bytes) {
      result_.errors += bytes;
      if (result_.errors.size() > 2 * kErrors) shorten_errors();
    });
    shorten_errors();
  }

  template <typename Take>
  void drain_from(Descriptor& pipe, Take take) {
    while (pipe) {
      const ssize_t count = ::read(pipe.get(), buffer_.data(), buffer_.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count < 0) throw system_error("cannot read from " + quoted(options_.argv[0]), errno);
      if (count == 0) return pipe.close();
      take(std::string_view(buffer_.data(), static_cast<size_t>(count)));
      env_.check_cancelled();  // output without end would keep this loop
    }
  }

  void take_output(std::string_view bytes) {
    if (options_.output) return options_.output(bytes);
    if (result_.output.size() + bytes.size() > options_.most_output) {
      throw failure(quoted(options_.argv[0]) + " wrote more than " +
                    human_size(options_.most_output));
    }
    result_.output += bytes;
  }

  void shorten_errors() {
    if (result_.errors.size() > kErrors) {
      result_.errors.erase(0, result_.errors.size() - kErrors);
    }
  }

  /// True once the child ended, by now or before.
  bool reap(int flags) {
    if (ended_) return true;
    int status = 0;
    pid_t got;
    do {
      got = ::waitpid(pid_, &status, flags);
    } while (got < 0 && errno == EINTR);
    if (got == 0) return false;
    if (got < 0) throw system_error("cannot wait for " + quoted(options_.argv[0]), errno);
    result_.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return ended_ = true;
  }

  void end() noexcept {
    try {
      ::kill(pid_, SIGTERM);
      const auto limit = std::chrono::steady_clock::now() + kGrace;
      while (!reap(WNOHANG)) {
        if (std::chrono::steady_clock::now() > limit) ::kill(pid_, SIGKILL);
        std::this_thread::sleep_for(5ms);
      }
    } catch (const Error&) {
      // ECHILD: somebody else waited for it
    }
  }

  Env& env_;
  const ProcessOptions& options_;
  pid_t pid_ = -1;
  Descriptor exited_, input_, output_, errors_;
  size_t fed_ = 0;
  bool ended_ = false;
  ProcessResult result_;
  std::array<char, 64 << 10> buffer_;
};

}  // namespace

ProcessResult run_process(Env& env, const ProcessOptions& options) {
  if (options.argv.empty()) throw usage("no program to run");
  if (!options.directory.empty() && !is_directory(options.directory)) {
    throw failure("cannot run " + quoted(options.argv[0]) + " in " + quoted(options.directory) +
                  ": no such directory");
  }
  return Child(env, options).run();
}

}  // namespace mlo
