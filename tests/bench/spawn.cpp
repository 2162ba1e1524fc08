// Runs a command ROUNDS times and prints the median of its wall-clock time and the largest memory of any
// round: "MILLISECONDS KIB". What the command prints is dropped; a command that fails ends the
// measurement with its exit code, unless that code is given by -e. posix_spawn, so that this program's own size costs
// nothing.
//
//   spawn [-n ROUNDS] [-e EXPECTED_CODE] COMMAND...
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

extern char** environ;

int main(int argc, char** argv) {
  int rounds = 1, expected = 0, first = 1;
  while (first + 1 < argc && argv[first][0] == '-') {
    (std::strcmp(argv[first], "-n") == 0 ? rounds : expected) = std::atoi(argv[first + 1]);
    first += 2;
  }
  if (first >= argc || rounds < 1) {
    std::fputs("usage: spawn [-n ROUNDS] [-e CODE] COMMAND...\n", stderr);
    return 2;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  std::vector<double> times;
  long memory = 0;
  for (int round = 0; round < rounds; ++round) {
    auto start = std::chrono::steady_clock::now();
    pid_t child;
    if (posix_spawnp(&child, argv[first], &actions, nullptr, argv + first, environ) != 0) {
      std::fprintf(stderr, "spawn: cannot run '%s'\n", argv[first]);
      return 127;
    }
    int status = 0;
    rusage usage{};
    ::wait4(child, &status, 0, &usage);
    std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (code != expected) {
      std::fprintf(stderr, "spawn: '%s' ended with %d\n", argv[first], code);
      return code == 0 ? 1 : code;
    }
    times.push_back(spent.count());
    memory = std::max(memory, usage.ru_maxrss);
  }
  std::sort(times.begin(), times.end());
  std::printf("%.2f %ld\n", times[times.size() / 2], memory);
  return 0;
}
