#include "deploy/processes.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "base/error.hpp"
#include "deploy/change.hpp"
#include "support/temp_dir.hpp"

using namespace mlo;
using namespace mlo::deploy;

namespace {

struct Fixture {
  test::TempDir dir;
  Descriptor log = posix_files().create(dir / "log", Create::append, 0666);
  ProcessId start(std::vector<std::string> argv) {
    return posix_processes().start(argv, dir.path(), log.get());
  }
};

}  // namespace

TEST_CASE("a background process has its own session and writes to the log") {
  Fixture fixture;
  const auto process = fixture.start({"/bin/sh", "-c", "pwd; echo oops >&2; exec sleep 60"});
  CHECK(posix_processes().alive(process));
  CHECK(::getsid(process.pid) == process.pid);
  for (int i = 0; i < 500 && fixture.dir.read("log").find("oops") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(fixture.dir.read("log") == fixture.dir.path() + "\noops\n");
  CHECK(end_process(posix_processes(), process, 5));
  CHECK_FALSE(posix_processes().alive(process));
  CHECK_FALSE(end_process(posix_processes(), process, 5));
}

TEST_CASE("a process that ignores SIGTERM is killed") {
  Fixture fixture;
  const auto process =
      fixture.start({"/bin/sh", "-c", "trap '' TERM; echo set; while :; do sleep 0.1; done"});
  while (fixture.dir.read("log").empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(end_process(posix_processes(), process, 0));
  CHECK_FALSE(posix_processes().alive(process));
}

TEST_CASE("a recycled pid is not the process") {
  ProcessId self = own_process();
  CHECK(posix_processes().alive(self));
  ProcessId other = self;
  other.start_ticks += 1;
  CHECK_FALSE(posix_processes().alive(other));
  other = self;
  other.boot_id = "another boot";
  CHECK_FALSE(posix_processes().alive(other));
}

TEST_CASE("a program that is not there is an error at once") {
  Fixture fixture;
  CHECK_THROWS_WITH(fixture.start({"/nonexistent/mlo"}),
                    "cannot run '/nonexistent/mlo': No such file or directory");
}
