#include "deploy/processes.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "http/client.hpp"

namespace mlo::deploy {
namespace {

constexpr std::chrono::seconds kHealthTimeout{2};

struct ProcStat {
  char state = '?';
  uint64_t start_ticks = 0;
};

/// Of /proc/PID/stat; the command name in brackets may hold anything, so fields count from the last
/// ')'.
std::optional<ProcStat> proc_stat(pid_t pid) {
  std::optional<std::string> text;
  try {
    text = read_file_if_exists("/proc/" + std::to_string(pid) + "/stat");
  } catch (const Error&) {
    return std::nullopt;  // it ended while it was read (ESRCH)
  }
  if (!text) return std::nullopt;
  const auto close = text->rfind(')');
  if (close == std::string::npos) return std::nullopt;
  const auto fields = split(trimmed(std::string_view(*text).substr(close + 1)), ' ');
  if (fields.size() < 20) return std::nullopt;
  const auto start = parse_int(fields[19]);
  if (!start || fields[0].empty()) return std::nullopt;
  return ProcStat{fields[0][0], static_cast<uint64_t>(*start)};
}

std::string boot_id() {
  const auto text = read_file_if_exists("/proc/sys/kernel/random/boot_id");
  return text ? std::string(trimmed(*text)) : "";
}

ProcessId identify(pid_t pid) {
  const auto stat = proc_stat(pid);
  return {pid, stat ? stat->start_ticks : 0, boot_id()};
}

/// Between fork and exec only async-signal-safe calls are allowed.
[[noreturn]] void become(char* const* argv, const char* directory, int log, int report) {
  ::setsid();
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(null, 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // the caller's pipes and locks are not the server's
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::chdir(directory) == 0) ::execv(argv[0], argv);
  const int number = errno;
  (void)!::write(report, &number, sizeof number);
  ::_exit(127);
}

class PosixProcesses final : public Processes {
 public:
  ProcessId start(const std::vector<std::string>& argv, const std::string& directory,
                  int log) override {
    std::vector<char*> words;
    for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw system_error("cannot make a pipe", errno);
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    const pid_t pid = ::fork();
    if (pid < 0) throw system_error("cannot start a process", errno);
    if (pid == 0) become(words.data(), directory.c_str(), log, writing.get());
    writing.close();
    // The pipe closes at exec; until then it may bring the reason why there was none.
    int number = 0;
    ssize_t got;
    do {
      got = ::read(reading.get(), &number, sizeof number);
    } while (got < 0 && errno == EINTR);
    if (got == sizeof number) {
      ::waitpid(pid, nullptr, 0);
      throw system_error("cannot run " + quoted(argv[0]), number);
    }
    return identify(pid);
  }

  bool alive(const ProcessId& process) override {
    if (process.pid <= 0) return false;
    ::waitpid(process.pid, nullptr, WNOHANG);  // if it is our child, it leaves no zombie
    const auto stat = proc_stat(process.pid);
    return stat && stat->state != 'Z' && stat->state != 'X' &&
           stat->start_ticks == process.start_ticks && boot_id() == process.boot_id;
  }

  void signal(const ProcessId& process, int number) override {
    if (alive(process)) ::kill(process.pid, number);
  }

  bool answers(const ProcessId&, const std::string& host, uint16_t port) override {
    const auto answer = http::fetch(host, port, "/v2/health/live", kHealthTimeout);
    return answer && answer->status == 200;
  }
};

}  // namespace

bool Processes::answers(const ProcessId& process, const std::string&, uint16_t) {
  return alive(process);
}

Processes& posix_processes() {
  static PosixProcesses processes;
  return processes;
}

std::string own_program() {
  char path[4096];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
  if (size <= 0 || size == sizeof path) throw system_error("cannot tell the path of mlo", errno);
  return std::string(path, static_cast<size_t>(size));
}

ProcessId own_process() { return identify(::getpid()); }

}  // namespace mlo::deploy
