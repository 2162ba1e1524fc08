#include "base/process.hpp"

#include <fcntl.h>
#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "base/text.hpp"
#include "support/error_of.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

ProcessOptions shell(const std::string& script) {
  ProcessOptions options;
  options.argv = {"sh", "-c", script};
  return options;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("a program's code, output and errors") {
  TestEnv test;
  ProcessResult result = run_process(test.env, shell("echo out; echo err >&2; exit 7"));
  REQUIRE(result.code == 7);
  REQUIRE(result.output == "out\n");
  REQUIRE(result.errors == "err\n");
  REQUIRE(run_process(test.env, shell("kill -9 $$")).code == 128 + SIGKILL);
  // No shell in between: what looks like syntax is an argument.
  ProcessOptions options;
  options.argv = {"printf", "%s|", "a b", "$HOME; ls", ""};
  REQUIRE(run_process(test.env, options).output == "a b|$HOME; ls||");
}

TEST_CASE("a program that cannot be run") {
  TestEnv test;
  ProcessOptions options;
  options.argv = {"no-such-program-of-mlo"};
  Error error = error_of([&] { run_process(test.env, options); });
  REQUIRE(error.code() == Exit::failure);
  REQUIRE(error.message() == "cannot run 'no-such-program-of-mlo': No such file or directory");
  options.argv = {"true"};
  options.directory = "/no/such";
  REQUIRE(message_of([&] { run_process(test.env, options); }) ==
          "cannot run 'true' in '/no/such': no such directory");
  options.argv = {};
  REQUIRE(error_of([&] { run_process(test.env, options); }).code() == Exit::usage);
}

TEST_CASE("where a program runs and what it finds in its environment") {
  TestEnv test;
  TempDir dir;
  ::setenv("MLO_TEST_GONE", "here", 1);
  ProcessOptions options =
      shell("pwd; echo $MLO_TEST_NEW; echo ${MLO_TEST_GONE-unset}; echo ${PATH:+path}");
  options.directory = dir.path();
  options.environment = {{"MLO_TEST_NEW", "a=b c"}, {"MLO_TEST_GONE", std::nullopt}};
  REQUIRE(run_process(test.env, options).output == dir.path() + "\na=b c\nunset\npath\n");
  ::unsetenv("MLO_TEST_GONE");
}

TEST_CASE("input larger than a pipe goes through while output comes back") {
  TestEnv test;
  ProcessOptions options;
  options.argv = {"cat"};
  for (int i = 0; i < 300000; ++i) options.input += "line " + std::to_string(i) + "\n";
  REQUIRE(run_process(test.env, options).output == options.input);
  // Without input it reads nothing rather than our terminal.
  options.input.clear();
  REQUIRE(run_process(test.env, options).output.empty());
  // One that does not read to the end neither fails nor ends us with SIGPIPE.
  options.input.assign(1 << 20, 'x');
  options.argv = {"head", "-c", "10"};
  REQUIRE(run_process(test.env, options).output == "xxxxxxxxxx");
}

TEST_CASE("output has a bound, or goes to a sink") {
  TestEnv test;
  ProcessOptions options;
  options.argv = {"yes"};
  options.most_output = 1 << 20;
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(message_of([&] { run_process(test.env, options); }) == "'yes' wrote more than 1.0 MiB");
  options.output = [](std::string_view) -> void { throw failure("enough"); };
  REQUIRE(message_of([&] { run_process(test.env, options); }) == "enough");
  REQUIRE(seconds_since(start) < 20);

  uint64_t bytes = 0;
  options = shell("head -c 5000000 /dev/zero; head -c 300000 /dev/zero >&2; echo end >&2");
  options.most_output = 10;
  options.output = [&](std::string_view piece) { bytes += piece.size(); };
  ProcessResult result = run_process(test.env, options);
  REQUIRE(bytes == 5000000);
  REQUIRE(result.output.empty());
  REQUIRE(result.errors.size() == 65536);
  REQUIRE(result.errors.ends_with("end\n"));
}

TEST_CASE("a cancelled program is ended, also a deaf one") {
  TestEnv test;
  std::thread signal([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    test.cancelled = true;
  });
  const auto start = std::chrono::steady_clock::now();
  TempDir dir;
  ProcessOptions options = shell("trap '' TERM; echo $$ > pid; while :; do sleep 0.1; done");
  options.directory = dir.path();
  REQUIRE(error_of([&] { run_process(test.env, options); }).code() == Exit::interrupted);
  signal.join();
  REQUIRE(seconds_since(start) < 20);
  const auto pid = parse_int(trimmed(dir.read("pid")));
  REQUIRE(::kill(static_cast<pid_t>(*pid), 0) != 0);
}

TEST_CASE("whoever keeps the pipes open after the program's end is not waited for") {
  TestEnv test;
  TempDir dir;
  ProcessOptions options = shell("sleep 30 & echo $! > pid; echo done");
  options.directory = dir.path();
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(run_process(test.env, options).output == "done\n");
  REQUIRE(seconds_since(start) < 20);
  ::kill(static_cast<pid_t>(*parse_int(trimmed(dir.read("pid")))), SIGKILL);
}

TEST_CASE("a program inherits no descriptor, no blocked signal and no ignored one") {
  TestEnv test;
  TempDir dir;
  const std::string file = dir.write("open", "x");
  const int fd = ::open(file.c_str(), O_RDONLY);  // not O_CLOEXEC
  sigset_t one, before;
  ::sigemptyset(&one);
  ::sigaddset(&one, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &one, &before);
  const auto ignored = ::signal(SIGUSR2, SIG_IGN);
  const std::string listing =
      run_process(test.env, shell("ls -l /proc/$$/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status"))
          .output;
  ::signal(SIGUSR2, ignored);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(fd);
  INFO(listing);
  REQUIRE(listing.find(file) == std::string::npos);
  REQUIRE(listing.find("SigBlk:\t0000000000000000") != std::string::npos);
  // Beyond bit 30 are the C library's own, which it may leave ignored.
  const size_t at = listing.find("SigIgn:\t");
  REQUIRE(at != std::string::npos);
  REQUIRE((std::stoull(listing.substr(at + 8, 16), nullptr, 16) & 0x7fffffff) == 0);
}
